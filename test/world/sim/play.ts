/** A run: the story's actors do their part amid faults, then everything comes to rest. */
import { keys } from '../../../shared/adapters/dynamo/keys.ts';
import { putVault } from '../../../shared/adapters/dynamo/vault-store.ts';
import type { ManagerOrderBody } from '../../../shared/domain/mirroring/order.ts';
import type { Principal } from '../../../shared/domain/tenants/principal.ts';
import { newVault } from '../../../shared/domain/vaults/create.ts';
import { timestamp } from '../../../shared/kit/clock.ts';
import { sha256 } from '../../../shared/kit/hash.ts';
import { osEvents } from '../../../shared/wiring/events.ts';
import { ownerOf } from '../../tenants/support/callers.ts';
import { followerIdOf, foreignTenantId, openedAt, tenantId, ulidOfCause, vaultId } from './cast.ts';
import * as doors from './doors.ts';
import * as overlays from './overlay-doors.ts';
import { Random } from './prng.ts';
import { reconcileNowAndThen, reconcileToTheEnd } from './reconciling.ts';
import { Reporters } from './reporters.ts';
import type { EventOf, OrderOf } from './story.ts';
import type { OverlayEvent } from './story-overlays.ts';
import * as wiring from './wiring.ts';
import { type Ending, World, type WorldOptions } from './world.ts';

/** What a client was answered for its order. */
export interface Answered {
  readonly externalId: string;
  readonly way: 'api' | 'bus';
  readonly orderId?: string;
  readonly seq?: number;
  readonly duplicate?: boolean;
  readonly refused?: string;
}

const clientTimeoutMs = 15_000;
const clientTries = 30;
/** After the story the faults go on for so long. */
const aftermathMs = 90_000;
/** With nothing failing any more so many sweeps are enough: the first may meet claims that are still their dead owners'. */
const mostSweeps = 2;
const weekMs = 7 * 86_400_000;

/** Plays a seed's story to its end. What is wrong with it is asked of `violationsOf` afterwards. */
export class Play {
  readonly world: World;
  readonly answers: Answered[] = [];
  /** Cancels that were answered with an entry. */
  readonly cancels: { readonly orderId: string; readonly manager_order_id: string; readonly seq: number }[] = [];
  readonly reporters: Reporters;
  readonly #random: Random;
  readonly #reconciles: boolean;

  constructor(options: WorldOptions) {
    this.world = new World(options);
    this.#reconciles = options.reconciles === true;
    this.#random = new Random(options.seed ^ 0x5eed);
    this.reporters = new Reporters(this.world, this.#random.fork());
    this.world.watcher.touched = this.reporters.touched;
  }

  async run(): Promise<void> {
    const { scheduler, faults, story } = this.world;
    await this.#open();
    for (const order of story.orders) this.#at(order.atMs, () => this.#order(order));
    for (const event of story.events) this.#at(event.atMs, () => this.#event(event));
    const end = openedAt + story.endMs + aftermathMs;
    if (this.#reconciles) reconcileNowAndThen(this.world, end);
    while (scheduler.now < end && (await scheduler.step()));
    faults.stop();
    if (this.#random.chance(0.5)) this.world.endpoints.calm();
    await this.rest();
    await this.#lateMessages();
    if (this.#random.chance(0.3)) this.reporters.redriveAll();
    await this.rest();
    await this.reporters.settleAll(0.7);
    await this.rest();
    if (this.#reconciles) await reconcileToTheEnd(this.world, () => this.rest());
  }

  #at(ms: number, run: () => void): void {
    this.world.scheduler.after(openedAt + ms - this.world.scheduler.now, run);
  }

  async #open(): Promise<void> {
    const { world } = this;
    const { vault: terms, followers, shardSize, overlaid } = world.story;
    const flips = overlaid === undefined ? {} : { flip_policy: overlaid.flip_policy };
    const body = { label: 'Sim', rails: ['fiat' as const, 'crypto' as const], public: true, ...terms, ...flips };
    const vault = newVault(body, tenantId, vaultId, timestamp(world.scheduler.now));
    await putVault(world.storage.memory.asTable('sim'), vault, { subject: 'sim', request_id: 'sim' });
    for (const { name, joinsMs, foreign, body: settings } of followers) {
      const registering = {
        vaultId,
        tenantId: foreign ? foreignTenantId : tenantId,
        body: { ...settings, webhook: { url: `https://endpoint.example/${name}` } },
        seed: ulidOfCause(name),
        shardSize,
      };
      this.#at(joinsMs, () => void this.#insist(`register ${name}`, (means) => doors.register(registering, means)));
    }
  }

  /** A client asks until it has an answer. */
  async #insist<T>(name: string, work: (means: wiring.Means) => Promise<T>): Promise<Ending<T> | undefined> {
    for (let attempt = 1; attempt <= clientTries; attempt += 1) {
      const done = await this.world.invoke(name, clientTimeoutMs, work);
      if (!('failed' in done)) return done;
      await this.#wait(attempt * 500);
    }
    this.world.watcher.wrong(`${name} was never answered`);
    return undefined;
  }

  #wait(ms: number): Promise<void> {
    return new Promise((done) => this.world.scheduler.after(ms, done));
  }

  #order({ way, copies, batch }: OrderOf): void {
    const ts = timestamp(this.world.scheduler.now);
    const orders = batch.map((o): ManagerOrderBody => ({ ...o, ts }));
    for (let copy = 0; copy < copies; copy += 1) {
      if (way === 'bus') this.#busEvent(orders, copy);
      else for (const order of orders) void this.#api(order);
    }
  }

