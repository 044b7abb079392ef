import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { putPlace } from '../../shared/adapters/dynamo/close-only.ts';
import { followerItem } from '../../shared/adapters/dynamo/follower-item.ts';
import { findFollower } from '../../shared/adapters/dynamo/lookups.ts';
import { listFollowersOfTenant } from '../../shared/adapters/dynamo/own-followers.ts';
import {
  loadForProjection,
  noteProjected,
  oldestVaults,
  putDue,
  readDue,
} from '../../shared/adapters/dynamo/projection-store.ts';
import { readSubscription, saveSubscription } from '../../shared/adapters/dynamo/subscription-store.ts';
import { putTenant, replaceTenant } from '../../shared/adapters/dynamo/tenant-store.ts';
import type { Subscription } from '../../shared/domain/billing/subscription.ts';
import { sendDue } from '../../shared/domain/entitlements/due.ts';
import { type ProjectionMessage, project } from '../../shared/domain/entitlements/projection.ts';
import type { Follower } from '../../shared/domain/followers/follower.ts';
import type { Tenant } from '../../shared/domain/tenants/tenant.ts';
import type { Vault } from '../../shared/domain/vaults/vault.ts';
import { timestamp } from '../../shared/kit/clock.ts';
import { carl, dying, House } from '../followers/support/house.ts';

let house: House;
let sent: ProjectionMessage[];
let messages = 0;
let ended: string[] = [];
let lost: unknown[] = [];
const tenant_id = carl.tenantId ?? '';

beforeEach(() => {
  house = new House();
  house.plan = 'institutional';
  sent = [];
  ended = [];
  lost = [];
});

interface How {
  readonly pages?: number;
  readonly table?: typeof house.table;
  readonly id?: string;
}

/** As functions/entitlements/project.ts, with two followers a page and time for so many pages. */
function run(message: ProjectionMessage = { tenant_id }, { pages = 1000, table = house.table, id }: How = {}): Promise<void> {
  messages += 1;
  let left = pages;
  return project(message, id ?? `m-${messages}`, {
    clock: house.clock,
    defaultPlan: null,
    load: loadForProjection(table),
    ownVaults: (tenantId, most) => oldestVaults(table, tenantId, most),
    followers: (tenantId, cursor) => listFollowersOfTenant(table, tenantId, { limit: 2, cursor, oldestFirst: true }),
    follower: (followerId) => findFollower(table, followerId),
    put: (follower, place, at) => putPlace(table, follower, place, at),
    endFlip: async ({ follower_id }) => void ended.push(follower_id),
    endOverlays: async (tenantId, allowed) => void lost.push([tenantId, allowed]),
    note: (tenantId, projected) => noteProjected(table, tenantId, projected),
    due: (tenantId, at) => putDue(table, { tenant_id: tenantId, at }),
    late: () => {
      left -= 1;
      return left < 1;
    },
    goOn: async (next) => void sent.push(next),
  });
}

async function subscribed(more: Partial<Subscription>): Promise<void> {
  const before = await readSubscription(house.table, tenant_id);
  house.now += 1000;
  const at = timestamp(house.now);
  const event = { event_id: house.seed(), action: 'subscription.granted', by: 'test' };
  const fresh = { tenant_id, rail: 'granted', plan_id: 'core', interval: 'month', status: 'active', created_at: at } as const;
  const next: Subscription = { ...fresh, ...before, ...more, updated_at: at, ver: (before?.ver ?? 0) + 1 };
  expect(await saveSubscription(house.table, next, before, { event })).toBe(true);
}

/** Followers in the order in which they joined, each a second after the other. */
async function joined(modes: readonly Follower['mode'][], vaults = 1): Promise<Follower[]> {
  const there: Vault[] = [];
  for (let n = 0; n < vaults; n += 1) there.push(await house.vault());
  const made: Follower[] = [];
  for (const [n, mode] of modes.entries()) {
    house.now += 1000;
    const vault = await house.vaultNow(there[n % vaults] as Vault);
    made.push(await house.register(vault, carl, { mode, max_pos_usd: '1000' }));
  }
  return made;
}
const whys = (followers: readonly Follower[]) =>
  Promise.all(followers.map(async (f) => (await house.followerNow(f)).close_only_why ?? 'open'));
const all = (n: number, why: string) => Array.from({ length: n }, () => why);

