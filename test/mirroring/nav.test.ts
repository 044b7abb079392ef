import { beforeEach, describe, expect, it } from 'vitest';
import { putAuditEvent } from '../../shared/adapters/dynamo/audit-store.ts';
import { followerNavAt, saveFollowerNav } from '../../shared/adapters/dynamo/follower-nav-store.ts';
import { readEntry } from '../../shared/adapters/dynamo/line-reads.ts';
import { findFollower } from '../../shared/adapters/dynamo/lookups.ts';
import { listNav, putNav } from '../../shared/adapters/dynamo/nav-store.ts';
import type { Follower, FollowerBody } from '../../shared/domain/followers/follower.ts';
import { recordFollowerNav } from '../../shared/domain/followers/nav.ts';
import { recordNavEvent } from '../../shared/domain/vaults/nav-event.ts';
import type { Vault } from '../../shared/domain/vaults/vault.ts';
import { carl, House } from '../followers/support/house.ts';
import { Room } from './support/room.ts';

let house: House;
let vault: Vault;
let room: Room;
beforeEach(async () => {
  house = new House();
  vault = await house.vault();
  room = new Room(house, vault);
});
const now = () => new Date(house.now).toISOString();
const reported: { code: string }[] = [];
let events = 0;
const say = (detail: unknown, id = `event-${++events}`, table = house.table): Promise<void> =>
  recordNavEvent({ id, time: now(), detail }, vault, {
    clock: house.clock,
    put: (of, snapshot, by) => putNav(table, of, snapshot, by),
    audit: (event) => putAuditEvent(table, event),
    report: (what) => reported.push(what),
  });
const navs = async () => (await listNav(house.table, vault, { limit: 50 })).items.map(({ ts, nav }) => [ts, nav]);
const audits = (action: string) => house.audit(vault.vault_id).filter((row) => row['action'] === action);

async function own(follower: Follower, nav: string, ts = now()): Promise<void> {
  const by = { by: 'carl', request_id: 'r', event_id: house.seed() };
  await recordFollowerNav(
    { principal: carl, followerId: follower.follower_id, body: { nav, ts } },
    {
      clock: house.clock,
      backOff: async () => undefined,
      find: (id) => findFollower(house.table, id),
      recorded: (f, at) => followerNavAt(house.table, f, at),
      save: (f, snapshot, next) => saveFollowerNav(house.table, f, snapshot, { next, by }),
    },
  );
}
const join = async (more: Partial<FollowerBody> = {}): Promise<Follower> =>
  house.register(await house.vaultNow(vault), carl, { scale: '0.5', scale_basis: 'nav', ...more });

describe('a NAV snapshot on the bus', () => {
  it('is recorded by the rules of the API; told again it is the same', async () => {
    await say({ vault_id: vault.vault_id, nav: '1000.50', ts: now() }, 'e1');
    await say({ vault_id: vault.vault_id, nav: '1000.5', ts: now() }, 'e1');
    await say({ vault_id: vault.vault_id, nav: '1000.5', ts: now() }, 'e2');
    expect(await navs()).toEqual([[now(), '1000.5']]);
    expect(audits('vault.nav_recorded')).toMatchObject([{ by: 'bus:e1' }]);
    expect(audits('vault.nav_refused')).toEqual([]);
  });

  it.each([
    ['another value of the same time', () => ({ nav: '7', ts: now() }), 'nav_recorded'],
    ['a time ahead', () => ({ nav: '7', ts: new Date(house.now + 5001).toISOString() }), 'nav_in_future'],
    ['a number', () => ({ nav: 7, ts: now() }), 'validation_failed'],
    ['a negative one', () => ({ nav: '-7', ts: now() }), 'validation_failed'],
    ['no time', () => ({ nav: '7' }), 'validation_failed'],
    ['a field that nobody knows', () => ({ nav: '7', ts: now(), more: 1 }), 'validation_failed'],
  ])('is refused and audited once: %s', async (_what, detail, why) => {
    await say({ vault_id: vault.vault_id, nav: '1', ts: now() });
    const before = await navs();
    for (const id of ['same', 'same']) await say({ vault_id: vault.vault_id, ...detail() }, id);
    expect(await navs()).toEqual(before);
    expect(audits('vault.nav_refused')).toMatchObject([{ why, by: 'bus:same' }]);
    expect(reported.at(-1)?.code).toBe(why);
  });
});

