import { beforeEach, describe, expect, it } from 'vitest';
import { putPlace } from '../../shared/adapters/dynamo/close-only.ts';
import { keys } from '../../shared/adapters/dynamo/keys.ts';
import { listFollowersOfTenant } from '../../shared/adapters/dynamo/own-followers.ts';
import type { Place } from '../../shared/domain/entitlements/places.ts';
import type { Follower } from '../../shared/domain/followers/follower.ts';
import type { Crossing } from '../../shared/domain/tenants/crossing.ts';
import { timestamp } from '../../shared/kit/clock.ts';
import { carl, House, mia } from './support/house.ts';

let house: House;
beforeEach(() => {
  house = new House();
});
const carls = carl.tenantId ?? '';

async function walk(limit: number, vaultId?: string, tenantId = carls): Promise<string[]> {
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await listFollowersOfTenant(house.table, tenantId, { limit, cursor, vaultId });
    expect(page.items.length).toBeLessThanOrEqual(limit);
    found.push(...page.items.map(({ follower_id }) => follower_id));
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return found;
}

describe("a tenant's followers", () => {
  /** Three vaults with a shard for every second follower; every third follower is the manager's own. */
  async function many(count: number): Promise<Follower[]> {
    const vaults = [await house.vault(), await house.vault(), await house.vault()];
    const made: Follower[] = [];
    for (let n = 0; n < count; n += 1) {
      house.now += 1;
      const vault = await house.vaultNow(vaults[n % 3] as (typeof vaults)[0]);
      made.push(await house.register(vault, n % 4 === 3 ? mia : carl, {}, 2));
    }
    return made;
  }

  it.each([1, 3, 200])('are found on whosever vaults, the newest first, %i at a time, and nobody else’s', async (limit) => {
    const made = await many(25);
    const newest = made.filter((f) => f.tenant_id === carls).map((f) => f.follower_id);
    expect(await walk(limit)).toEqual([...newest].sort().reverse());
    const vaultId = made[1]?.vault_id ?? '';
    const there = made.filter((f) => f.tenant_id === carls && f.vault_id === vaultId).map((f) => f.follower_id);
    expect(there.length).toBeGreaterThan(4);
    expect(await walk(limit, vaultId)).toEqual([...there].reverse());
    expect(await walk(limit, vaultId, 'ten_nobody')).toEqual([]);
  });

  it('are read in their vault by what their own list says of it, public or not', async () => {
    const made = await many(8);
    const vaultId = made[1]?.vault_id ?? '';
    const crossings: Crossing[] = [];
    const cross = (to: Crossing) => crossings.push(to) > 0;
    await listFollowersOfTenant({ ...house.table, cross }, carls, { limit: 200, vaultId });
    expect(crossings).toMatchObject([{ to: 'follower', tenant_id: carls, vault_tenant_id: mia.tenantId, vault_id: vaultId }]);
    await listFollowersOfTenant({ ...house.table, cross }, 'ten_nobody', { limit: 200, vaultId });
    expect(crossings).toHaveLength(1);
  });

  it('are rows as they are now, with more than fit one read', async () => {
    await many(150);
    const { items } = await listFollowersOfTenant(house.table, carls, { limit: 200 });
    expect(items).toHaveLength(113);
    expect(items[0]).toEqual(await house.followerNow(items[0] as Follower));
  });

  it('that join while they are listed are not in pages behind them, and none is missing', async () => {
    const made = await many(8);
    const first = await listFollowersOfTenant(house.table, carls, { limit: 2 });
    house.now += 1;
    await house.register(await house.vault());
    const rest = await listFollowersOfTenant(house.table, carls, { limit: 50, cursor: first.next_cursor ?? '' });
    const seen = [...first.items, ...rest.items].map((f) => f.follower_id);
    expect(seen).toEqual(
      made
        .filter((f) => f.tenant_id === carls)
        .map((f) => f.follower_id)
        .reverse(),
    );
  });

  it.each(['keep', 'flatten'] as const)('that leave (%s) are marked, and still listed', async (positions) => {
    const follower = await house.register(await house.vault());
    const mark = () => house.memory.peek(keys.ownFollower(follower))?.['left_at'];
    expect(mark()).toBeUndefined();
    house.now += 1000;
    await house.leave(follower, positions);
    expect(mark()).toBe('2026-01-05T12:00:01.000Z');
    expect(await walk(5)).toEqual([follower.follower_id]);
  });

  it.each([5, null, 'VAULT#x', 'USER#x', ['FOLLOWER#']])('refuse the cursor %j', async (position) => {
    const cursor = Buffer.from(JSON.stringify(position)).toString('base64url');
    const asked = listFollowersOfTenant(house.table, carls, { limit: 5, cursor });
    await expect(asked).rejects.toMatchObject({ status: 400, code: 'cursor_invalid' });
  });
});

describe('close_only', () => {
  const open = { flip_mode: true, persona_boosts: true };
  const put = (follower: Follower, why: Place['why'], allowed = open) =>
    putPlace(house.table, follower, { why, allowed }, timestamp(house.now));

  it('is set with its reason and lifted in one write with its event, and moves nothing else', async () => {
    const follower = await house.register(await house.vault());
    house.now += 10;
    expect(await put(follower, 'tenant_suspended')).toBe(true);
    const closed = await house.followerNow(follower);
    const since = { ver: 2, updated_at: '2026-01-05T12:00:00.010Z' };
    expect(closed).toEqual({ ...follower, close_only: true, close_only_why: 'tenant_suspended', ...since });
    house.now += 10;
    expect(await put(closed, undefined, { flip_mode: false, persona_boosts: true })).toBe(true);
    const opened = await house.followerNow(follower);
    expect(opened).toMatchObject({ close_only: false, allowed: { flip_mode: false, persona_boosts: true }, ver: 3 });
    expect(opened).not.toHaveProperty('close_only_why');
    house.now += 10;
    expect(await put(opened, undefined)).toBe(true);
    const told = house.audit(follower.follower_id).map((row) => [row['action'], row['why']]);
    expect(told.slice(1)).toEqual([
      ['follower.close_only', 'tenant_suspended'],
      ['follower.reopened', undefined],
      ['follower.entitlements', undefined],
    ]);
  });

  it('is not set on a follower that changed since it was read', async () => {
    const follower = await house.register(await house.vault());
    await house.leave(follower);
    expect(await put(follower, 'no_plan')).toBe(false);
    expect(await house.followerNow(follower)).toMatchObject({ close_only: false, status: 'left' });
  });
});