describe('after a downgrade', () => {
  it('the oldest followers within the limit mirror on, the newest only reduce; an upgrade opens them', async () => {
    const made = await joined(all(8, 'proportional') as Follower['mode'][]);
    await subscribed({ plan_id: 'core' });
    await run();
    expect(await whys(made)).toEqual([...all(5, 'open'), ...all(3, 'over_limit')]);
    expect((await house.followerNow(made[7] as Follower)).close_only).toBe(true);
    expect((await house.followerNow(made[0] as Follower)).allowed).toEqual({ flip_mode: false, persona_boosts: false });
    await subscribed({ plan_id: 'pro' });
    await run();
    expect(await whys(made)).toEqual(all(8, 'open'));
    expect((await house.followerNow(made[7] as Follower)).allowed).toEqual({ flip_mode: true, persona_boosts: true });
  });

  it('vaults come before followers, and followers before modes', async () => {
    const made = await joined(['shadow', 'proportional', 'capped', 'proportional', 'proportional', 'shadow'], 2);
    await subscribed({ plan_id: 'core' });
    await run();
    expect(await whys(made)).toEqual(['mode_not_in_plan', 'over_limit', 'mode_not_in_plan', 'over_limit', 'open', 'over_limit']);
  });

  it('who left or is leaving takes no place', async () => {
    const made = await joined(all(7, 'proportional') as Follower['mode'][]);
    await house.leave(made[0] as Follower);
    await house.leave(made[1] as Follower, 'flatten');
    await subscribed({ plan_id: 'core' });
    await run();
    expect(await whys(made)).toEqual(all(7, 'open'));
  });

  it('a place that becomes free is the oldest one’s that waits', async () => {
    const made = await joined(all(8, 'proportional') as Follower['mode'][]);
    await subscribed({ plan_id: 'core' });
    await run();
    await house.leave(made[2] as Follower);
    await run({ tenant_id, recheck: true });
    expect(await whys(made)).toEqual([...all(6, 'open'), ...all(2, 'over_limit')]);
  });

  it('a number given beside the plan counts until its end', async () => {
    const made = await joined(all(8, 'proportional') as Follower['mode'][]);
    const until = timestamp(house.now + 60_000);
    await subscribed({ plan_id: 'core', overrides: [{ entitlement: 'followers', value: 7, until, why: 'w', by: 'b' }] });
    await run();
    expect(await whys(made)).toEqual([...all(7, 'open'), 'over_limit']);
    house.now += 60_000;
    await run();
    expect(await whys(made)).toEqual([...all(5, 'open'), ...all(3, 'over_limit')]);
  });

  it('without a plan nobody mirrors', async () => {
    const made = await joined(all(3, 'proportional') as Follower['mode'][]);
    await run();
    expect(await whys(made)).toEqual(all(3, 'no_plan'));
  });
});

describe('a plan without flips', () => {
  it('ends the own flips of its followers, and what shapes its vaults', async () => {
    const [one, two] = (await joined(['proportional', 'proportional'])) as [Follower, Follower];
    const flip = { overlay_id: 'ovl_1', amplify: '0.1', starts_at: timestamp(house.now), expires_at: '2999-01-01T00:00:00.000Z' };
    await house.table.client.send(new PutCommand({ TableName: 'house', Item: followerItem({ ...two, flip }) }));
    await subscribed({ plan_id: 'pro' });
    await run();
    expect([ended, lost]).toEqual([[], []]);
    await subscribed({ plan_id: 'core' });
    await run();
    expect([ended, lost]).toEqual([[two.follower_id], [[tenant_id, { flip_mode: false, persona_boosts: false }]]]);
    expect(await whys([one, two])).toEqual(['open', 'open']);
  });
});

describe('a suspended tenant', () => {
  it('has its followers reduce only, all of them, and as its plan says afterwards', async () => {
    const made = await joined(all(6, 'proportional') as Follower['mode'][]);
    await subscribed({ plan_id: 'core' });
    const at = timestamp(house.now);
    const tenant: Tenant = { tenant_id, name: 'C', kind: 'client', status: 'active', created_at: at, updated_at: at, ver: 1 };
    await putTenant(house.table, tenant, { subject: 'carl', request_id: 'r' });
    const suspended = { ...tenant, status: 'suspended' as const, ver: 2 };
    const event = { action: 'tenant.suspended', by: 'ops', request_id: 'r', event_id: house.seed() };
    await replaceTenant(house.table, suspended, tenant, event);
    await run();
    expect(await whys(made)).toEqual(all(6, 'tenant_suspended'));
    await replaceTenant(house.table, { ...tenant, ver: 3 }, suspended, { ...event, event_id: house.seed() });
    await run();
    expect(await whys(made)).toEqual([...all(5, 'open'), 'over_limit']);
  });
});

