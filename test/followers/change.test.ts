import { beforeEach, describe, expect, it } from 'vitest';
import type { Table } from '../../shared/adapters/dynamo/client.ts';
import { followerChangeMade, replaceFollower } from '../../shared/adapters/dynamo/follower-store.ts';
import { findFollower, findVault } from '../../shared/adapters/dynamo/lookups.ts';
import { changeFollower } from '../../shared/domain/followers/change.ts';
import type { Follower, FollowerPatch } from '../../shared/domain/followers/follower.ts';
import type { Principal } from '../../shared/domain/tenants/principal.ts';
import { limits } from '../../shared/wiring/limits.ts';
import { roomsIn } from '../entitlements/support/room.ts';
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
  readonly whyUrlRefused?: (url: string) => Promise<string | undefined>;
}
const nothing = async () => undefined;
function change(patch: FollowerPatch, how: How = {}): Promise<Follower> {
  const { seed = house.seed(), by = carl, ifMatch, table = house.table, whyUrlRefused = nothing } = how;
  house.now += 10;
  const event = { by: by.subject, request_id: 'r', before: {}, after: {}, event_id: seed };
  return changeFollower(
    { followerId: follower.follower_id, principal: by, patch, seed, ifMatch },
    {
      clock: house.clock,
      find: (id) => findFollower(table, id),
      vault: (id) => findVault(table, id),
      made: (f, madeBy) => followerChangeMade(table, f, madeBy),
      replace: (next, before, asks, held) => replaceFollower(table, next, before.ver, { ...event, held }, asks),
      entitled: (f) => roomsIn(table, house.clock)(f.tenant_id, f.vault_id),
      ring: nothing,
      whyUrlRefused,
    },
  );
}
const now = () => house.followerNow(follower);
const changes = () => house.audit(follower.follower_id).filter((row) => row['action'] === 'follower.changed');
const asked = () => house.rows().filter((row) => row.sk.startsWith('ROSTER#TODO#'));
const marks = () => house.rows().filter((row) => row.sk.startsWith('CHANGED#'));

describe("a follower's change that is run again", () => {
  it('after it died at any of its calls is made once, with one event, and never answers 412 for itself', async () => {
    const counted = dying(house.table);
    await change({ scale: '9' }, { table: counted.table });
    for (let at = 1; at <= counted.calls(); at += 1)
      for (const when of ['before', 'after'] as const) {
        const { ver } = await now();
        const made = changes().length;
        const how = { seed: house.seed(), ifMatch: `"${ver}"` };
        const patch = { label: `${at} ${when}` };
        await expect(change(patch, { ...how, table: dying(house.table, at, when).table })).rejects.toThrow('died');
        expect(await change(patch, how)).toMatchObject({ ...patch, ver: ver + 1 });
        expect(await now()).toMatchObject({ ...patch, ver: ver + 1 });
        expect(changes()).toHaveLength(made + 1);
      }
    expect(counted.calls()).toBe(4);
  });

  it('does not lift a kill switch that was set since, wherever it died', async () => {
    await change({ kill_switch: true });
    const counted = dying(house.table);
    await change({ kill_switch: false }, { table: counted.table });
    const seed = house.seed();
    await change({ kill_switch: true });
    await expect(change({ kill_switch: false }, { seed, table: dying(house.table, 4, 'after').table })).rejects.toThrow('died');
    expect((await now()).kill_switch).toBe(false);
    await change({ kill_switch: true });
    expect((await change({ kill_switch: false }, { seed })).kill_switch).toBe(true);
    expect((await now()).kill_switch).toBe(true);
  });

  it('asks to be re-targeted once', async () => {
    const seed = house.seed();
    await change({ join: 'sync' }, { seed });
    await change({ join: 'sync' }, { seed });
    expect(asked()).toHaveLength(1);
    expect(changes()).toHaveLength(1);
    await change({ join: 'sync' });
    expect(asked()).toHaveLength(2);
  });

  it('is found made although its URL would be refused by now, or the follower has left', async () => {
    const seed = house.seed();
    const patch = { webhook: { url: 'https://g.example/' } };
    await change(patch, { seed });
    const whyUrlRefused = async () => 'its name resolves to a private address';
    await expect(change(patch, { whyUrlRefused })).rejects.toMatchObject({ code: 'webhook_url_refused' });
    await house.leave(follower);
    expect(await change(patch, { seed, whyUrlRefused })).toMatchObject({ ...patch, status: 'left' });
  });

  it("is the manager's stop once too, in the vault's own partitions and for as long as it may be run again", async () => {
    const seed = house.seed();
    await change({ kill_switch: true }, { seed, by: mia });
    await change({ kill_switch: false });
    expect((await change({ kill_switch: true }, { seed, by: mia })).kill_switch).toBe(false);
    const [mark] = marks().filter((row) => row.sk === `CHANGED#${seed}`);
    expect(mark?.pk).toBe(`T#${follower.vault_tenant_id}#V#${follower.vault_id}#S#00000`);
    expect(Number(mark?.['ttl']) * 1000 - house.now).toBeGreaterThan(limits.idempotencyHours * 3600 * 1000);
  });

  it('beside itself is made once, and another beside it is not lost', async () => {
    const seed = house.seed();
    await Promise.all([change({ label: 'one' }, { seed }), change({ label: 'one' }, { seed }), change({ scale: '2' })]);
    expect(await now()).toMatchObject({ label: 'one', scale: '2', ver: follower.ver + 2 });
    expect(changes()).toHaveLength(2);
  });
});
