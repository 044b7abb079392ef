import { DeleteCommand, GetCommand, PutCommand, QueryCommand, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Follower } from '../../domain/followers/follower.ts';
import type { Claim, ShardKey } from '../../domain/mirroring/claim.ts';
import type { OrderEntry } from '../../domain/mirroring/order.ts';
import type { Ledger } from '../../domain/mirroring/plan.ts';
import type { Finish, ShardStore, ShardView } from '../../domain/mirroring/shard.ts';
import type { Switched } from '../../domain/vaults/status.ts';
import { failedConditions, held, type Table } from './client.ts';
import { followerOf } from './follower-item.ts';
import { keys, partitions, prefixes, shardsPerProgressItem } from './keys.ts';
import { openPartition } from './open-rows.ts';
import { packClaim, packLedger, packOutcomes, unpackClaim, unpackLedger, unpackOutcomes } from './packed.ts';

/** One shard's line in the table: the port of the mirroring core. Per shard and entry: 7 calls, 2 of them writes of packed rows. */
export function shardStore(table: Table): ShardStore {
  return {
    load: (key) => load(table, key),
    entry: (key, seq) => readEntry(table, key, seq),
    ledger: (key, symbol) => readLedger(table, key, symbol),
    claim: (key, claim) => putClaim(table, key, claim),
    takeOver: (key, claim, next) => takeOver(table, key, claim, next),
    finish: (key, finish) => writeFinish(table, key, finish),
    mark: (key, entry) => mark(table, key, entry),
  };
}

const query = (table: Table, pk: string, prefix: string) => ({
  TableName: table.name,
  ConsistentRead: true,
  KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
  ExpressionAttributeValues: { ':pk': pk, ':prefix': prefix },
});

async function load(table: Table, key: ShardKey): Promise<ShardView> {
  const pk = partitions.shard(key);
  const [results, roster, vault] = await Promise.all([
    table.client.send(new QueryCommand({ ...query(table, pk, prefixes.result), ScanIndexForward: false, Limit: 1 })),
    readRoster(table, pk),
    table.client.send(
      new GetCommand({
        TableName: table.name,
        Key: keys.vault(key),
        ConsistentRead: true,
        ProjectionExpression: '#s, switches',
        ExpressionAttributeNames: { '#s': 'status' },
      }),
    ),
  ]);
  const last = results.Items?.[0];
  if (last === undefined || vault.Item === undefined) throw new Error(`shard ${key.shard} of ${key.vault_id} was never opened`);
  return { last: claimOf(last), roster, vault: vault.Item as Switched };
}

/** The whole roster; a shard of 100 followers is one page, far below 1 MB. */
async function readRoster(table: Table, pk: string): Promise<Follower[]> {
  const followers: Follower[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const page = await table.client.send(new QueryCommand({ ...query(table, pk, prefixes.roster), ExclusiveStartKey: start }));
    followers.push(...(page.Items ?? []).map(followerOf));
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
  return followers;
}

export async function readEntry(
  table: Table,
  vault: Pick<ShardKey, 'tenant_id' | 'vault_id'>,
  seq: number,
): Promise<OrderEntry | undefined> {
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key: keys.entry(vault, seq), ConsistentRead: true }),
  );
  return Item?.['entry'];
}

export async function readLedger(table: Table, key: ShardKey, symbol: string): Promise<Ledger> {
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key: keys.ledger(key, symbol), ConsistentRead: true }),
  );
  return Item === undefined
    ? { symbol, seq: 0, rows: new Map() }
    : { symbol, seq: Item['seq'], rows: unpackLedger(Item['rows']) };
}

/** A claim's or result's item as the domain knows it; an opening marker has no rows. */
export function claimOf(item: Record<string, unknown>): Claim {
  const {
    plan,
    outcome,
    pk: _pk,
    sk: _sk,
    counts: _counts,
    ...rest
  } = item as Record<string, unknown> & { plan?: Uint8Array; outcome?: Uint8Array };
  return {
    ...(rest as unknown as Omit<Claim, 'rows' | 'outcomes'>),
    rows: plan === undefined ? [] : unpackClaim(plan),
    outcomes: outcome === undefined ? [] : unpackOutcomes(outcome),
  };
}

