import { QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Table } from './client.ts';

type Asked = Pick<
  QueryCommandInput,
  'KeyConditionExpression' | 'FilterExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
>;

/** Every item of a query, page by page, as it is now; stops after the page with which there are `most`. */
export async function queryAll(table: Table, asked: Asked, most = Number.POSITIVE_INFINITY): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const query = { ...asked, TableName: table.name, ConsistentRead: true, ExclusiveStartKey: start };
    const page = await table.client.send(new QueryCommand(query));
    items.push(...(page.Items ?? []));
    start = page.LastEvaluatedKey;
  } while (start !== undefined && items.length < most);
  return items;
}

/** What a query for all sort keys with a prefix asks. */
export const withPrefix = (pk: string, prefix: string): Asked => ({
  KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
  ExpressionAttributeValues: { ':pk': pk, ':prefix': prefix },
});
