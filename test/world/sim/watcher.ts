/** What must hold at every step. */
import { followerOf } from '../../../shared/adapters/dynamo/follower-item.ts';
import { keys, partitions } from '../../../shared/adapters/dynamo/keys.ts';
import { unpackClaim } from '../../../shared/adapters/dynamo/packed.ts';
import type { Follower } from '../../../shared/domain/followers/follower.ts';
import type { Delivery } from '../../../shared/domain/mirroring/attempt.ts';
import { type At, lineNumber } from '../../../shared/domain/mirroring/entry.ts';
import { type ChildState, mayMove } from '../../../shared/domain/mirroring/states.ts';
import type { VaultOverlay } from '../../../shared/domain/overlays/counted.ts';
import type { Overlay } from '../../../shared/domain/overlays/overlay.ts';
import { type Decimal, decimal, format, maximum, minimum, zero } from '../../../shared/kit/decimal.ts';
import { id, parseChildId } from '../../../shared/kit/ids.ts';
import type { TableChange } from '../memory/calls.ts';
import { followerIdOf, tenantId, vaultId } from './cast.ts';
import type { Body, Taken } from './endpoints.ts';
import { hasLateWord, leavesOut } from './known.ts';
import type { Process } from './process.ts';
import type { World } from './world.ts';

type Item = Readonly<Record<string, unknown>>;
const numberIn = (item: Item | undefined, name: string): number => Number(item?.[name] ?? 0);
const mostViolations = 5;

/** Switches are read at most this long before an attempt (SPEC 6.2), what its reads and writes took apart. */
const switchesLastMs = 1000;

interface Range {
  least: Decimal;
  most: Decimal;
}

/** Looks at every change of the table and at every request, and notes what is wrong. */
export class Watcher {
  readonly violations: string[] = [];
  readonly #world: World;
  readonly #first = new Map<string, string>();
  readonly #ids = new Map<string, string>();
  /** By follower's place and symbol: between what its wants were. */
  readonly #wants = new Map<string, Range>();
  /** Since when a follower may get nothing, in the world's time. */
  readonly #stopped = new Map<string, number>();
  readonly #canceled = new Map<number, number>();
  readonly #freely: ReadonlySet<string>;
  /** A follower's settings by the version of its row, and how it first stood there. */
  readonly settings = new Map<string, Follower>();
  readonly joined = new Map<string, number>();
  /** Children of which people or followers said what became of them. */
  touched: ReadonlySet<string> = new Set();
  /** By shard and flip: the last place in the shard's line when its revert was done there. */
  readonly reverts = new Map<string, number>();
  /** By flip: the vault's last entry when orders ceased to count it, and when that was. */
  readonly stopped = new Map<string, { readonly seq: number; readonly at: number }>();

  constructor(world: World) {
    this.#world = world;
    world.endpoints.onArrival = (delivery, body) => this.#arrives(delivery, body);
    world.endpoints.onTaken = (taken) => this.#taken(taken);
    this.#freely = new Set(world.story.followers.filter((f) => f.reports === 'cancels').map((f) => followerIdOf(f.name)));
  }

  wrong(text: string): undefined {
    this.#world.log(() => `VIOLATION ${text}`);
    if (this.violations.length < mostViolations) this.violations.push(text);
  }

  /** An item was written. */
  changed(change: TableChange, writer: Process | undefined): undefined {
    const { key, before, after } = change;
    const name = `${key.sk} (by ${writer?.name ?? 'the story'})`;
    const kind = key.sk.slice(0, key.sk.indexOf('#') + 1);
    if (key.sk === 'VAULT') this.#vault(name, before, after);
    else if (kind === 'ENTRY#') {
      if (before !== undefined) this.wrong(`${name} was written twice`);
    } else if (kind === 'ROSTER#' && !key.sk.startsWith('ROSTER#TODO#')) this.#roster(name, before, after);
    else if (kind === 'RESULT#') this.#result(name, key.pk, change, writer);
    else if (kind === 'CANCELED#') this.#canceled.set(Number(key.sk.slice(kind.length)), this.#world.scheduler.now);
    else if (kind === 'CHILD#') this.#child(name, before, after);
    else if (kind === 'DONE#') this.#done(key, before);
    else if (kind === 'OVERLAY#') this.#overlay(name, before, after);
    else if (kind === 'LEDGER#' && numberIn(before, 'line') >= numberIn(after, 'line')) this.wrong(`${name} went back`);
  }

