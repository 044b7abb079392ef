import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { askItems } from '../../shared/adapters/dynamo/ask-store.ts';
import { keys } from '../../shared/adapters/dynamo/keys.ts';
import { shardStore } from '../../shared/adapters/dynamo/shard-store.ts';
import { askEntry } from '../../shared/domain/mirroring/asks.ts';
import type { Claim } from '../../shared/domain/mirroring/claim.ts';
import type { Ask } from '../../shared/domain/mirroring/entry.ts';
import { newVault } from '../../shared/domain/vaults/create.ts';
import { MemoryTable } from '../world/memory/table.ts';

const at = '2026-01-05T15:00:00.000Z';
const vault = newVault({ label: 'Ends', rails: ['fiat'] }, 'ten_manager', 'vlt_1', at);
const key = { tenant_id: vault.tenant_id, vault_id: vault.vault_id, shard: 2 };
const ask: Ask = { kind: 'sync', cause: 'req_1', follower_id: 'fol_1', place: 0, asked_at: at, by: 'usr_1' };
const asked = { vault, positions: [], ledgers: [], done: new Set<string>(), ended: false };
/** The vault's second entry is done, and nothing stands behind it. */
const last = { seq: 2 };

const claimOf = (symbol: string): Claim & { readonly entry: ReturnType<typeof askEntry> } => {
  const entry = askEntry(ask, symbol, asked, { key, last });
  const when = { lease_until: 1, accepted_at: at, claimed_at: at };
  return { seq: 2, k: 1, symbol, state: 'claimed', owner: 'one', ...when, rows: [], outcomes: [], entry };
};

/** A shard of which one thing is asked, as two owners see it. */
function shard() {
  const memory = new MemoryTable();
  const table = memory.asTable('any');
  const rows = askItems(key, ask).map(({ pk, sk }) => ({ pk: pk as string, sk: sk as string }));
  const store = shardStore(table);
  const standing = () => rows.filter((row) => memory.peek(row) !== undefined).length;
  const done = () => memory.peek(keys.done(key, ask.cause));
  for (const Item of askItems(key, ask)) memory.execute(new PutCommand({ TableName: 'any', Item }));
  return { memory, store, standing, done };
}

describe('the end of what a follower asks', () => {
  it('is its end: who stood still meanwhile claims nothing of it any more', async () => {
    const { memory, store, standing } = shard();
    await store.endAsk(key, ask, at, last);
    expect(standing()).toBe(0);
    const before = [...memory.items()];
    expect(await store.claimAsk(key, claimOf('IBM'))).toBe(false);
    expect([...memory.items()]).toEqual(before);
  });

  it('waits for what another owner has claimed of it: its rows ring for that', async () => {
    const { store, standing, done } = shard();
    expect(await store.claimAsk(key, claimOf('IBM'))).toBe(true);
    await store.endAsk(key, ask, at, last);
    expect([standing(), done()]).toEqual([2, undefined]);
    await store.endAsk(key, ask, at, { seq: 2, k: 1 });
    expect([standing(), done()]).toEqual([0, expect.objectContaining({ at })]);
  });

  it('waits for an entry of the vault that was claimed behind what was read', async () => {
    const { store, standing } = shard();
    const { entry: _, k: __, ...order } = claimOf('IBM');
    expect(await store.claim(key, { ...order, seq: 3 }, last)).toBe(true);
    await store.endAsk(key, ask, at, last);
    expect(standing()).toBe(2);
  });
});
