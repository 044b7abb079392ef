import { beforeEach, describe, expect, it } from 'vitest';
import type { Table } from '../../shared/adapters/dynamo/client.ts';
import { followerNavAt, saveFollowerNav } from '../../shared/adapters/dynamo/follower-nav-store.ts';
import { findFollower } from '../../shared/adapters/dynamo/lookups.ts';
import { type Follower, followerNavBody } from '../../shared/domain/followers/follower.ts';
import { recordFollowerNav } from '../../shared/domain/followers/nav.ts';
import { followerRecordView } from '../../shared/domain/followers/settings.ts';
import { mayDie } from '../world/memory/died.ts';
import { carl, dying, House, mia } from './support/house.ts';

let house: House;
let follower: Follower;
beforeEach(async () => {
  house = new House();
  follower = await house.register(await house.vault());
});

function record(nav: string, ts: string, { by = carl, table = house.table, seed = house.seed() } = {}) {
  const who = { by: 'carl', request_id: 'r', event_id: seed };
  return recordFollowerNav(
    { principal: by, followerId: follower.follower_id, body: followerNavBody.parse({ nav, ts }) },
    {
      clock: house.clock,
      backOff: async () => undefined,
      find: (id) => findFollower(table, id),
      recorded: (f, at) => followerNavAt(table, f, at),
      save: (f, snapshot, next) => saveFollowerNav(table, f, snapshot, { next, by: who }),
    },
  );
}
const latest = async () => followerRecordView(await house.followerNow(follower)).nav;
const events = () => house.audit(follower.follower_id).filter((row) => row['action'] === 'follower.nav_recorded');
const at = (minute: number): string => `2026-01-05T11:${String(minute).padStart(2, '0')}:00.000Z`;

describe("a follower's NAV", () => {
  it('is recorded once, audited, and stands on its record with a new tag', async () => {
    const first = await record('2500.50', at(1));
    expect(first).toEqual({
      follower_id: follower.follower_id,
      ts: at(1),
      nav: '2500.5',
      recorded_at: '2026-01-05T12:00:00.000Z',
    });
    expect([await latest(), (await house.followerNow(follower)).ver]).toEqual([{ nav: '2500.5', ts: at(1) }, follower.ver + 1]);
    expect(await record('02500.5', at(1))).toEqual(first);
    expect(events()).toMatchObject([{ by: 'carl', after: first }]);
    await expect(record('2501', at(1))).rejects.toMatchObject({ status: 409, code: 'nav_recorded', extra: { nav: '2500.5' } });
    expect(events()).toHaveLength(1);
  });

  it('is the latest of its own times, in whatever order they were told', async () => {
    await record('2', at(2));
    await record('1', at(1));
    expect(await latest()).toEqual({ nav: '2', ts: at(2) });
    await record('3', at(3));
    expect(await latest()).toEqual({ nav: '3', ts: at(3) });
    expect(events()).toHaveLength(3);
  });

  it('of one who has left, of the future, or by somebody else is refused, and changes nothing', async () => {
    await expect(record('1', '2026-01-05T12:00:05.001Z')).rejects.toMatchObject({ status: 422, code: 'nav_in_future' });
    await expect(record('1', at(1), { by: mia })).rejects.toMatchObject({ status: 404, code: 'follower_not_found' });
    await house.leave(follower);
    await expect(record('1', at(1))).rejects.toMatchObject({ status: 409, code: 'follower_left' });
    expect([await latest(), events()]).toEqual([undefined, []]);
  });

  it('told by two at once, or again after a death at any call, is one', async () => {
    const both = await Promise.all([record('5', at(5)), record('5', at(5))]);
    expect(both[0]).toEqual(both[1]);
    for (let call = 1; call <= 5; call += 1) {
      for (const when of ['before', 'after'] as const) {
        const mortal = dying(house.table, call, when);
        const ts = at(10 + call * 2 + Number(when === 'after'));
        const seed = house.seed();
        await mayDie(record('7', ts, { table: mortal.table as Table, seed }));
        await record('7', ts, { seed });
        expect(events().filter((e) => (e['after'] as { ts: string }).ts === ts)).toHaveLength(1);
        expect(await latest()).toEqual({ nav: '7', ts });
      }
    }
  });
});