  #vault(name: string, before: Item | undefined, after: Item | undefined): undefined {
    for (const { overlay_id, reverting } of overlaysOn(after))
      if (reverting === true && !this.stopped.has(overlay_id)) this.#stops(overlay_id, numberIn(after, 'seq'));
    const step = numberIn(after, 'seq') - numberIn(before, 'seq');
    if (before !== undefined && (step < 0 || step > 1)) this.wrong(`${name}: seq moved by ${step}`);
    if (before !== undefined && numberIn(after, 'ver') <= numberIn(before, 'ver')) this.wrong(`${name}: ver did not grow`);
  }

  #roster(name: string, before: Item | undefined, after: Item | undefined): undefined {
    if (after === undefined) return this.wrong(`${name} was deleted`);
    for (const end of ['lane_in', 'lane_out'] as const)
      if (numberIn(after, end) < numberIn(before, end)) this.wrong(`${name}: ${end} went back`);
    if (numberIn(after, 'lane_out') > numberIn(after, 'lane_in')) this.wrong(`${name}: lane_out is beyond lane_in`);
    const follower = followerOf(after);
    const { follower_id, kill_switch, status, flip } = follower;
    if (flip?.last_seq !== undefined && !this.stopped.has(flip.overlay_id)) this.#stops(flip.overlay_id, flip.last_seq);
    this.settings.set(`${follower_id} ${follower.ver}`, follower);
    if (before !== undefined) this.#stillFlipped(name, followerOf(before), follower);
    if (before === undefined) this.joined.set(follower_id, follower.joined_seq);
    const stopped = kill_switch || status === 'stopped';
    if (!stopped) this.#stopped.delete(follower_id);
    else if (!this.#stopped.has(follower_id)) this.#stopped.set(follower_id, this.#world.scheduler.now);
  }

  /** Who is stopped for good is flipped no more, from that very write. */
  #stillFlipped(name: string, was: Follower, { kill_switch, status, flip }: Follower): void {
    const ends = (kill_switch && !was.kill_switch) || (status !== was.status && (status === 'leaving' || status === 'left'));
    if (!ends || was.status === 'leaving' || flip === undefined || flip.ended_at !== undefined) return;
    // By the clock of who writes.
    const over = Date.parse(flip.expires_at) <= this.#world.scheduler.now + this.#world.rates.skewMs;
    if (!over) this.wrong(`${name} is stopped, and still flipped`);
  }

  #stops(overlayId: string, seq: number): void {
    this.stopped.set(overlayId, { seq, at: this.#world.scheduler.now });
  }

  /** The end of a revert in a shard: once, and never undone. */
  #done({ pk, sk }: TableChange['key'], before: Item | undefined): void {
    const flip = /^DONE#revert\/(\w+)#$/.exec(sk)?.[1];
    if (flip === undefined || before !== undefined) return;
    const lines = this.#world.storage.memory
      .partition(pk)
      .filter((item) => String(item['sk']).startsWith('RESULT#') && item['state'] !== 'barrier')
      // RESULT rows carry seq and k.
      .map((item) => lineNumber(item as unknown as At));
    this.reverts.set(`${Number(pk.slice(pk.lastIndexOf('#') + 1))} ${flip}`, Math.max(...lines));
  }

  /** What an overlay is never changes; that it ended, and that it was reverted, is said once. */
  #overlay(name: string, before: Item | undefined, after: Item | undefined): undefined {
    if (before === undefined || after === undefined) return after === undefined ? this.wrong(`${name} was deleted`) : undefined;
    const [was, is] = [before['overlay'] as Overlay, after['overlay'] as Overlay];
    for (const field of [
      'starts_at',
      'expires_at',
      'amplify',
      'boost',
      'invert',
      'ended_at',
      'cause',
      'shards',
      'reverted_at',
    ] as const)
      if (was[field] !== undefined && was[field] !== is[field])
        this.wrong(`${name}: ${field} was ${was[field]}, and is ${is[field]}`);
    if (was.reverted_at !== undefined || is.reverted_at === undefined) return;
    const shards = Array.from({ length: is.shards ?? 0 }, (_, shard) => shard);
    const left = shards.filter((shard) => !this.reverts.has(`${shard} ${is.overlay_id}`));
    if (left.length > 0) this.wrong(`${name}: is said to be reverted, and is not in shards ${left.join()}`);
  }

  #result(name: string, pk: string, { before, after }: Omit<TableChange, 'key'>, writer: Process | undefined): undefined {
    if (after === undefined) return this.wrong(`${name} was deleted`);
    if (after['state'] === 'barrier') {
      const grows = before === undefined || (before['state'] === 'barrier' && numberIn(before, 'k') < numberIn(after, 'k'));
      return grows ? undefined : this.wrong(`${name}: barred where it may not be`);
    }
    if (before === undefined || before['state'] === 'barrier') return this.#planned(pk, after, writer);
    if (before['state'] === 'done') return this.wrong(`${name}: written after it was done`);
    if (!equalBytes(before['plan'], after['plan'])) this.wrong(`${name}: the plan changed`);
  }

  /** A claim says what its followers are wanted to hold. */
  #planned(pk: string, claim: Item, writer: Process | undefined): undefined {
    const plan = claim['plan'] as Uint8Array | undefined;
    const rows = plan === undefined ? [] : unpackClaim(plan);
    const canceledAt = claim['k'] === undefined ? this.#canceled.get(numberIn(claim, 'seq')) : undefined;
    // Its reads are not all of one moment.
    const knew = canceledAt !== undefined && canceledAt < (writer?.rosterReadAt ?? 0) - 6000;
    if (knew && rows.some((r) => r.fate === 'send'))
      this.wrong(`${claim['seq'] as number} goes out though it was canceled before`);
    for (const { place, after, before } of rows) {
      const key = `${pk} ${place} ${claim['symbol'] as string}`;
      const range = this.#wants.get(key) ?? { least: zero, most: zero };
      for (const want of [decimal(after.want), decimal(before.want)]) {
        range.least = minimum(range.least, want);
        range.most = maximum(range.most, want);
      }
      this.#wants.set(key, range);
    }
  }

  #child(name: string, before: Item | undefined, after: Item | undefined): undefined {
    if (before === undefined || after === undefined) return after === undefined ? this.wrong(`${name} was deleted`) : undefined;
    const [was, is] = [before['state'] as ChildState, after['state'] as ChildState];
    // What goes out again is sent and ended in one write.
    const again = mayMove(was, 'sent') && mayMove('sent', is);
    if (was !== is && !mayMove(was, is) && !again) this.wrong(`${name}: moved from ${was} to ${is}`);
    if (numberIn(after, 'attempts') < numberIn(before, 'attempts')) this.wrong(`${name}: attempts went back`);
    if (numberIn(before, 'attempts') > 0 && qtyIn(before) !== qtyIn(after)) this.wrong(`${name}: its quantity changed`);
  }

  /** A request leaves a process. */
  leaves({ follower: { follower_id }, deliveryId }: Delivery, process: Process): undefined {
    const { now } = this.#world.scheduler;
    const age = now - process.rosterReadAt - process.waited;
    if (age > switchesLastMs) this.wrong(`${process.name} sends ${deliveryId} by switches ${age} ms old`);
    // A shard's worker reads them again when its own writes took too long.
    const since = now - process.heardAt;
    if (process.name.startsWith('shard') && since > switchesLastMs)
      this.wrong(`${process.name} read nothing for ${since} ms and sends`);
    const stopped = this.#stopped.get(follower_id);
    if (stopped !== undefined && stopped <= process.rosterReadAt && !process.dead)
      this.wrong(`${process.name} sends ${deliveryId}, though it read that the follower is stopped`);
  }

  #arrives({ deliveryId, attempt }: Delivery, body: Body): undefined {
    const { ts: _ts, audit: _audit, ...same } = body;
    const text = JSON.stringify(same);
    const first = this.#first.get(deliveryId);
    if (first === undefined) this.#first.set(deliveryId, text);
    else if (first !== text) this.wrong(`delivery ${deliveryId} changed its body at attempt ${attempt}`);
    const line = this.#lineOf(deliveryId);
    if (line === undefined) return this.wrong(`nobody knows what caused ${deliveryId}`);
    const name = `${body.follower_id} ${line}`;
    const known = this.#ids.get(name);
    if (known === undefined) this.#ids.set(name, deliveryId);
    else if (known !== deliveryId) this.wrong(`entry ${line} reached ${body.follower_id} under two ids`);
    if (body.follower_order_id !== deliveryId) this.wrong(`delivery ${deliveryId} carries ${body.follower_order_id}`);
    if (!/[1-9]/.test(body.qty) && body.type !== 'cancel') this.wrong(`delivery ${deliveryId} is of nothing`);
    this.#inSequence(body, line);
  }

  /** The line number of the entry that a child's id names. */
  #lineOf(childId: string): number | undefined {
    const { memory } = this.#world.storage;
    const cause = parseChildId(childId)?.cause ?? '';
    const at = memory.peek(keys.reference(id('mo', cause))) ?? memory.peek(keys.askReference(cause));
    // References of orders and asks carry where their entry stands.
    return at === undefined ? undefined : lineNumber(at as unknown as At);
  }

  /** While an earlier child of a follower has not ended, no later one comes. */
  #inSequence({ follower_id }: Body, line: number): undefined {
    const { memory } = this.#world.storage;
    const at = memory.peek(keys.reference(follower_id)) as { shard: number; tenant_id: string } | undefined;
    if (at === undefined) return this.wrong(`nobody knows ${follower_id}`);
    // RESULT rows carry seq and k.
    const before = (item: Item) => lineNumber(item as unknown as At) < line;
    const shard = partitions.shard({ tenant_id: tenantId, vault_id: vaultId, shard: at.shard });
    const entries = memory.partition(shard).filter((item) => String(item['sk']).startsWith('RESULT#'));
    const unfinished = entries.find((item) => item['state'] === 'claimed' && before(item));
    if (unfinished !== undefined) this.wrong(`${line} reached ${follower_id} before ${unfinished['sk'] as string} was done`);
    const own = memory.partition(partitions.follower({ tenant_id: at.tenant_id, follower_id }));
    const open = own.find((item) => item['open'] !== undefined && before(item));
    if (open !== undefined) this.wrong(`${line} reached ${follower_id} while its ${open['sk'] as string} waits`);
  }

  /** Nobody ever holds more than was wanted of him, nor on the other side of zero. */
  #taken({ followerId, body: { symbol, seq } }: Taken): undefined {
    if (this.#freely.has(followerId)) return;
    const at = this.#world.storage.memory.peek(keys.reference(followerId)) as { shard: number; place: number } | undefined;
    if (at === undefined) return;
    const pk = partitions.shard({ tenant_id: tenantId, vault_id: vaultId, shard: at.shard });
    const range = this.#wants.get(`${pk} ${at.place} ${symbol}`) ?? { least: zero, most: zero };
    const { endpoints } = this.#world;
    if (leavesOut.lateWordAfterCancel && hasLateWord(endpoints.takenBy(followerId, symbol), this.touched)) return;
    const holds = endpoints.positions.get(`${followerId} ${symbol}`) ?? zero;
    if (holds > range.most || holds < range.least)
      this.wrong(
        `${followerId} holds ${format(holds)} ${symbol} after order ${seq}, wanted were ${format(range.least)} to ${format(range.most)}`,
      );
  }
}

const overlaysOn = (vault: Item | undefined): readonly VaultOverlay[] =>
  (vault?.['overlays'] as readonly VaultOverlay[] | undefined) ?? [];

const qtyIn = (child: Item): string | undefined => unpackClaim(child['plan'] as Uint8Array)[0]?.qty;

const equalBytes = (a: unknown, b: unknown): boolean =>
  a === b || (a instanceof Uint8Array && b instanceof Uint8Array && Buffer.compare(a, b) === 0);
