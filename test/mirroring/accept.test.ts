import { describe, expect, it } from 'vitest';
import { noPlan } from '../../shared/domain/entitlements/plans.ts';
import {
  type AcceptPorts,
  type AcceptRequest,
  type AcceptView,
  acceptOrder,
  decide,
} from '../../shared/domain/mirroring/accept.ts';
import type { ManagerOrderBody, OrderEntry } from '../../shared/domain/mirroring/order.ts';
import { ringsOf } from '../../shared/domain/mirroring/tree.ts';
import { newVault } from '../../shared/domain/vaults/create.ts';
import type { Vault } from '../../shared/domain/vaults/vault.ts';
import { Refusal } from '../../shared/kit/refusal.ts';
import { on } from '../entitlements/support/room.ts';

const now = Date.parse('2026-01-05T12:00:00.000Z');
const at = (seconds: number): string => new Date(now + seconds * 1000).toISOString();
const tenant = { tenant_id: 'ten_01HF7YAT00000000000000000A', kind: 'manager' as const };

const vault = (more: Partial<Vault> = {}): Vault => ({
  ...newVault({ label: 'v', rails: ['fiat'] }, tenant.tenant_id, 'vlt_01HF7YAT00000000000000000B', at(-3600)),
  shards: 3,
  ...more,
});
const order = (more: Partial<ManagerOrderBody> = {}): ManagerOrderBody => ({
  external_id: 'x-1',
  symbol: 'IBM',
  side: 'buy',
  qty: '010.50',
  order_type: 'market',
  time_in_force: 'day',
  ref_price: '100',
  ts: at(0),
  ...more,
});
const view = (more: Partial<AcceptView> = {}): AcceptView => ({
  vault: vault(),
  position: '0',
  predecessorDecided: false,
  ...more,
});
const request = (more: Partial<ManagerOrderBody> = {}): AcceptRequest => ({
  tenant_id: tenant.tenant_id,
  vault_id: vault().vault_id,
  order: order(more),
  source: 'api',
  by: 'mia',
});
const none = { plan: null, entitlements: noPlan };
const halted = { overlay_id: 'ovl_1', kind: 'halt' as const, starts_at: at(-10), expires_at: at(10) };
const maintained = { ...halted, kind: 'maintenance' as const };

const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
  return 'accepted';
};

describe('an order is refused', () => {
  it.each<[string, Partial<ManagerOrderBody>, Partial<AcceptView>, string]>([
    ['of a suspended tenant', {}, { tenantStatus: 'suspended' }, 'tenant_suspended'],
    ['of a suspended tenant that reduces', { side: 'sell' }, { tenantStatus: 'suspended', position: '20' }, 'tenant_suspended'],
    ['of a closed tenant', {}, { tenantStatus: 'closed' }, 'tenant_closed'],
    ['of an active tenant', {}, { tenantStatus: 'active' }, 'accepted'],
    ['of a manager without a plan', {}, { entitled: none }, 'entitlement_required'],
    ['of one without a plan that crosses zero', { side: 'sell' }, { entitled: none, position: '5' }, 'entitlement_required'],
    ['not of one without a plan that reduces', { side: 'sell' }, { entitled: none, position: '20' }, 'accepted'],
    ['not of one whose plan has a vault', {}, { entitled: on('core') }, 'accepted'],
    ['for a vault that is not there', {}, { vault: undefined }, 'vault_not_found'],
    ['when its predecessor is not decided', { prev_external_id: 'x-0' }, {}, 'predecessor_missing'],
    ['not when it is', { prev_external_id: 'x-0' }, { predecessorDecided: true }, 'accepted'],
    ['on a rail the vault lacks', { symbol: 'BTC/USD' }, {}, 'symbol_not_allowed'],
    [
      'for a symbol that is not listed',
      {},
      { vault: vault({ instruments: { AAPL: { increment: '1' } } }) },
      'symbol_not_allowed',
    ],
    ['not for one that is', {}, { vault: vault({ instruments: { IBM: { increment: '1' } } }) }, 'accepted'],
    ['when it is stale', { ts: at(-301) }, {}, 'order_stale'],
    ['not at the very age', { ts: at(-300) }, {}, 'accepted'],
    ['from the future', { ts: at(5.001) }, {}, 'order_in_future'],
    ['not within the skew', { ts: at(5) }, {}, 'accepted'],
    ['while halted', { side: 'sell' }, { vault: vault({ switches: [halted] }), position: '20' }, 'vault_halted'],
    ['not once the halt is over', {}, { vault: vault({ switches: [{ ...halted, expires_at: at(0) }] }) }, 'accepted'],
    ['in maintenance, when it increases', {}, { vault: vault({ switches: [maintained] }) }, 'vault_maintenance'],
    [
      'in maintenance, when it crosses zero',
      { side: 'sell' },
      { vault: vault({ switches: [maintained] }), position: '5' },
      'vault_maintenance',
    ],
    [
      'in maintenance not, when it reduces',
      { side: 'sell' },
      { vault: vault({ switches: [maintained] }), position: '20' },
      'accepted',
    ],
    ['when the vault is closed', {}, { vault: vault({ status: 'closed' }) }, 'vault_closed'],
    ['when nothing is there to reduce', { reduce_only: true }, {}, 'nothing_to_reduce'],
    ['when it is too large', { qty: '999999999999999999' }, {}, 'position_too_large'],
  ])('%s', (_name, more, seen, code) => {
    expect(codeOf(() => decide(request(more), view(seen), now))).toBe(code);
  });
});

