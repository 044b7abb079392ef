import { beforeEach, describe, expect, it } from 'vitest';
import type { Table } from '../../shared/adapters/dynamo/client.ts';
import { findFollower } from '../../shared/adapters/dynamo/lookups.ts';
import { rotationMade, saveRotation } from '../../shared/adapters/dynamo/rotation-store.ts';
import type { Follower } from '../../shared/domain/followers/follower.ts';
import { oldKeyUntil, validVersions } from '../../shared/domain/followers/key-versions.ts';
import { type Rotated, rotateKey } from '../../shared/domain/followers/rotate.ts';
import type { Principal } from '../../shared/domain/tenants/principal.ts';
import { personOf } from '../tenants/support/callers.ts';
import { carl, dying, House, mia } from './support/house.ts';

let house: House;
let follower: Follower;
beforeEach(async () => {
  house = new House();
  follower = await house.register(await house.vault());
});

interface How {
  readonly seed?: string;
  readonly by?: Principal;
  readonly ifMatch?: string;
  readonly table?: Table;
}
const rotate = ({ seed = house.seed(), by = carl, ifMatch, table = house.table }: How = {}): Promise<Rotated> =>
  rotateKey(
    { followerId: follower.follower_id, principal: by, seed, ifMatch },
    {
      clock: house.clock,
      backOff: async () => undefined,
      find: (id) => findFollower(table, id),
      made: (f, madeBy) => rotationMade(table, f, madeBy),
      save: (next, before) => saveRotation(table, next, before, { by: by.subject, request_id: 'r', seed }),
    },
  );
const valid = async () => validVersions(await house.followerNow(follower), house.now);
const hour = 3600 * 1000;

describe('a rotated key', () => {
  it('overlaps with the one before it for 24 hours, to the millisecond', async () => {
    const { at } = await rotate();
    expect(oldKeyUntil(at)).toBe('2026-01-06T12:00:00.000Z');
    expect(await valid()).toEqual([2, 1]);
    house.now += 24 * hour - 1;
    expect(await valid()).toEqual([2, 1]);
    house.now += 1;
    expect(await valid()).toEqual([2]);
  });

  it('ends the oldest when it is rotated again within the day: the newest two are valid, for a day from then', async () => {
    await rotate();
    house.now += 10 * hour;
    await rotate();
    expect(await valid()).toEqual([3, 2]);
    house.now += 24 * hour - 1;
    expect(await valid()).toEqual([3, 2]);
    house.now += 1;
    expect(await valid()).toEqual([3]);
  });

  it('moves the version and leaves all else of the row, in one write with its audit event', async () => {
    const before = await house.followerNow(follower);
    house.now += 5;
    const seed = house.seed();
    const { follower: after, version } = await rotate({ seed });
    const { key_version, key_rotated_at, updated_at, ver, ...rest } = await house.followerNow(follower);
    expect({ ...before, ...rest }).toEqual(before);
    expect([key_version, key_rotated_at, updated_at, ver]).toEqual([
      2,
      '2026-01-05T12:00:00.005Z',
      '2026-01-05T12:00:00.005Z',
      2,
    ]);
    expect([after.ver, version]).toEqual([2, 2]);
    const event = house.audit(follower.follower_id).find((row) => row['action'] === 'follower.key_rotated');
    expect(event).toMatchObject({ by: carl.subject, before: { key_version: 1 }, after: { key_version: 2 } });
    expect(event?.sk).toContain(seed);
    expect(JSON.stringify(house.rows())).not.toContain('whsec_');
  });

  it('is refused when the follower is not what the caller saw', async () => {
    await expect(rotate({ ifMatch: '"7"' })).rejects.toMatchObject({ status: 412, code: 'precondition_failed' });
    expect(await valid()).toEqual([1]);
    await rotate({ ifMatch: '"1"' });
    expect(await valid()).toEqual([2, 1]);
  });

  it('may be had by its own person and its tenant, and by nobody else', async () => {
    const self = (followerId: string) => personOf('follower', carl.tenantId ?? '', { followerId });
    await rotate({ by: self(follower.follower_id) });
    for (const by of [self('fol_another'), mia]) {
      await expect(rotate({ by })).rejects.toMatchObject({ status: 404, code: 'follower_not_found' });
    }
    await expect(rotate({ by: personOf('auditor', carl.tenantId ?? '') })).rejects.toMatchObject({ code: 'scope_required' });
    expect(await valid()).toEqual([2, 1]);
  });

  it('stays to be had by one who left: its key may be in wrong hands all the same', async () => {
    await house.leave(follower);
    await rotate();
    expect(await valid()).toEqual([2, 1]);
  });
});

describe('a rotation that is run again', () => {
  it('after it died at any of its calls makes one version, and finds it', async () => {
    const counted = dying(house.table);
    await rotate({ table: counted.table });
    for (let at = 1; at <= counted.calls(); at += 1)
      for (const when of ['before', 'after'] as const) {
        const { key_version } = await house.followerNow(follower);
        const seed = house.seed();
        await expect(rotate({ seed, table: dying(house.table, at, when).table })).rejects.toThrow('died');
        const again = await rotate({ seed });
        expect([(await house.followerNow(follower)).key_version, again.version]).toEqual([key_version + 1, key_version + 1]);
      }
    expect(counted.calls()).toBe(4);
  });

  it('finds its own version when a later one was made meanwhile, whatever it asked to match', async () => {
    const seed = house.seed();
    await rotate({ seed, ifMatch: '"1"' });
    house.now += hour;
    await rotate();
    const again = await rotate({ seed, ifMatch: '"1"' });
    expect(again).toMatchObject({ version: 2, at: '2026-01-05T12:00:00.000Z', follower: { key_version: 3 } });
  });

  it('beside itself makes one version, and beside another two', async () => {
    const seed = house.seed();
    const both = await Promise.all([rotate({ seed }), rotate({ seed })]);
    expect(both.map((r) => r.version)).toEqual([2, 2]);
    const others = await Promise.all([rotate(), rotate(), rotate()]);
    expect(others.map((r) => r.version).sort()).toEqual([3, 4, 5]);
  });
});
