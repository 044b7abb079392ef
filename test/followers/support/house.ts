import type { Table } from '../../../shared/adapters/dynamo/client.ts';
import { commitFollower, replaceFollower } from '../../../shared/adapters/dynamo/follower-store.ts';
import { findFollower, findVault } from '../../../shared/adapters/dynamo/lookups.ts';
import { putVault } from '../../../shared/adapters/dynamo/vault-store.ts';
import type { PlanId } from '../../../shared/domain/entitlements/plans.ts';
import type { Follower, FollowerBody } from '../../../shared/domain/followers/follower.ts';
import { leaveVault } from '../../../shared/domain/followers/leave.ts';
import { registerFollower } from '../../../shared/domain/followers/register.ts';
import type { Principal } from '../../../shared/domain/tenants/principal.ts';
import { newVault } from '../../../shared/domain/vaults/create.ts';
import type { Vault, VaultBody } from '../../../shared/domain/vaults/vault.ts';
import { timestamp } from '../../../shared/kit/clock.ts';
import { sha256 } from '../../../shared/kit/hash.ts';
import { ulid } from '../../../shared/kit/ids.ts';
import { roomsIn } from '../../entitlements/support/room.ts';
import { ownerOf } from '../../tenants/support/callers.ts';
import { aroundTable } from '../../world/memory/around.ts';
import { Died } from '../../world/memory/died.ts';
import { MemoryTable } from '../../world/memory/table.ts';

export const [mia, carl] = ['A', 'B'].map((letter) => ownerOf(`ten_01HF7YAT0000000000000000${letter}0`)) as [
  Principal,
  Principal,
];
/** A table that dies at one of its calls, before it was carried out or after; without a number it only counts. */
export function dying(
  table: Table,
  at = 0,
  when: 'before' | 'after' = 'before',
): { readonly table: Table; readonly calls: () => number } {
  let calls = 0;
  const mortal = aroundTable(table, async (_, go) => {
    calls += 1;
    const dies = calls === at;
    if (dies && when === 'before') throw new Died('before');
    const answer = await go();
    if (dies) throw new Died('after');
    return answer;
  });
  return { table: mortal, calls: () => calls };
}

export type Row = Record<string, unknown> & { readonly pk: string; readonly sk: string };

/** A house of one manager (mia) and one client (carl) on a table in memory: the real use cases on the real adapters. */
export class House {
  now = Date.parse('2026-01-05T12:00:00.000Z');
  readonly clock = (): number => this.now;
  /** Of tenants without a subscription. */
  plan: PlanId | null = 'institutional';
  readonly memory = new MemoryTable({ clock: () => this.now });
  readonly table = this.memory.asTable('house');
  #seeds = 0;

  seed = (): string => {
    this.#seeds += 1;
    return ulid(this.now, sha256(`seed ${this.#seeds}`));
  };

  async vault(more: Partial<VaultBody> = {}): Promise<Vault> {
    const body = { label: 'First', rails: ['fiat' as const], public: true, ...more };
    const vault = newVault(body, mia.tenantId ?? '', `vlt_${this.seed()}`, timestamp(this.now));
    return putVault(this.table, vault, { subject: 'mia', request_id: 'r' });
  }
  vaultNow = async ({ vault_id }: Pick<Vault, 'vault_id'>): Promise<Vault> => (await findVault(this.table, vault_id)) as Vault;

  register(
    vault: Vault,
    principal = carl,
    more: Partial<FollowerBody> = {},
    shardSize = 100,
    table = this.table,
  ): Promise<Follower> {
    const body: FollowerBody = { mode: 'proportional', scale: '1', webhook: { url: 'https://f.example/' }, ...more };
    const nothing = async () => undefined;
    return registerFollower(
      { vaultId: vault.vault_id, principal, body, seed: this.seed() },
      {
        clock: this.clock,
        backOff: nothing,
        ring: nothing,
        whyUrlRefused: nothing,
        shardSize,
        vault: (id) => findVault(this.table, id),
        follower: (id) => findFollower(this.table, id),
        room: roomsIn(table, this.clock, this.plan),
        commit: (f, v, how) => commitFollower(table, f, v, { ...how, subject: 'carl', request_id: 'r' }),
      },
    );
  }
  followerNow = async ({ follower_id }: Pick<Follower, 'follower_id'>): Promise<Follower> =>
    (await findFollower(this.table, follower_id)) as Follower;

  leave({ follower_id }: Follower, positions: 'keep' | 'flatten' = 'keep', principal = carl): Promise<Follower> {
    const event = { by: 'carl', request_id: 'r', before: {}, after: {}, event_id: this.seed(), action: 'follower.left' };
    return leaveVault(
      { followerId: follower_id, principal, positions },
      {
        clock: this.clock,
        backOff: async () => undefined,
        ring: async () => undefined,
        find: (id) => findFollower(this.table, id),
        vault: (id) => findVault(this.table, id),
        replace: (next, before, asks) => replaceFollower(this.table, next, before.ver, event, asks),
      },
    );
  }

  /** The audit events of an entity, as `action` and what they say. */
  audit(entity: string): Row[] {
    return this.rows().filter((row) => row.pk.endsWith(`#AUDIT#${entity}`));
  }
  rows = (): Row[] => [...this.memory.items()] as Row[];
}
