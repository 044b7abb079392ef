import { PutCommand, QueryCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Follower } from '../../domain/followers/follower.ts';
import type { VaultPosition } from '../../domain/mirroring/asks.ts';
import type { Child } from '../../domain/mirroring/child.ts';
import type { Claim, ShardKey } from '../../domain/mirroring/claim.ts';
import type { DatedLedger } from '../../domain/reconciliation/compare.ts';
import type { Fixup } from '../../domain/reconciliation/reconcile.ts';
import type { Report } from '../../domain/reconciliation/report.ts';
import { askItems } from './ask-store.ts';
import { childOf } from './child-item.ts';
import { claimOf } from './claim-item.ts';
import { held, stored, type Table, transacted } from './client.ts';
import { keys, partitions, prefixes, type VaultKey } from './keys.ts';
import { ledgerOf } from './line-reads.ts';
import { getItem } from './lookups.ts';
import { movedBy } from './moved.ts';
import { queryAll, withPrefix } from './query-all.ts';

/** All ledgers of a shard, and when each was last written. */
export async function readLedgers(table: Table, key: ShardKey): Promise<DatedLedger[]> {
  const items = await queryAll(table, withPrefix(partitions.shard(key), prefixes.ledger));
  return items.map((item) => ({
    ...ledgerOf((item['sk'] as string).slice(prefixes.ledger.length), item),
    at: item['at'] as string | undefined,
  }));
}

/** The manager's positions, with their last prices. */
export const readPositions = async (table: Table, vault: VaultKey): Promise<VaultPosition[]> =>
  (await queryAll(table, withPrefix(partitions.vault(vault), prefixes.position))).map((item) => stored<VaultPosition>(item));

/** What is looked at for what explains a difference: of a follower, and of its shard. */
const newest = { children: 100, claims: 50 } as const;

/** A follower's newest children that have rows of their own. */
export const newestChildren = async (table: Table, follower: Follower): Promise<Child[]> =>
  (await newestOf(table, partitions.follower(follower), prefixes.child, newest.children)).map(childOf);

/** A shard's newest finished claims. */
export async function newestClaims(table: Table, key: ShardKey): Promise<Claim[]> {
  const items = await newestOf(table, partitions.shard(key), prefixes.result, newest.claims);
  return items.filter((item) => item['state'] === 'done').map(claimOf);
}

async function newestOf(table: Table, pk: string, prefix: string, Limit: number): Promise<Record<string, unknown>[]> {
  const query = { ...withPrefix(pk, prefix), TableName: table.name, ConsistentRead: true, ScanIndexForward: false, Limit };
  return (await table.client.send(new QueryCommand(query))).Items ?? [];
}

type Writes = NonNullable<TransactWriteCommandInput['TransactItems']>;

/**
 * A fix-up's ask, its audit event, and where it is one the correction of told; if the follower and symbol have cooled down, and
 * nobody asked the same. Two that find the same at once are one.
 */
export function putFixup(table: Table, key: ShardKey, fixup: Fixup): Promise<boolean> {
  const { follower, at, event_id, ask, corrects, found } = fixup;
  const put = (Item: Record<string, unknown>, condition: Record<string, unknown> = {}): Writes[number] => ({
    Put: { TableName: table.name, Item, ...condition },
  });
  const event = {
    ...keys.audit(follower.tenant_id, follower.follower_id, at, event_id),
    action: corrects === undefined ? 'follower.fixup_asked' : 'follower.told_corrected',
    by: 'platform',
    before: found,
    after: { ...(corrects === undefined ? {} : { corrects }), ...(ask === undefined ? {} : { cause: ask.cause }) },
  };
  return transacted(table, [
    put({ ...keys.fixup(key, follower.place, fixup.symbol), at }, cooledDown(fixup)),
    put(event),
    ...(ask === undefined ? [] : askItems(key, ask).map((item) => put(item, ifAbsent))),
    ...(ask === undefined ? [] : [neverDone(table, key, ask.cause)]),
    ...(corrects === undefined ? [] : [correction(table, key, fixup, corrects)]),
  ]);
}

const ifAbsent = { ConditionExpression: 'attribute_not_exists(pk)' };
const cooledDown = ({ cooledDownAt }: Fixup) => ({
  ConditionExpression: 'attribute_not_exists(pk) OR #at <= :before',
  ExpressionAttributeNames: { '#at': 'at' },
  ExpressionAttributeValues: { ':before': cooledDownAt },
});

const neverDone = (table: Table, key: ShardKey, cause: string): Writes[number] => ({
  ConditionCheck: { TableName: table.name, Key: keys.done(key, cause), ...ifAbsent },
});

function correction(table: Table, key: ShardKey, { follower, symbol }: Fixup, corrects: string): Writes[number] {
  const { set, condition, name, value } = movedBy(follower, symbol, corrects);
  return {
    Update: {
      TableName: table.name,
      Key: keys.follower(key, follower.place),
      UpdateExpression: `SET ${set}`,
      ConditionExpression: condition,
      ExpressionAttributeNames: name,
      ExpressionAttributeValues: value,
    },
  };
}

/** The report of a vault's last run; one of an earlier run that comes late leaves it. */
export async function saveReport(table: Table, report: Report): Promise<void> {
  const Item = { ...keys.reconciliation(report), run_at: report.run_at, report };
  const put = new PutCommand({
    TableName: table.name,
    Item,
    ConditionExpression: 'attribute_not_exists(pk) OR run_at <= :run',
    ExpressionAttributeValues: { ':run': report.run_at },
  });
  await held(table.client.send(put));
}

export const readReport = async (table: Table, vault: VaultKey): Promise<Report | undefined> =>
  (await getItem(table, keys.reconciliation(vault)))?.['report'] as Report | undefined;