describe('the NAV of an order', () => {
  const pinned = async (more: { nav?: string } = {}) => {
    const { seq } = await room.order({ side: 'buy', qty: '1', ...more });
    const entry = await readEntry(house.table, room.shardOf(), seq);
    return [entry?.pinned.nav, entry?.pinned.nav_ts];
  };
  it("is its own, else the vault's latest at or before its time, with the time of either", async () => {
    expect(await pinned()).toEqual([undefined, undefined]);
    const first = now();
    await say({ vault_id: vault.vault_id, nav: '100', ts: first });
    expect(await pinned()).toEqual(['100', first]);
    await say({ vault_id: vault.vault_id, nav: '200', ts: new Date(house.now + 5000).toISOString() });
    await say({ vault_id: vault.vault_id, nav: '50', ts: new Date(house.now - 5000).toISOString() });
    expect(await pinned()).toEqual(['100', first]);
    house.now += 4999;
    expect(await pinned()).toEqual(['100', first]);
    house.now += 1;
    expect(await pinned()).toEqual(['200', now()]);
    expect(await pinned({ nav: '0300.0' })).toEqual(['300', now()]);
  });
});

describe('sizing by NAV', () => {
  it('is scale x own NAV / manager NAV, and names both snapshots: in the claim, the reasons and the delivery', async () => {
    const follower = await join();
    await own(follower, '25000', '2026-01-05T11:00:00.000Z');
    const { seq } = await room.order({ side: 'buy', qty: '100', nav: '100000' });
    await room.work(seq);
    const nav = { follower: '25000', follower_ts: '2026-01-05T11:00:00.000Z', manager: '100000', manager_ts: now() };
    const [row] = (await room.claim({ seq }))?.rows ?? [];
    expect(row).toMatchObject({ qty: '12', inputs: { basis: 'nav', nav }, after: { target: '12.5', want: '12' } });
    const body = JSON.parse(room.deliveries[0]?.body ?? '{}') as { sizing: { nav: unknown; reasons: unknown[] } };
    expect(body.sizing.nav).toEqual(nav);
    expect(body.sizing.reasons).toEqual([
      { rule: 'nav', before: '100000', after: '25000' },
      { rule: 'scale', before: '100', after: '12.5' },
      { rule: 'round', before: '12.5', after: '12' },
    ]);
  });

  it.each([
    ['nobody has one', undefined, undefined],
    ['the manager has none', '25000', undefined],
    ['the follower has none', undefined, '100000'],
    ["the follower's is zero", '0', '100000'],
    ["the manager's is zero", '25000', '0'],
  ])('withholds increases where %s; what reduces goes on', async (_what, followers, managers) => {
    const follower = await join();
    await own(follower, '10', '2026-01-05T10:00:00.000Z');
    await room.work((await room.order({ side: 'buy', qty: '100', nav: '10' })).seq);
    const bare = await join();
    if (followers !== undefined) await own(bare, followers);
    const { seq } = await room.order({ side: 'buy', qty: '100', ...(managers === undefined ? {} : { nav: managers }) });
    await room.work(seq);
    const rows = (await room.claim({ seq }))?.rows ?? [];
    expect(rows[bare.place]).toMatchObject({ qty: '0', fate: 'skip', code: 'nav_missing', after: { target: '0' } });
    const less = (await room.order({ side: 'sell', qty: '100' })).seq;
    await room.work(less);
    expect((await room.claim({ seq: less }))?.rows[follower.place]).toMatchObject({
      fate: 'send',
      after: { want: expect.any(String) },
    });
  });

  it('moves nothing by itself: a later NAV counts for what is claimed after it', async () => {
    const follower = await join();
    await own(follower, '10');
    await say({ vault_id: vault.vault_id, nav: '10', ts: now() });
    house.now += 1000;
    await room.work((await room.order({ side: 'buy', qty: '10' })).seq);
    house.now += 1000;
    await own(follower, '40');
    const { seq } = await room.order({ side: 'buy', qty: '10' });
    await room.work(seq);
    expect((await room.claim({ seq }))?.rows[0]).toMatchObject({ qty: '20', before: { want: '5' }, after: { want: '25' } });
  });

  it('costs who is not sized by it nothing: not a byte of the claim', async () => {
    await house.register(vault, carl, { scale: '0.5' });
    const { seq } = await room.order({ side: 'buy', qty: '10', nav: '100' });
    await room.work(seq);
    expect((await room.claim({ seq }))?.rows[0]?.inputs).not.toHaveProperty('nav');
    expect(room.deliveries[0]?.body).not.toContain('"nav"');
  });
});
