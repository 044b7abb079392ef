/**
 * The peer with the least machinery: one function that loops over all followers, a hundred at a time. Their rows (settings
 * and position together) come in pages of 1 MB. For every hundred it writes a checkpoint with the packed plan (the intent),
 * sends all hundred at once, and writes their rows back, 25 to a call. It is cheap in calls; but the last follower waits
 * for all others, one slow endpoint holds up its hundred, and a run ends at Lambda's 15 minutes.
 */
import { deflateRawSync } from 'node:zlib';
import { BatchWriteCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { openTable } from '../../shared/adapters/dynamo/client.ts';
import type { Follower } from '../../shared/domain/followers/follower.ts';
import type { OrderEntry } from '../../shared/domain/mirroring/order.ts';
import type { ClaimRow, StoredLevels } from '../../shared/domain/mirroring/plan.ts';
import { deliver, flatLevels, levelsAfter, planChild } from './shared-steps.ts';

const chunk = 100;
const perWrite = 25;
const table = openTable('bench');

/** A follower's row with its position in the one symbol of the bench. */
export type LoopRow = Follower & {
  readonly pk: string;
  readonly sk: string;
  readonly position?: { readonly seq: number; readonly levels: StoredLevels };
};
export const loopKey = (vaultId: string, f: Pick<Follower, 'follower_id'>) => ({
  pk: `LOOP#${vaultId}`,
  sk: `FOLLOWER#${f.follower_id}`,
});

/** All followers of the entry's vault. `chunks` counts the hundreds that were sent, one after the other. */
export async function loopOverAll(entry: OrderEntry): Promise<{ chunks: number }> {
  let start: Record<string, unknown> | undefined;
  let chunks = 0;
  do {
    const page = await table.client.send(
      new QueryCommand({
        TableName: table.name,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': loopKey(entry.vault_id, { follower_id: '' }).pk },
        ConsistentRead: true,
        ExclusiveStartKey: start,
      }),
    );
    // Rows that this peer wrote itself (set-up).
    const rows = (page.Items ?? []) as unknown as LoopRow[];
    for (let i = 0; i < rows.length; i += chunk) {
      await mirrorChunk(entry, rows.slice(i, i + chunk), chunks);
      chunks += 1;
    }
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
  return { chunks };
}

async function mirrorChunk(entry: OrderEntry, rows: readonly LoopRow[], n: number): Promise<void> {
  const open = rows.filter((row) => (row.position?.seq ?? 0) < entry.seq);
  const plans = open.map((row) => planChild(entry, row, row.position?.levels ?? flatLevels));
  await checkpoint(entry, n, plans, open.at(-1)?.follower_id ?? '');
  const sent = await Promise.all(
    plans.map((plan, i) => (plan.fate === 'send' ? deliver(entry, plan, open[i] as LoopRow) : false)),
  );
  const next = open.map((row, i) => ({
    ...row,
    position: { seq: entry.seq, levels: levelsAfter(plans[i] as ClaimRow, sent[i] === true), state: sent[i] ? 'ack' : 'skipped' },
  }));
  const calls = Array.from({ length: Math.ceil(next.length / perWrite) }, (_, i) => next.slice(i * perWrite, (i + 1) * perWrite));
  await Promise.all(
    calls.map((items) =>
      table.client.send(
        new BatchWriteCommand({ RequestItems: { [table.name]: items.map((Item) => ({ PutRequest: { Item } })) } }),
      ),
    ),
  );
}

/** The intent of a hundred, before anything leaves: what a successor finds after a crash. */
async function checkpoint(entry: OrderEntry, n: number, plans: readonly ClaimRow[], upTo: string): Promise<void> {
  const rows = plans.map((p) => [
    p.place,
    p.ver,
    Object.values(p.inputs),
    Object.values(p.before),
    Object.values(p.after),
    p.qty,
    p.fate,
  ]);
  await table.client.send(
    new PutCommand({
      TableName: table.name,
      Item: {
        pk: `CHECKPOINT#${entry.manager_order_id}`,
        sk: String(n).padStart(6, '0'),
        up_to: upTo,
        plan: deflateRawSync(Buffer.from(JSON.stringify(rows))),
      },
    }),
  );
}
