import { beforeEach, describe, expect, it } from 'vitest';
import type { Table } from '../../shared/adapters/dynamo/client.ts';
import { findVault } from '../../shared/adapters/dynamo/lookups.ts';
import { listNav, putNav } from '../../shared/adapters/dynamo/nav-store.ts';
import type { Principal } from '../../shared/domain/tenants/principal.ts';
import { recordNav } from '../../shared/domain/vaults/nav.ts';
import { type NavSnapshot, navBody, type Vault } from '../../shared/domain/vaults/vault.ts';
import { carl, dying, House, mia } from '../followers/support/house.ts';

let house: House;
let vault: Vault;
beforeEach(async () => {
  house = new House();
  vault = await house.vault();
});

interface How {
  readonly by?: Principal;
  readonly table?: Table;
}
const record = (nav: string, ts: string, { by = mia, table = house.table }: How = {}): Promise<NavSnapshot> => {
  const event_id = house.seed();
  return recordNav(
    { principal: by, vaultId: vault.vault_id, body: navBody.parse({ nav, ts }) },
    {
      clock: house.clock,
      vault: (id) => findVault(table, id),
      put: (of, snapshot) => putNav(table, of, snapshot, { by: 'mia', request_id: 'r', event_id }),
    },
  );
};
const events = () => house.audit(vault.vault_id).filter((row) => row['action'] === 'vault.nav_recorded');

describe('a NAV', () => {
  it('is recorded once with its audit event; the same again is the same snapshot, in whatever spelling', async () => {
    const first = await record('1000.50', '2026-01-05T11:00:00Z');
    house.now += 60_000;
    const again = [await record('1000.5', '2026-01-05T11:00:00.000Z'), await record('01000.500', '2026-01-05T11:00:00.0009Z')];
    expect(first).toEqual({
      vault_id: vault.vault_id,
      ts: '2026-01-05T11:00:00.000Z',
      nav: '1000.5',
      recorded_at: '2026-01-05T12:00:00.000Z',
    });
    expect(again).toEqual([first, first]);
    expect(events()).toHaveLength(1);
    expect(events()[0]?.['after']).toEqual(first);
  });

  it('is never another of the same time', async () => {
    await record('1000', '2026-01-05T11:00:00Z');
    const other = record('1000.000000000000000001', '2026-01-05T11:00:00Z');
    await expect(other).rejects.toMatchObject({ status: 409, code: 'nav_recorded', extra: { nav: '1000' } });
    expect(events()).toHaveLength(1);
  });

  it('lies at most five seconds ahead', async () => {
    await record('1', '2026-01-05T12:00:05.000Z');
    await expect(record('1', '2026-01-05T12:00:05.001Z')).rejects.toMatchObject({ status: 422, code: 'nav_in_future' });
  });

  it('of a vault is for its own tenant to tell', async () => {
    await expect(record('1', '2026-01-05T11:00:00Z', { by: carl })).rejects.toMatchObject({ code: 'vault_not_found' });
  });

  it.each(['-1', '1e3', 'x', ''])('is no amount: %s', (nav) => {
    expect(navBody.safeParse({ nav, ts: '2026-01-05T11:00:00Z' }).success).toBe(false);
  });

  it('that died at any of its calls is recorded once when it is told again', async () => {
    const counted = dying(house.table);
    await record('5', '2026-01-04T00:00:00Z', { table: counted.table });
    for (let at = 1; at <= counted.calls(); at += 1)
      for (const when of ['before', 'after'] as const) {
        const ts = `2026-01-04T0${at}:00:0${when === 'after' ? 1 : 0}.000Z`;
        await expect(record('5', ts, { table: dying(house.table, at, when).table })).rejects.toThrow('died');
        expect(await record('5', ts)).toMatchObject({ ts, nav: '5' });
        expect(events().filter((row) => JSON.stringify(row).includes(ts))).toHaveLength(1);
      }
    expect(counted.calls()).toBe(3);
  });
});

describe('the list of a vault’s NAVs', () => {
  const day = (n: number) => `2025-12-0${n}T00:00:00.000Z`;
  beforeEach(async () => {
    for (const n of [3, 1, 5, 2, 4]) await record(String(n), day(n));
  });
  async function walk(limit: number, since?: string): Promise<string[]> {
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listNav(house.table, vault, { limit, cursor, since });
      expect(page.items.length).toBeLessThanOrEqual(limit);
      found.push(...page.items.map(({ nav }) => nav));
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
    return found;
  }

  it.each([1, 2, 5, 50])('is the newest first, %i at a time, down to a time', async (limit) => {
    expect(await walk(limit)).toEqual(['5', '4', '3', '2', '1']);
    expect(await walk(limit, day(3))).toEqual(['5', '4', '3']);
    expect(await walk(limit, '2025-12-03T00:00:00.001Z')).toEqual(['5', '4']);
    expect(await walk(limit, '2027-01-01T00:00:00.000Z')).toEqual([]);
  });

  it.each(['VAULT', 'NAV#', 'NAV#2025-12-02T00:00:00.000Z', 'NAV#\u{1f600}', 'NAV#\u007f', 5, ['NAV#']])(
    'refuses the cursor %j, outside of what was asked',
    async (position) => {
      const cursor = Buffer.from(JSON.stringify(position)).toString('base64url');
      const asked = listNav(house.table, vault, { limit: 2, cursor, since: day(3) });
      await expect(asked).rejects.toMatchObject({ status: 400, code: 'cursor_invalid' });
    },
  );
});