async function putClaim(table: Table, key: ShardKey, claim: Claim): Promise<boolean> {
  const { rows, outcomes: _none, ...plain } = claim;
  const Item = { ...keys.result(key, claim.seq), ...plain, plan: packClaim(rows) };
  return held(
    table.client.send(new PutCommand({ TableName: table.name, Item, ConditionExpression: 'attribute_not_exists(pk)' })),
  );
}

const owned = '#state = :claimed AND #owner = :owner AND lease_until = :lease';
const ownedNames = { '#state': 'state', '#owner': 'owner' };
const ownedValues = (claim: Claim) => ({ ':claimed': 'claimed', ':owner': claim.owner, ':lease': claim.lease_until });

async function takeOver(
  table: Table,
  key: ShardKey,
  claim: Claim,
  next: { owner: string; lease_until: number },
): Promise<boolean> {
  const update = new UpdateCommand({
    TableName: table.name,
    Key: keys.result(key, claim.seq),
    UpdateExpression: 'SET #owner = :next, lease_until = :until',
    ConditionExpression: owned,
    ExpressionAttributeNames: ownedNames,
    ExpressionAttributeValues: { ...ownedValues(claim), ':next': next.owner, ':until': next.lease_until },
  });
  return held(table.client.send(update));
}

/**
 * Ledger and result in one transaction (docs/decisions/0003): a ledger can then never be ahead of its result, for six
 * write units more per hundred children.
 */
async function writeFinish(table: Table, key: ShardKey, f: Finish): Promise<boolean> {
  const result = {
    TableName: table.name,
    Key: keys.result(key, f.claim.seq),
    UpdateExpression: 'SET #state = :done, outcome = :outcome, counts = :counts, finished_at = :at',
    ConditionExpression: owned,
    ExpressionAttributeNames: ownedNames,
    ExpressionAttributeValues: {
      ...ownedValues(f.claim),
      ':done': 'done',
      ':outcome': packOutcomes(f.outcomes),
      ':counts': f.counts,
      ':at': f.finished_at,
    },
  };
  const ledger = {
    TableName: table.name,
    Item: { ...keys.ledger(key, f.ledger.symbol), seq: f.ledger.seq, rows: packLedger(f.ledger.rows.values()) },
    ConditionExpression: f.ledgerSeqBefore === 0 ? 'attribute_not_exists(pk)' : 'seq = :before',
    ...(f.ledgerSeqBefore === 0 ? {} : { ExpressionAttributeValues: { ':before': f.ledgerSeqBefore } }),
  };
  try {
    await table.client.send(new TransactWriteCommand({ TransactItems: [{ Update: result }, { Put: ledger }] }));
    return true;
  } catch (error) {
    if (failedConditions(error).length > 0) return false;
    throw error;
  }
}

/** Adds the shard to the entry's progress; the one that completes it also closes the entry's OPEN row. */
async function mark(table: Table, key: ShardKey, entry: Pick<OrderEntry, 'seq' | 'pinned'>): Promise<void> {
  const block = Math.floor(key.shard / shardsPerProgressItem);
  const { Attributes } = await table.client.send(
    new UpdateCommand({
      TableName: table.name,
      Key: keys.progress(key, entry.seq, block),
      UpdateExpression: 'ADD done :shard',
      ExpressionAttributeValues: { ':shard': new Set([key.shard]) },
      ReturnValues: 'ALL_NEW',
    }),
  );
  const done = (Attributes?.['done'] as Set<number> | undefined)?.size ?? 0;
  if (entry.pinned.shards <= shardsPerProgressItem && done >= entry.pinned.shards) await closeOpen(table, key, entry.seq);
}

export async function closeOpen(table: Table, vault: Pick<ShardKey, 'vault_id'>, seq: number): Promise<void> {
  await table.client.send(
    new DeleteCommand({ TableName: table.name, Key: keys.open(openPartition(vault.vault_id), vault.vault_id, seq) }),
  );
}
