/** Those who tell the platform what became of children: followers by fills, people by settling. */
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { keys, partitions } from '../../../shared/adapters/dynamo/keys.ts';
import { timestamp } from '../../../shared/kit/clock.ts';
import { absolute, type Decimal, decimal, format, negate, ratio, sign, subtract, zero } from '../../../shared/kit/decimal.ts';
import { followerIdOf, tenantId, vaultId } from './cast.ts';
import * as doors from './doors.ts';
import type { Taken } from './endpoints.ts';
import type { Random } from './prng.ts';
import type { World } from './world.ts';

const apiTimeoutMs = 15_000;
const tries = 40;
/** A refusal that only says: not yet. */
const later = new Set([
  'expansion_in_progress',
  'not_attempted',
  'still_being_sent',
  'follower_order_not_found',
  'cancel_in_progress',
  'cancel_unknown',
]);

export class Reporters {
  /** Settlements and reports that the platform accepted. */
  readonly told = new Map<string, number>();
  /** Children that somebody reported on or settled: what was told of them moved after their shard was done. */
  readonly touched = new Set<string>();
  /** Followers who reported, and were never let. */
  readonly unheard = new Set<string>();
  readonly #world: World;
  readonly #random: Random;

  constructor(world: World, random: Random) {
    this.#world = world;
    this.#random = random;
    const reports = new Map(world.story.followers.map((f) => [followerIdOf(f.name), f.reports]));
    const before = world.endpoints.onTaken;
    world.endpoints.onTaken = (taken) => {
      before(taken);
      const how = reports.get(taken.followerId);
      if (how === 'fills' || how === 'cancels') this.#plan(taken, how);
    };
  }

  /** A child is filled in parts; at times what is left of it is canceled. Reports come in any order, and twice. */
  #plan(taken: Taken, how: 'fills' | 'cancels'): void {
    const random = this.#random;
    if (taken.body.type !== 'child_order' || random.chance(0.3)) return;
    const whole = absolute(taken.qty);
    const cancels = how === 'cancels' && random.chance(0.4);
    const part = random.chance(0.5) ? half(whole) : zero;
    const filled = cancels ? part : whole;
    const parts = cancels ? [] : part > zero && part < whole ? [part, subtract(whole, part)] : [whole];
    const ts = timestamp(this.#world.scheduler.now);
    const reports = parts.map((qty, i) => ({
      fill_id: `${taken.id}-${i}`,
      qty: format(qty),
      price: '10',
      ts,
      ...(i === parts.length - 1 && random.chance(0.7) ? { status: 'filled' as const } : {}),
    }));
    const end = { fill_id: `${taken.id}-end`, qty: format(filled), price: '10', ts, status: 'canceled' as const };
    for (const fill of cancels ? [end] : reports) {
      for (const _copy of random.chance(0.2) ? [1, 2] : [1]) {
        this.#world.scheduler.after(random.int(0, 40_000), () => void this.#report(taken, fill));
      }
    }
    if (cancels) this.#world.endpoints.correct(taken, sign(taken.qty) < 0 ? negate(filled) : filled);
  }