  async #api(order: ManagerOrderBody): Promise<void> {
    const request = { tenant_id: tenantId, vault_id: vaultId, order, source: 'api' as const, by: 'sim' };
    const done = await this.#insist(`order ${order.external_id}`, (means) => wiring.order(request, means));
    const base = { externalId: order.external_id, way: 'api' as const };
    if (done === undefined || 'failed' in done) return;
    if ('refusal' in done) this.answers.push({ ...base, refused: done.refusal.code });
    else
      this.answers.push({ ...base, orderId: done.value.manager_order_id, seq: done.value.seq, duplicate: done.value.duplicate });
  }

  /** EventBridge delivers at least once: a copy may be the same event, or the OS said it twice. */
  #busEvent(orders: readonly ManagerOrderBody[], copy: number): void {
    const single = orders.length === 1;
    const cause = `${orders[0]?.external_id} ${copy}`;
    const event = {
      id: sha256(cause).toString('hex').slice(0, 16),
      time: timestamp(this.world.scheduler.now),
      'detail-type': single ? osEvents.order : osEvents.batch,
      detail: single ? { vault_id: vaultId, ...orders[0] } : { vault_id: vaultId, orders },
    };
    this.world.lines.intents.send([wiring.busMessage(event, vaultId)]);
    for (const { external_id } of orders) this.answers.push({ externalId: external_id, way: 'bus' });
  }

  #event(event: EventOf): undefined {
    if (event.kind === 'word') return event.word === 'settle' ? void this.reporters.settleAll(0.5) : this.reporters.redriveAll();
    if (event.kind === 'overlay' || event.kind === 'end overlay' || event.kind === 'plan') return this.#overlay(event);
    if (event.kind === 'close_only') return this.#closeOnly(event.follower, event.on);
    if (event.kind === 'cancel') return this.#cancel(event);
    if (event.kind === 'leave') {
      const principal = this.#actor(event.follower, false);
      const seed = ulidOfCause(`leave ${event.atMs} ${event.follower}`);
      const parting = { followerId: followerIdOf(event.follower), principal, positions: event.positions, seed };
      return void this.#insist(`leave ${event.follower} ${event.positions}`, (means) => doors.leave(parting, means));
    }
    if (event.kind === 'patch') {
      const actor = this.#actor(event.follower, event.byManager);
      const seed = ulidOfCause(`patch ${event.atMs} ${event.follower} ${JSON.stringify(event.patch)}`);
      const patching = { followerId: followerIdOf(event.follower), principal: actor, patch: event.patch, seed };
      return void this.#insist(`patch ${event.follower} ${JSON.stringify(event.patch)}`, (means) => doors.patch(patching, means));
    }
    const seed = ulidOfCause(`switch ${event.atMs} ${event.body.kind}`);
    const switching = { tenantId, vaultId, seed, body: event.body };
    void this.#insist(event.body.kind, (means) => doors.startSwitch(switching, means));
    if (event.endsMs !== undefined)
      this.#at(event.endsMs, () => void this.#insist(`end ${event.body.kind}`, (means) => doors.stopSwitch(switching, means)));
  }

  #overlay(event: OverlayEvent): undefined {
    if (event.kind === 'plan')
      return void this.#insist(`plan ${event.follower} ${event.has}`, (means) =>
        overlays.plan(followerIdOf(event.follower), event.has, means),
      );
    const { name, follower } = event;
    const whose = follower === undefined ? ownerOf(tenantId, { subject: 'sim' }) : this.#actor(follower, false);
    const shaping = { principal: whose, seed: ulidOfCause(name) };
    if (event.kind === 'end overlay') return void this.#insist(`end ${name}`, (means) => overlays.end(shaping, means));
    const whom = follower === undefined ? {} : { follower_id: followerIdOf(follower) };
    void this.#insist(name, (means) => overlays.begin(shaping, { ...event.body, ...whom }, means));
  }

  #actor(follower: string, manager: boolean): Principal {
    const foreign = this.world.story.followers.find((f) => f.name === follower)?.foreign === true && !manager;
    return ownerOf(foreign ? foreignTenantId : tenantId, { subject: 'sim' });
  }

  /** Of an order that was accepted by now. */
  #cancel({ atMs, order, filled, twice }: Extract<EventOf, { kind: 'cancel' }>): undefined {
    const externalId = `order-${order}`;
    const key = keys.external({ tenant_id: tenantId, vault_id: vaultId }, externalId);
    const orderId = this.world.storage.memory.peek(key)?.['manager_order_id'] as string | undefined;
    const asked = this.world.story.orders.flatMap((o) => o.batch).find((o) => o.external_id === externalId);
    if (orderId === undefined || asked === undefined) return;
    const filledQty = filled === 1 ? asked.qty : filled === 0 ? '0' : asked.symbol === 'IBM' ? '1' : '0.05';
    const seeds = twice === 'no' ? [0] : twice === 'same' ? [0, 0] : [0, 1];
    for (const n of seeds) {
      const canceling = { tenantId, orderId, filledQty, seed: ulidOfCause(`cancel ${atMs} ${order} ${n}`) };
      void this.#insist(`cancel ${externalId}`, (means) => doors.cancel(canceling, means)).then((done) => {
        if (done !== undefined && 'value' in done) this.cancels.push({ orderId, ...done.value });
      });
    }
  }

  /** The tenant's subscription changed: the row is written by another room. */
  #closeOnly(name: string, on: boolean): undefined {
    this.reporters.closeOnly(followerIdOf(name), on);
  }

  /** Until every queue is empty and a sweep finds nothing to do. */
  async rest(): Promise<void> {
    const { world } = this;
    world.sweeping = false;
    world.springAll();
    for (let inVain = 0; ; inVain += 1) {
      if (inVain > mostSweeps) throw new Error(`${inVain} sweeps rang, and what they rang for is not done`);
      await this.#quiet();
      world.scheduler.now += 61_000;
      const found = await this.#until(world.sweep());
      if (world.scheduler.idle && 'value' in found && found.value.rung + found.value.closed === 0) return;
    }
  }

  /** Until nothing is left to happen. While somebody waits for what only a sweep rings for, there is one each minute. */
  async #quiet(): Promise<void> {
    const { world } = this;
    let swept = world.scheduler.now;
    while (await world.scheduler.step()) {
      if (world.scheduler.now - swept < 61_000) continue;
      swept = world.scheduler.now;
      void world.sweep();
    }
  }

  async #until<T>(work: Promise<T>): Promise<T> {
    const { scheduler } = this.world;
    while (await scheduler.step());
    return work;
  }

  /** Messages that come once more, weeks later and in any order, change nothing. */
  async #lateMessages(): Promise<void> {
    const { world } = this;
    world.scheduler.now += 2 * weekMs;
    // What was still shaped then is over by now.
    await this.rest();
    const before = { arrivals: world.endpoints.arrivals.length, bytes: fingerprint(world) };
    for (const name of ['shards', 'lanes', 'timers'] as const) {
      const old = this.#random.shuffle(world.lines[name].taken).slice(0, 4);
      for (const { body } of old) world.scheduler.after(this.#random.int(0, 500), () => void world.handle(name, body));
    }
    await this.rest();
    if (world.endpoints.arrivals.length > before.arrivals) world.watcher.wrong('a message weeks old was worked on again');
    if (fingerprint(world) !== before.bytes) world.watcher.wrong('a message weeks old changed the table');
  }
}

const plain = (_: string, value: unknown) =>
  value instanceof Set ? [...value] : value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;

/** A digest of all that stands in the table. */
export function fingerprint({ storage }: World): string {
  const rows = [...storage.memory.items()].map((item) => JSON.stringify(item, plain)).sort();
  return sha256(rows.join('\n')).toString('hex');
}