describe('a run', () => {
  it('that finds all in place writes nothing', async () => {
    await joined(all(6, 'proportional') as Follower['mode'][]);
    await subscribed({ plan_id: 'core' });
    await run();
    const text = () => JSON.stringify(house.rows().filter(({ sk }) => sk !== 'PROJECTED'));
    const [before, every] = [text(), JSON.stringify(house.rows())];
    await run();
    expect(JSON.stringify(house.rows()) === every).toBe(true);
    await run({ tenant_id, recheck: true });
    expect(text() === before).toBe(true);
  });

  it('with too little time goes on in a message of its own', async () => {
    const made = await joined(all(9, 'proportional') as Follower['mode'][]);
    await subscribed({ plan_id: 'core' });
    await run({ tenant_id }, { pages: 2 });
    while (sent.length > 0) await run(sent.shift(), { pages: 2 });
    expect(await whys(made)).toEqual([...all(5, 'open'), ...all(4, 'over_limit')]);
  });

  it('does not go on after another one began, whose counts are newer', async () => {
    const made = await joined(all(9, 'proportional') as Follower['mode'][]);
    await subscribed({ plan_id: 'core' });
    await run({ tenant_id }, { pages: 2 });
    const [stale] = sent.splice(0);
    await house.leave(made[0] as Follower);
    await house.leave(made[1] as Follower);
    await run({ tenant_id, recheck: true });
    await run(stale);
    expect((await whys(made)).slice(2)).toEqual([...all(5, 'open'), ...all(2, 'over_limit')]);
  });

  it('goes by the present terms, not by those that a late message knew', async () => {
    const made = await joined(all(9, 'proportional') as Follower['mode'][]);
    await subscribed({ plan_id: 'core' });
    await run({ tenant_id }, { pages: 2 });
    await subscribed({ plan_id: 'pro' });
    await run(sent.shift());
    await run();
    expect(await whys(made)).toEqual(all(9, 'open'));
  });

  it('that dies at any call is finished by the message that comes again', async () => {
    const count = async () => {
      house = new House();
      const made = await joined(['capped', ...(all(6, 'proportional') as Follower['mode'][])]);
      await subscribed({ plan_id: 'core' });
      return made;
    };
    await count();
    const mortal = dying(house.table);
    await run({ tenant_id }, { table: mortal.table });
    const calls = mortal.calls();
    expect(calls).toBeGreaterThan(10);
    for (let at = 1; at <= calls; at += 1)
      for (const when of ['before', 'after'] as const) {
        const made = await count();
        const id = `again-${at}-${when}`;
        await expect(run({ tenant_id }, { table: dying(house.table, at, when).table, id })).rejects.toThrow('died');
        await run({ tenant_id }, { id });
        expect(await whys(made), id).toEqual(['mode_not_in_plan', ...all(4, 'open'), ...all(2, 'over_limit')]);
        const events = made.flatMap((f) => house.audit(f.follower_id)).filter((row) => row['action'] === 'follower.close_only');
        expect(events).toHaveLength(3);
      }
  });
});

describe('what changes by time alone', () => {
  const due = async () => (await Promise.all([0, 1, 2, 3].map((p) => readDue(house.table, p, '9', 100)))).flat();
  const sweep = () => {
    const asked: ProjectionMessage[] = [];
    return sendDue({
      clock: house.clock,
      partitions: 4,
      due: (p, until) => readDue(house.table, p, until, 100),
      send: async (found) => void asked.push(...found.map(({ tenant_id: id, at }) => ({ tenant_id: id, due_at: at }))),
      drop: async () => undefined,
    }).then(() => asked);
  };

  it('is kept with its moment, found when that is over, and carried out', async () => {
    const made = await joined(all(2, 'proportional') as Follower['mode'][]);
    const failed = timestamp(house.now);
    await subscribed({ plan_id: 'pro', status: 'past_due', past_due_since: failed });
    await run();
    const ends = house.now - 1000 + 7 * 86_400_000;
    expect(await due()).toEqual([expect.objectContaining({ tenant_id, at: timestamp(ends) })]);
    expect(await sweep()).toEqual([]);
    house.now = ends + 6_000;
    const asked = await sweep();
    expect(asked).toEqual([{ tenant_id, due_at: timestamp(ends) }]);
    // The clock of who carries it out may be behind.
    house.now = ends - 2_000;
    for (const message of asked) await run(message);
    expect(await whys(made)).toEqual(all(2, 'no_plan'));
  });
});
