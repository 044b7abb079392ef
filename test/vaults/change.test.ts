import { beforeEach, describe, expect, it } from 'vitest';
import { commitEntry, readForAccept } from '../../shared/adapters/dynamo/accept-store.ts';
import type { Table } from '../../shared/adapters/dynamo/client.ts';
import { partitions } from '../../shared/adapters/dynamo/keys.ts';
import { readEntry } from '../../shared/adapters/dynamo/line-reads.ts';
import { findVault } from '../../shared/adapters/dynamo/lookups.ts';
import { saveVaultChange, vaultChangeMade } from '../../shared/adapters/dynamo/vault-change.ts';
import { acceptOrder } from '../../shared/domain/mirroring/accept.ts';
import type { Principal } from '../../shared/domain/tenants/principal.ts';
import { changeVault } from '../../shared/domain/vaults/change.ts';
import { type Vault, type VaultPatch, vaultPatch } from '../../shared/domain/vaults/vault.ts';
import { carl, dying, House, mia } from '../followers/support/house.ts';
import { personOf } from '../tenants/support/callers.ts';

let house: House;
let vault: Vault;
beforeEach(async () => {
  house = new House();
  vault = await house.vault({ public: false, instruments: { IBM: { increment: '1' } } });
  house.now += 1000;
});

interface How {
  readonly seed?: string;
  readonly by?: Principal;
  readonly ifMatch?: string;
  readonly table?: Table;
}
const change = (patch: VaultPatch, { seed = house.seed(), by = mia, ifMatch, table = house.table }: How = {}): Promise<Vault> =>
  changeVault(
    { principal: by, vaultId: vault.vault_id, patch, seed, ifMatch },
    {
      clock: house.clock,
      backOff: async () => undefined,
      vault: (id) => findVault(table, id),
      made: (v, madeBy) => vaultChangeMade(table, v, madeBy),
      save: (next, before) => saveVaultChange(table, next, before, { by: by.subject, request_id: 'r', seed }),
    },
  );
let orders = 0;
function order(symbol = 'IBM') {
  orders += 1;
  const what = { external_id: `o-${orders}`, symbol, side: 'buy', qty: '1', order_type: 'market', time_in_force: 'day' } as const;
  return acceptOrder(
    {
      tenant_id: vault.tenant_id,
      vault_id: vault.vault_id,
      by: 'mia',
      source: 'api',
      order: { ...what, ref_price: '10', ts: new Date(house.now).toISOString() },
    },
    {
      clock: house.clock,
      backOff: async () => undefined,
      ring: async () => undefined,
      read: (request, at) => readForAccept(house.table, request, at),
      commit: (entry, read) => commitEntry(house.table, entry, read),
      entry: (of, seq) => readEntry(house.table, of, seq),
    },
  );
}
const listed = () => house.memory.partition(partitions.publicVaults).length;
const changes = () => house.audit(vault.vault_id).filter((row) => /vault\.(changed|closed)/.test(String(row['action'])));