describe('an entry', () => {
  it('has the next number, canonical decimals and what the shards share', () => {
    const entry = decide(request(), view({ vault: vault({ seq: 6 }), position: '2' }), now);
    expect(entry).toMatchObject({ seq: 7, accepted_at: at(0), order: { qty: '10.5' } });
    expect(entry.pinned).toMatchObject({ position_before: '2', position_after: '12.5', increment: '1', shards: 3 });
  });

  it('is never earlier than the one before', () => {
    expect(decide(request(), view({ vault: vault({ last_time: at(3) }) }), now).accepted_at).toBe(at(3));
  });

  it('drops the part of a reduce_only order that would cross zero, with a reason', () => {
    const entry = decide(request({ side: 'sell', qty: '15', reduce_only: true }), view({ position: '10' }), now);
    expect(entry.pinned.position_after).toBe('0');
    expect(entry.pinned.reasons).toEqual([{ rule: 'reduce_only', before: '15', after: '10' }]);
  });

  it('has an id that follows from vault and external_id, and rings every shard once', () => {
    const [a, b] = [decide(request(), view(), now), decide(request(), view({ vault: vault({ seq: 4 }) }), now + 1)];
    expect(a.manager_order_id).toBe(b.manager_order_id);
    expect(
      ringsOf(a)
        .bells.map((bell) => bell.shard)
        .sort(),
    ).toEqual([0, 1, 2]);
  });
});

describe('accepting', () => {
  const ports = (more: Partial<AcceptPorts>): AcceptPorts => ({
    clock: () => now,
    read: async () => view(),
    commit: async () => 'committed',
    entry: async () => undefined,
    ring: async () => undefined,
    backOff: async () => undefined,
    ...more,
  });

  it('tries again with a fresh read when another write was first', async () => {
    let reads = 0;
    const commits: number[] = [];
    const accepted = await acceptOrder(
      request(),
      ports({
        read: async () => {
          reads += 1;
          return view({ vault: vault({ seq: reads, ver: reads }) });
        },
        commit: async (entry, { vaultVersion }) => (commits.push(entry.seq * 10 + vaultVersion) < 3 ? 'conflict' : 'committed'),
      }),
    );
    expect(commits).toEqual([21, 32, 43]);
    expect(accepted.seq).toBe(4);
  });

  it('answers a duplicate with the order that there is, and rings its shards again', async () => {
    const rung: [number, boolean][] = [];
    const entry = decide(request(), view(), now) satisfies OrderEntry;
    const accepted = await acceptOrder(
      request({ ts: at(-9999) }),
      ports({
        read: async () => view({ existing: { manager_order_id: 'mo_x', seq: 9 } }),
        entry: async () => entry,
        commit: async () => expect.unreachable(),
        ring: async ({ bells }, again) => void rung.push([bells.length, again]),
      }),
    );
    expect([accepted, rung]).toEqual([{ manager_order_id: 'mo_x', seq: 9, duplicate: true }, [[3, true]]]);
  });

  it('gives up loudly, not silently, when it never gets through', async () => {
    await expect(acceptOrder(request(), ports({ commit: async () => 'conflict' }))).rejects.toThrow(/written by others/);
  });
});