  async #report(taken: Taken, fill: doors.Filling['fill']): Promise<void> {
    const filling = { followerId: taken.followerId, childId: taken.id, fill };
    this.touched.add(taken.id);
    let last = '';
    for (let attempt = 1; attempt <= tries; attempt += 1) {
      const done = await this.#world.invoke(`report ${fill.fill_id.slice(24)}`, apiTimeoutMs, (means) =>
        doors.fills(filling, means),
      );
      if ('value' in done) return this.#count(`report ${fill.status ?? 'partial'}`);
      if ('refusal' in done) last = done.refusal.code;
      if ('refusal' in done && !later.has(done.refusal.code)) {
        this.#count(`report refused: ${done.refusal.code}`);
        return;
      }
      await this.#wait(attempt * 2000);
    }
    // Nobody settled the cancel of its order: what the follower says cannot be counted.
    if (last === 'cancel_unknown') this.unheard.add(taken.followerId);
    else this.#world.watcher.wrong(`the report of ${taken.id} was never taken: ${last}`);
  }

  #wait(ms: number): Promise<void> {
    return new Promise((done) => this.#world.scheduler.after(ms, done));
  }

  #count(what: string): void {
    this.told.set(what, (this.told.get(what) ?? 0) + 1);
  }

  /** Operators send what is a dead letter or unknown once more. */
  redriveAll(): undefined {
    const { memory } = this.#world.storage;
    for (const followerId of this.#world.story.followers.map((f) => followerIdOf(f.name))) {
      const at = memory.peek(keys.reference(followerId)) as { tenant_id: string } | undefined;
      if (at === undefined) continue;
      for (const item of memory.partition(partitions.follower({ tenant_id: at.tenant_id, follower_id: followerId }))) {
        if (item['unknown'] !== true && item['state'] !== 'dead_lettered') continue;
        if (this.#random.chance(0.7)) void this.#redrive(followerId, item['follower_order_id'] as string);
      }
    }
  }

  async #redrive(followerId: string, childId: string): Promise<void> {
    const seed = this.#world.freshUlid();
    for (let attempt = 1; attempt <= tries; attempt += 1) {
      const done = await this.#world.invoke(`redrive ${childId.slice(24)}`, apiTimeoutMs, (means) =>
        doors.redrive({ followerId, childId, seed }, means),
      );
      if (!('failed' in done)) return this.#count('refusal' in done ? `redrive refused: ${done.refusal.code}` : 'redriven');
      await this.#wait(attempt * 200);
    }
  }

  /** Somebody who knows says of unknown children whether they happened: once nothing can land any more. */
  async settleAll(share: number): Promise<void> {
    const world = this.#world;
    for (const followerId of world.story.followers.map((f) => followerIdOf(f.name))) {
      const at = world.storage.memory.peek(keys.reference(followerId)) as { shard: number; place: number } | undefined;
      if (at === undefined) continue;
      const key = keys.follower({ tenant_id: tenantId, vault_id: vaultId, shard: at.shard }, at.place);
      const names = Object.keys((world.storage.memory.peek(key)?.['unknown'] ?? {}) as object);
      for (const name of names) {
        if (!this.#random.chance(share)) continue;
        if (world.settled) void this.#settle(followerId, name.slice(name.indexOf(' ') + 1));
      }
    }
  }

  async #settle(followerId: string, childId: string): Promise<void> {
    const world = this.#world;
    const happened = world.endpoints.taken.has(childId);
    const settling = { followerId, childId, happened };
    this.touched.add(childId);
    for (let attempt = 1; attempt <= tries; attempt += 1) {
      const done = await world.invoke(`settle ${childId.slice(24)}`, apiTimeoutMs, (means) => doors.settles(settling, means));
      if ('value' in done) return this.#count(`settled ${happened}`);
      if ('refusal' in done) return this.#count(`settle refused: ${done.refusal.code}`);
      await this.#wait(attempt * 200);
    }
  }

  /** As the tenants' room writes it when a subscription changes. */
  closeOnly(followerId: string, on: boolean): undefined {
    const { memory } = this.#world.storage;
    const at = memory.peek(keys.reference(followerId)) as { shard: number; place: number } | undefined;
    if (at === undefined) return;
    memory.execute(
      new UpdateCommand({
        TableName: 'sim',
        Key: keys.follower({ tenant_id: tenantId, vault_id: vaultId, shard: at.shard }, at.place),
        UpdateExpression: 'SET close_only = :on, ver = ver + :one',
        ExpressionAttributeValues: { ':on': on, ':one': 1 },
      }),
    );
  }
}

const half = (qty: Decimal): Decimal => ratio([qty], [decimal('2')]);
