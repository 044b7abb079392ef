import { TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Asked, VaultPosition } from '../../domain/mirroring/asks.ts';
import type { Claim, ShardKey } from '../../domain/mirroring/claim.ts';
import { type Ask, type AskEntry, type At, byPlatform, placeIn } from '../../domain/mirroring/entry.ts';
import { milliseconds } from '../../kit/clock.ts';
import { vaultOf } from './accept-store.ts';
import { failedConditions, type Table, transacted } from './client.ts';
import { keys, partitions, prefixes, type ShardOf } from './keys.ts';
import { latestNav } from './latest-nav.ts';
import { getItem } from './lookups.ts';
import { openPartition } from './open-rows.ts';
import { packClaim, unpackLedger } from './packed.ts';
import { queryAll, withPrefix } from './query-all.ts';

type Writes = NonNullable<TransactWriteCommandInput['TransactItems']>;
type Item = Record<string, unknown>;

/** The rows of an ask, for the transaction that causes it: beside the roster, and where sweep looks. */
export const askItems = (shard: ShardOf, ask: Ask): Item[] => [
  { ...keys.todo(shard, ask.cause), ask },
  {
    ...keys.openAsk(openPartition(shard.vault_id), shard, ask.cause),
    tenant_id: shard.tenant_id,
    vault_id: shard.vault_id,
    seq: 0,
    shards: 0,
    ask: { shard: shard.shard, cause: ask.cause },
    opened_at: ask.asked_at,
  },
];

export const askOf = (item: Item): Ask => item['ask'] as Ask;

/** What an ask still has to do: the manager's positions, the shard's ledgers, and the symbols that were claimed. */
export async function readAsked(table: Table, key: ShardKey, ask: Ask): Promise<Asked> {
  const pk = partitions.shard(key);
  const [vault, positions, ledgers, done, nav] = await Promise.all([
    getItem(table, keys.vault(key)),
    queryAll(table, withPrefix(partitions.vault(key), prefixes.position)),
    queryAll(table, withPrefix(pk, prefixes.ledger)),
    queryAll(table, withPrefix(pk, keys.done(key, ask.cause).sk)),
    ask.kind === 'sync' ? latestNav(table, key, ask.asked_at) : undefined,
  ]);
  if (vault === undefined) throw new Error(`vault ${key.vault_id} is missing`);
  const symbols = done.map((item) => item['symbol'] as string);
  return {
    vault: vaultOf(vault),
    // As movePosition (accept-store.ts) writes them.
    positions: positions.map(({ pk: _pk, sk: _sk, ...position }) => position as unknown as VaultPosition),
    ledgers: ledgers.map((item) => ({
      symbol: (item['sk'] as string).slice(prefixes.ledger.length),
      line: item['line'] as number,
      rows: unpackLedger(item['rows'] as Uint8Array),
    })),
    done: new Set(symbols),
    ended: symbols.includes(''),
    ...(nav === undefined ? {} : { nav }),
  };
}

const put = (table: Table, Item: Item, condition?: Item & { ConditionExpression: string }): Writes[number] => ({
  Put: { TableName: table.name, Item, ...condition } as NonNullable<Writes[number]['Put']>,
});
const ifAbsent = { ConditionExpression: 'attribute_not_exists(pk)' };

/**
 * Claims one symbol of an ask as `seq.k`. In the same transaction the slot of the vault's next entry is barred: who planned
 * that entry before this one came into the line cannot claim it (docs/decisions/0016). Nothing of an ask that has ended is claimed: nobody
 * would ring for it any more.
 */
export async function claimAsk(table: Table, key: ShardKey, claim: Claim & { readonly entry: AskEntry }): Promise<boolean> {
  const { rows, outcomes: _none, ...plain } = claim;
  const { entry } = claim;
  const { cause } = entry.ask;
  const TransactItems = [
    put(table, { ...keys.result(key, entry), ...plain, plan: packClaim(rows) }, ifAbsent),
    put(table, barrier(key, entry), barrierCondition(entry.k - 1)),
    { ConditionCheck: { TableName: table.name, Key: keys.done(key, cause), ...ifAbsent } },
    put(
      table,
      {
        ...keys.done(key, cause, entry.order.symbol),
        symbol: entry.order.symbol,
        seq: entry.seq,
        k: entry.k,
        ...vanishing(entry.ask),
      },
      ifAbsent,
    ),
    put(table, {
      ...keys.askReference(entry.ulid),
      tenant_id: key.tenant_id,
      vault_id: key.vault_id,
      seq: entry.seq,
      k: entry.k,
    }),
  ];
  try {
    await table.client.send(new TransactWriteCommand({ TransactItems }));
    return true;
  } catch (error) {
    if (failedConditions(error).length > 0) return false;
    throw error;
  }
}

const barrier = (key: ShardKey, { seq, k }: AskEntry): Item => ({
  ...keys.result(key, { seq: seq + 1 }),
  state: 'barrier',
  seq,
  k,
});

/** Holds while the line ends at its entry `seq.k`; with 0, at the vault's entry itself. */
export const barrierCondition = (k: number) =>
  k === 0
    ? ifAbsent
    : {
        ConditionExpression: '#state = :barrier AND k = :k',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':barrier': 'barrier', ':k': k },
      };

/** What the platform asked by itself names its minute and is never asked again: what it was may vanish after this. */
const ownDoneDays = 14;

/**
 * Ends an ask for ever: asked again it is found done. One who was leaving has left. Only while the line ends where it was read: what another
 * owner has claimed of the ask meanwhile, and not carried out, is rung for by the ask's rows alone.
 */
export async function endAsk(table: Table, key: ShardKey, ask: Ask, at: string, after: At): Promise<void> {
  // False also when its follower has left already: another owner ended the ask.
  await transacted(table, [lineEnds(table, key, after), ...endOf(table, key, ask, at)]);
}

/** What ends an ask, for a transaction. */
const endOf = (table: Table, key: ShardKey, ask: Ask, at: string): Writes => [
  put(table, doneItem(key, ask, at)),
  ...goneRows(table, key, ask),
  ...(ask.kind === 'flatten' ? [leave(table, key, ask, at)] : []),
];

/** An ask is done in all symbols. */
export const doneItem = (key: ShardKey, ask: Ask, at: string): Item => ({
  ...keys.done(key, ask.cause),
  symbol: '',
  at,
  ...vanishing(ask),
});

/** Nothing asks for it any more. */
export const goneRows = (table: Table, key: ShardKey, { cause }: Ask): Writes =>
  [keys.todo(key, cause), keys.openAsk(openPartition(key.vault_id), key, cause)].map((Key) => ({
    Delete: { TableName: table.name, Key },
  }));

/** Holds while a shard's line ends where it was read to end. */
export const lineEnds = (table: Table, key: ShardKey, { seq, k }: At): Writes[number] => ({
  ConditionCheck: { TableName: table.name, Key: keys.result(key, { seq: seq + 1 }), ...barrierCondition(k ?? 0) },
});

const vanishing = (ask: Ask) =>
  ask.by === byPlatform ? { ttl: Math.floor(milliseconds(ask.asked_at) / 1000) + ownDoneDays * 86_400 } : {};

const leave = (table: Table, key: ShardKey, ask: Ask, at: string): Writes[number] => ({
  Update: {
    TableName: table.name,
    Key: keys.follower(key, placeIn(ask)),
    UpdateExpression: 'SET #status = :left, ver = ver + :one, updated_at = :at',
    ConditionExpression: '#status = :leaving',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':left': 'left', ':leaving': 'leaving', ':one': 1, ':at': at },
  },
});