describe('a vault that is changed', () => {
  it('has what was asked, in canonical form, and all else as it was', async () => {
    const patch = vaultPatch.parse({
      label: 'Second',
      rails: ['crypto', 'crypto'],
      personas: ['ares'],
      risk_profile: { band: 'high' },
      max_age_s: 60,
      flip_policy: { min_ttl_s: 10, max_ttl_s: 20, max_amplify: '1' },
      instruments: { MSFT: { increment: '0.10', min_qty: '01' } },
    });
    await change(patch);
    const { ver, updated_at, ...now } = await house.vaultNow(vault);
    const { ver: _v, updated_at: _u, ...before } = vault;
    expect([ver, updated_at]).toEqual([2, '2026-01-05T12:00:01.000Z']);
    const instruments = { MSFT: { increment: '0.1', min_qty: '1' } };
    expect(now).toEqual({ ...before, ...patch, rails: ['crypto'], instruments });
    expect(changes()).toMatchObject([
      { action: 'vault.changed', by: mia.subject, before: { label: 'First' }, after: { label: 'Second' } },
    ]);
  });

  it('has no instruments any more where they are null, and keeps them where nothing is said', async () => {
    await change({ label: 'x' });
    expect((await house.vaultNow(vault)).instruments).toEqual({ IBM: { increment: '1' } });
    await change({ instruments: null });
    expect(await house.vaultNow(vault)).not.toHaveProperty('instruments');
  });

  it('is on the public list exactly while it is public, closed or not', async () => {
    const seen: number[] = [];
    for (const patch of [{ public: true }, { label: 'y' }, { public: true }, { status: 'closed' as const }, { public: false }]) {
      await change(patch);
      seen.push(listed());
    }
    expect(seen).toEqual([1, 1, 1, 1, 0]);
  });

  it('is closed for good: how it is shown may change, its settings may not', async () => {
    await change({ status: 'closed', label: 'The end' });
    for (const patch of [{ max_age_s: 5 }, { rails: ['crypto' as const] }, { instruments: null }, { label: 'z', personas: [] }])
      await expect(change(patch)).rejects.toMatchObject({ status: 409, code: 'vault_closed' });
    await change({ status: 'closed' });
    await change({ label: 'Really', public: true });
    expect(await house.vaultNow(vault)).toMatchObject({ status: 'closed', label: 'Really', max_age_s: 300 });
    expect(changes().map((row) => row['action'])).toEqual(['vault.closed', 'vault.changed', 'vault.changed']);
    await expect(order()).rejects.toMatchObject({ code: 'vault_closed' });
    await expect(house.register(await house.vaultNow(vault))).rejects.toMatchObject({ code: 'vault_closed' });
  });

  it.each(['open', 'halted', 'maintenance', null])('is never opened: status %j is no status of a PATCH', (status) => {
    expect(vaultPatch.safeParse({ status }).success).toBe(false);
  });

  it('is refused when it is not what the caller saw, by a new follower and by an order too', async () => {
    await change({ label: 'a' }, { ifMatch: '"1"' });
    await order();
    for (const ifMatch of ['"1"', '"2"', '"x"']) {
      await expect(change({ label: 'b' }, { ifMatch })).rejects.toMatchObject({ status: 412, code: 'precondition_failed' });
    }
    await change({ label: 'c' }, { ifMatch: '"3"' });
    expect(await house.vaultNow(vault)).toMatchObject({ label: 'c', ver: 4, seq: 1 });
  });

  it('is its own tenant’s alone, public or not', async () => {
    await change({ public: true });
    await expect(change({ label: 'b' }, { by: carl })).rejects.toMatchObject({ status: 404, code: 'vault_not_found' });
    await expect(change({ label: 'b' }, { by: personOf('auditor', vault.tenant_id) })).rejects.toMatchObject({ status: 403 });
    expect((await house.vaultNow(vault)).label).toBe('First');
  });
});

describe('a change beside others', () => {
  it('loses nothing of orders, of new followers, nor of other changes', async () => {
    await change({ instruments: null, public: true });
    const patches: VaultPatch[] = [{ label: 'raced' }, { max_age_s: 77 }, { personas: ['apollo'] }];
    const all = [
      ...Array.from({ length: 8 }, () => order()),
      ...patches.map((patch) => change(patch)),
      ...Array.from({ length: 3 }, () => house.register(vault)),
    ];
    await Promise.all(all);
    expect(await house.vaultNow(vault)).toMatchObject({
      seq: 8,
      followers: 3,
      label: 'raced',
      max_age_s: 77,
      personas: ['apollo'],
      ver: 16,
    });
    for (let seq = 1; seq <= 8; seq += 1) expect(await readEntry(house.table, vault, seq)).toMatchObject({ seq });
  });

  it('of two that saw the same vault one is made', async () => {
    const both = await Promise.allSettled([
      change({ label: 'a' }, { ifMatch: '"1"' }),
      change({ label: 'b' }, { ifMatch: '"1"' }),
    ]);
    expect(both.map((r) => r.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(changes()).toHaveLength(1);
  });
});

describe('a change that is run again', () => {
  it('after it died at any of its calls is made once', async () => {
    const counted = dying(house.table);
    await change({ label: 'count' }, { table: counted.table });
    for (let at = 1; at <= counted.calls(); at += 1)
      for (const when of ['before', 'after'] as const) {
        const { ver } = await house.vaultNow(vault);
        const made = changes().length;
        const how = { seed: house.seed(), ifMatch: `"${ver}"` };
        const label = `${at} ${when}`;
        await expect(change({ label }, { ...how, table: dying(house.table, at, when).table })).rejects.toThrow('died');
        await change({ label }, how);
        expect(await house.vaultNow(vault)).toMatchObject({ label, ver: ver + 1 });
        expect(changes()).toHaveLength(made + 1);
      }
    expect(counted.calls()).toBe(4);
  });

  it('does not undo what somebody changed since', async () => {
    const seed = house.seed();
    await change({ label: 'mine' }, { seed });
    await change({ label: 'theirs' });
    expect((await change({ label: 'mine' }, { seed })).label).toBe('theirs');
  });
});
