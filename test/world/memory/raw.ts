import type { QueryCommandInput, QueryCommandOutput } from '@aws-sdk/client-dynamodb';
import type { QueryCommandInput as DocumentQueryInput, QueryCommandOutput as DocumentQueryOutput } from '@aws-sdk/lib-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { query } from './reads.ts';
import type { Store } from './store.ts';

/** A query in attribute values, as the document client would be asked it. */
export function documentQuery(input: QueryCommandInput): DocumentQueryInput {
  const { ExpressionAttributeValues: values, ExclusiveStartKey: start, ...rest } = input;
  return {
    // The members of a time before expressions hold attribute values too, and the table refuses them either way.
    ...(rest as DocumentQueryInput),
    ...(values === undefined ? {} : { ExpressionAttributeValues: unmarshall(values) }),
    ...(start === undefined ? {} : { ExclusiveStartKey: unmarshall(start) }),
  };
}

/** The same query as the client below the document client asks it, which has and gives attribute values. */
export function rawQuery(store: Store, input: QueryCommandInput): object {
  // What `query` answers is what the document client gives.
  const { Items, LastEvaluatedKey, ...rest } = query(store, documentQuery(input)) as DocumentQueryOutput;
  return {
    ...rest,
    ...(Items === undefined ? {} : { Items: Items.map((item) => marshall(item)) }),
    ...(LastEvaluatedKey === undefined ? {} : { LastEvaluatedKey: marshall(LastEvaluatedKey) }),
  } satisfies Partial<QueryCommandOutput>;
}
