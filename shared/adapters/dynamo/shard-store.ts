import {
  BatchGetCommand,
  DeleteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { Claim, ShardKey } from '../../domain/mirroring/claim.ts';
import type { At, LogEntry } from '../../domain/mirroring/entry.ts';
import type { Ledger } from '../../domain/mirroring/plan.ts';
import type { Finish, ShardStore, ShardView, VaultNow } from '../../domain/mirroring/shard-store.ts';
import { barrierCondition, claimAsk, endAsk, readAsked } from './ask-store.ts';
import { claimOf, cursorOf } from './claim-item.ts';
import { failedConditions, held, type Table, transacted } from './client.ts';

import { keys, partitions, prefixes, shardsPerProgressItem } from './keys.ts';
import { ledgerOf, readEntry, readLedger } from './line-reads.ts';
import { getItem } from './lookups.ts';
import { openPartition } from './open-rows.ts';
import { packClaim, packLedger, packOutcomes } from './packed.ts';
import { readPast } from './past-reads.ts';
import { withPrefix } from './query-all.ts';
import { readToResend } from './resend-store.ts';
import { endRevert } from './revert-store.ts';
import { readRoster } from './roster.ts';

/** One shard's line in the table: the port of the mirroring core. Per shard and entry: 6 calls, 2 of them writes of packed rows. */
export function shardStore(table: Table): ShardStore {
  return {
    last: (key) => readLast(table, key),
    roster: (key) => readRoster(table, key),
    load: (key) => load(table, key),
    entry: (key, seq) => readEntry(table, key, seq),
    vault: (key) => readVault(table, key),
    inputs: (key, symbol) => readInputs(table, key, symbol),
    isCanceled: async (key, seq) => (await getItem(table, keys.canceled(key, seq))) !== undefined,
    past: (key, cancel, roster) => readPast(table, key, cancel, roster),
    asked: (key, ask) => readAsked(table, key, ask),
    toResend: (key, ask) => readToResend(table, key, ask),
    claim: (key, claim, after, reverts) => putClaim(table, key, claim, { after, reverts }),
    claimAsk: (key, claim) => claimAsk(table, key, claim),
    endAsk: (key, ask, at, after) => (ask.kind === 'revert' ? endRevert : endAsk)(table, key, ask, at, after),
    takeOver: (key, claim, next) => takeOver(table, key, claim, next),
    finish: (key, finish) => writeFinish(table, key, finish),
    mark: (key, entry) => mark(table, key, entry),
  };
}

async function load(table: Table, key: ShardKey): Promise<ShardView> {
  const last = await readLast(table, key);
  return { last, ...(await readRoster(table, key)) };
}

/** What a shard reads of the vault's item. */
const vaultNames = { '#status': 'status', '#switches': 'switches', '#seq': 'seq', '#canceled': 'canceled_to' };
const vaultProjection = Object.keys(vaultNames).join(', ');
/** What it reads of the vault's item and of a ledger at once. */
const inputNames = { ...vaultNames, '#sk': 'sk', '#line': 'line', '#rows': 'rows' };
const inputProjection = Object.keys(inputNames).join(', ');

async function readVault(table: Table, key: ShardKey): Promise<VaultNow> {
  const get = new GetCommand({
    TableName: table.name,
    Key: keys.vault(key),
    ConsistentRead: true,
    ProjectionExpression: vaultProjection,
    ExpressionAttributeNames: vaultNames,
  });
  const { Item } = await table.client.send(get);
  if (Item === undefined) throw new Error(`vault ${key.vault_id} is missing`);
  return Item as VaultNow;
}

async function readInputs(table: Table, key: ShardKey, symbol: string): Promise<{ ledger: Ledger; vault: VaultNow }> {
  const vaultKey = keys.vault(key);
  const request = {
    Keys: [{ ...vaultKey }, { ...keys.ledger(key, symbol) }],
    ProjectionExpression: inputProjection,
    ExpressionAttributeNames: inputNames,
    ConsistentRead: true,
  };
  const { Responses, UnprocessedKeys } = await table.client.send(
    new BatchGetCommand({ RequestItems: { [table.name]: request } }),
  );
  const items = Responses?.[table.name] ?? [];
  const vault = items.find((item) => item['sk'] === vaultKey.sk);
  // Two small items are answered together but when the table is throttled: then each is read by itself.
  const throttled = Object.keys(UnprocessedKeys ?? {}).length > 0;
  if (throttled || vault === undefined) {
    return { vault: await readVault(table, key), ledger: await readLedger(table, key, symbol) };
  }
  return {
    // The projection above names what VaultNow has.
    vault: vault as unknown as VaultNow,
    ledger: ledgerOf(
      symbol,
      items.find((item) => item !== vault),
    ),
  };
}

/** The newest claim or result. A barred slot says which entry stands before it. */
export async function readLast(table: Table, key: ShardKey): Promise<Claim> {
  const { Items } = await table.client.send(
    new QueryCommand({
      ...withPrefix(partitions.shard(key), prefixes.result),
      TableName: table.name,
      ConsistentRead: true,
      ScanIndexForward: false,
      Limit: 1,
    }),
  );
  const newest = Items?.[0];
  // A barrier carries the seq and k of the entry before it (ask-store.ts).
  const last = newest?.['state'] === 'barrier' ? await getItem(table, keys.result(key, newest as unknown as At)) : newest;
  if (last === undefined) throw new Error(`shard ${key.shard} of ${key.vault_id} was never opened`);
  return last['state'] === 'done' ? cursorOf(last) : claimOf(last);
}

async function putClaim(
  table: Table,
  key: ShardKey,
  claim: Claim,
  { after, reverts }: { after: At; reverts: number | undefined },
): Promise<boolean> {
  const { rows, outcomes: _none, ...plain } = claim;
  const Item = { ...keys.result(key, claim), ...plain, plan: packClaim(rows) };
  const Put = { TableName: table.name, Item, ...barrierCondition(after.k ?? 0) };
  if (reverts === undefined) return held(table.client.send(new PutCommand(Put)));
  return transacted(table, [{ Put }, { ConditionCheck: sameReverts(table, key, reverts) }]);
}

/** Holds while no revert has ended since they were counted. */
const sameReverts = (table: Table, key: ShardKey, reverts: number) => ({
  TableName: table.name,
  Key: keys.reverts(key),
  ...(reverts === 0
    ? { ConditionExpression: 'attribute_not_exists(pk)' }
    : { ConditionExpression: 'n = :n', ExpressionAttributeValues: { ':n': reverts } }),
});

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
    Key: keys.result(key, claim),
    UpdateExpression: 'SET #owner = :next, lease_until = :until, taken = :true',
    ConditionExpression: owned,
    ExpressionAttributeNames: ownedNames,
    ExpressionAttributeValues: { ...ownedValues(claim), ':next': next.owner, ':until': next.lease_until, ':true': true },
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
    Key: keys.result(key, f.claim),
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
    Item: {
      ...keys.ledger(key, f.ledger.symbol),
      line: f.ledger.line,
      at: f.finished_at,
      rows: packLedger(f.ledger.rows.values()),
    },
    ConditionExpression: f.ledgerLineBefore === 0 ? 'attribute_not_exists(pk)' : 'line = :before',
    ...(f.ledgerLineBefore === 0 ? {} : { ExpressionAttributeValues: { ':before': f.ledgerLineBefore } }),
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
async function mark(table: Table, key: ShardKey, entry: Pick<LogEntry, 'seq' | 'pinned'>): Promise<void> {
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
