/** What one request asks to do to one table, as IAM sees it: an action and the partition keys that the request names. */
export interface Ask {
  readonly action: string;
  readonly table: string;
  /** Undefined where the request names none that can be known: then the condition key is not there. */
  readonly keys: readonly string[] | undefined;
}

type Json = Record<string, unknown>;
type Attributes = Readonly<Record<string, { readonly S?: string }>>;

/**
 * The asks of a DynamoDB request. A batch is one, with all of its keys; a transaction is one for each kind of its items, with
 * all keys of that kind: who is allowed that is allowed each item by itself too, whichever way AWS looks at it.
 */
export function asksOf(operation: string, body: Json, partitionKey: string): Ask[] {
  const keyOf = (attributes: unknown) => (attributes as Attributes | undefined)?.[partitionKey]?.S;
  const one = (key: string | undefined): Ask[] => [
    { action: operation, table: String(body['TableName'] ?? ''), keys: key === undefined ? undefined : [key] },
  ];
  switch (operation) {
    case 'GetItem':
    case 'UpdateItem':
    case 'DeleteItem':
      return one(keyOf(body['Key']));
    case 'PutItem':
      return one(keyOf(body['Item']));
    case 'Query':
      return one(body['IndexName'] === undefined ? queried(body, partitionKey) : undefined);
    case 'BatchGetItem':
      return batchAsks(operation, body['RequestItems'] as Json, ({ Keys }) => (Keys as unknown[]).map(keyOf));
    case 'TransactWriteItems':
    case 'TransactGetItems':
      return transactionAsks((body['TransactItems'] ?? []) as Record<string, Json>[], keyOf);
    default:
      return one(undefined);
  }
}

function batchAsks(action: string, tables: Json, keysIn: (request: Json) => (string | undefined)[]): Ask[] {
  return Object.entries(tables).map(([table, request]) => ({ action, table, keys: allKnown(keysIn(request as Json)) }));
}

const itemActions: Readonly<Record<string, string>> = {
  Get: 'GetItem',
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
};

function transactionAsks(items: readonly Record<string, Json>[], keyOf: (attributes: unknown) => string | undefined): Ask[] {
  const groups = new Map<string, { action: string; table: string; found: (string | undefined)[] }>();
  for (const [kind, item] of items.flatMap((one) => Object.entries(one))) {
    const action = itemActions[kind] ?? kind;
    const table = String(item['TableName'] ?? '');
    const group = groups.get(`${action} ${table}`) ?? { action, table, found: [] };
    group.found.push(keyOf(item['Item'] ?? item['Key']));
    groups.set(`${action} ${table}`, group);
  }
  return [...groups.values()].map(({ action, table, found }) => ({ action, table, keys: allKnown(found) }));
}

const allKnown = (keys: readonly (string | undefined)[]): readonly string[] | undefined =>
  keys.every((key) => key !== undefined) ? keys : undefined;

/** The partition key that a query's condition fixes: `pk = :pk`, in either spelling of the name. */
function queried(body: Json, partitionKey: string): string | undefined {
  const names = (body['ExpressionAttributeNames'] ?? {}) as Record<string, string>;
  const values = (body['ExpressionAttributeValues'] ?? {}) as Attributes;
  const condition = String(body['KeyConditionExpression'] ?? '');
  const equalities = [...condition.matchAll(/(#?\w+)\s*=\s*(:\w+)/g)];
  const fixed = equalities.filter(([, name = '']) => (names[name] ?? name) === partitionKey);
  return fixed.length === 1 ? values[fixed[0]?.[2] ?? '']?.S : undefined;
}
