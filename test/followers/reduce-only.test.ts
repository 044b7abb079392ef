import { beforeEach, describe, expect, it } from 'vitest';
import { setCloseOnly } from '../../shared/adapters/dynamo/close-only.ts';
import { followerOf } from '../../shared/adapters/dynamo/follower-item.ts';
import { followerChangeMade, replaceFollower } from '../../shared/adapters/dynamo/follower-store.ts';
import { findFollower, findVault } from '../../shared/adapters/dynamo/lookups.ts';
import { changeFollower } from '../../shared/domain/followers/change.ts';
import type { Follower, FollowerPatch } from '../../shared/domain/followers/follower.ts';
import { followerRecordView, redactedFollowerView } from '../../shared/domain/followers/settings.ts';
import type { Principal } from '../../shared/domain/tenants/principal.ts';
import { roomsIn } from '../entitlements/support/room.ts';
import { Line } from '../mirroring/support/line.ts';
import { carl, House, mia } from './support/house.ts';

let house: House;
let follower: Follower;
beforeEach(async () => {
  house = new House();
  follower = await house.register(await house.vault());
});

function change(patch: FollowerPatch, principal: Principal = carl): Promise<Follower> {
  const seed = house.seed();
  const event = { by: 'carl', request_id: 'r', before: {}, after: patch, event_id: seed };
  house.now += 10;
  return changeFollower(
    { followerId: follower.follower_id, principal, patch, seed },
    {
      clock: house.clock,
      find: (id) => findFollower(house.table, id),
      vault: (id) => findVault(house.table, id),
      replace: (next, before, asks) => replaceFollower(house.table, next, before.ver, event, asks),
      entitled: (f) => roomsIn(house.table, house.clock)(f.tenant_id, f.vault_id),
      made: (found, by) => followerChangeMade(house.table, found, by),
      ring: async () => undefined,
      whyUrlRefused: async () => undefined,
    },
  );
}
const flags = ({ reduce_only, close_only }: Follower) => [reduce_only, close_only];
const closedByPlatform = async (on: boolean) =>
  setCloseOnly(house.table, await house.followerNow(follower), on, {
    by: 'platform',
    at: '2026-01-05T13:00:00.000Z',
    event_id: house.seed(),
  });

describe('reduce_only, the switch of a follower’s own people', () => {
  it('is off at first, is set and lifted by a PATCH, and stands in the trail', async () => {
    expect(followerRecordView(follower)).toMatchObject({ reduce_only: false, close_only: false });
    expect(flags(await change({ reduce_only: true }))).toEqual([true, false]);
    expect(flags(await house.followerNow(follower))).toEqual([true, false]);
    expect(flags(await change({ scale: '2' }))).toEqual([true, false]);
    expect(flags(await change({ reduce_only: false }))).toEqual([false, false]);
    const changes = house.audit(follower.follower_id).filter((row) => row['action'] === 'follower.changed');
    expect(changes.map((row) => row['after'])).toEqual([{ reduce_only: true }, { scale: '2' }, { reduce_only: false }]);
  });

  it('and the platform’s close_only move apart from each other', async () => {
    await change({ reduce_only: true });
    await closedByPlatform(true);
    expect(flags(await change({ reduce_only: false }))).toEqual([false, true]);
    await change({ reduce_only: true });
    await closedByPlatform(false);
    expect(flags(await house.followerNow(follower))).toEqual([true, false]);
  });

  it('is not for the manager of the vault, who may only stop, and sees nothing of it', async () => {
    await expect(change({ reduce_only: true }, mia)).rejects.toMatchObject({ status: 403, code: 'manager_may_only_stop' });
    expect(redactedFollowerView(await change({ reduce_only: true }))).not.toHaveProperty('reduce_only');
  });

  it('is off in a row of before there was one', () => {
    const { reduce_only: _, ...old } = follower;
    expect(followerOf({ pk: 'p', sk: 's', ...old })).toEqual(follower);
  });
});

describe('what a follower may still do', () => {
  it.each([
    ['neither', {}, 'buy 10', 'sell 5'],
    ['reduce_only', { reduce_only: true }, 'close_only', 'sell 5'],
    ['close_only', { close_only: true }, 'close_only', 'sell 5'],
    ['both', { reduce_only: true, close_only: true }, 'close_only', 'sell 5'],
  ])('with %s', (_name, switches, increase, reduction) => {
    const line = new Line();
    line.join({ scale: '1' });
    const sent = () => {
      const row = line.claims.at(-1)?.rows[0];
      return row?.qty === '0' ? row.code : `${Number(row?.qty) < 0 ? 'sell' : 'buy'} ${Math.abs(Number(row?.qty))}`;
    };
    line.order({ side: 'buy', qty: '10' });
    line.roster[0] = { ...(line.roster[0] as Follower), ...switches };
    line.order({ side: 'buy', qty: '10' });
    expect(sent()).toBe(increase);
    line.order({ side: 'sell', qty: increase === 'close_only' ? '15' : '5' });
    expect(sent()).toBe(reduction);
  });
});
