import { describe, expect, it } from 'vitest';
import type { Follower, FollowerBody } from '../../shared/domain/followers/follower.ts';
import { type RegisterPorts, registerFollower } from '../../shared/domain/followers/register.ts';
import { newVault } from '../../shared/domain/vaults/create.ts';
import type { Vault } from '../../shared/domain/vaults/vault.ts';
import { emptyRoom } from '../entitlements/support/room.ts';
import { ownerOf } from '../tenants/support/callers.ts';

const now = Date.parse('2026-01-05T12:00:00.000Z');
const tenant = { tenant_id: 'ten_01HF7YAT00000000000000000A', kind: 'manager' as const };
const empty = newVault(
  { label: 'v', rails: ['fiat'] },
  tenant.tenant_id,
  'vlt_01HF7YAT00000000000000000B',
  new Date(now).toISOString(),
);
const body: FollowerBody = { mode: 'proportional', scale: '1', webhook: { url: 'https://follower.example/orders' } };
const request = { vaultId: empty.vault_id, principal: ownerOf(tenant.tenant_id), body, seed: '01HF7YAT00000000000000000C' };

const ports = (vault: Vault, more: Partial<RegisterPorts> = {}): RegisterPorts => ({
  clock: () => now,
  vault: async () => vault,
  follower: async () => undefined,
  room: async () => emptyRoom(),
  commit: async () => 'committed',
  whyUrlRefused: async () => undefined,
  backOff: async () => undefined,
  ring: async () => undefined,
  shardSize: 100,
  ...more,
});
const filled = (shards: number, last: number): Vault => ({ ...empty, shards, last_shard_followers: last });

describe('a new follower', () => {
  it.each([
    ['opens the first shard', filled(0, 0), 0, 0],
    ['takes the next place of the newest', filled(3, 7), 2, 7],
    ['opens another when that is full', filled(3, 100), 3, 0],
    ['opens the last that a vault can have', filled(1999, 100), 1999, 0],
    ['takes the last place of the last', filled(2000, 99), 1999, 99],
  ])('%s', async (_, vault, shard, place) => {
    expect(await registerFollower(request, ports(vault))).toMatchObject({ shard, place });
  });
});

describe('a vault with 2,000 full shards', () => {
  const full = filled(2000, 100);
  const commit = async () => expect.unreachable();

  it('takes no more: nobody could ring them', async () => {
    await expect(registerFollower(request, ports(full, { commit }))).rejects.toMatchObject({ status: 409, code: 'vault_full' });
  });

  it('still knows, when it is asked again, the one that took the last place', async () => {
    const last = { follower_id: `fol_${request.seed}` } as Follower;
    expect(await registerFollower(request, ports(full, { commit, follower: async () => last }))).toBe(last);
  });
});
