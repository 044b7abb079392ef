import { QueryCommand as RawQueryCommand } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  type QueryCommandInput,
  TransactGetCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import fc from 'fast-check';

/** Random calls over a handful of keys: a function makes the command for a table and a run, which has partitions of its own. */
export type Operation = (table: string, run: string) => unknown;
type Body = Record<string, unknown>;
type MakeBody = (Key: Body, TableName: string) => Body;

const place = fc.record({ pk: fc.constantFrom('P', 'Q'), sk: fc.constantFrom('a', 'b', 'b#1', 'c') });
type Place = typeof place extends fc.Arbitrary<infer P> ? P : never;
const keyOf = ({ pk, sk }: Place, run: string) => ({ pk: `${run}${pk}`, sk });

const number = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(0.1, 1.5, 1e6));
const text = fc.constantFrom('', 'a', 'ab', 'é');
const texts = fc.constantFrom(['a'], ['a', 'b'], ['b', 'c']).map((all) => new Set<unknown>(all));
const numbers = fc.constantFrom([1], [1, 2], [2, 0.5]).map((all) => new Set<unknown>(all));
const bytes = fc.constantFrom(0, 1, 2).map((n) => new Uint8Array([1, n]));
const leaf = fc.oneof(number, text, texts, numbers, bytes, fc.constantFrom(true, false, null));
const list = fc.array(leaf, { maxLength: 3 });
const map = fc.dictionary(fc.constantFrom('a', 'b'), leaf, { maxKeys: 2 });
const value = fc.oneof({ weight: 4, arbitrary: leaf }, { weight: 1, arbitrary: list }, { weight: 1, arbitrary: map });
/** Mostly what its name says, so that most expressions fit; now and then anything. */
const mostly = (usual: fc.Arbitrary<unknown>) => fc.oneof({ weight: 9, arbitrary: usual }, { weight: 1, arbitrary: value });
const body: fc.Arbitrary<Body> = fc.record(
  { n: mostly(number), s: mostly(text), m: mostly(map), l: mostly(list), ss: mostly(texts) },
  { requiredKeys: [] },
);
const path = fc.constantFrom('n', 's', 'm', 'l', 'ss', 'm.a', 'm.b', 'l[0]', 'l[1]', '#p', '#p.a');
/** Paths that an update may write: the last ones seldom fit. */
const target = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom('n', 's', 'k', 'm', 'l', 'ss', 'm.a', '#p.b', 'l[0]', 'l[7]') },
  { weight: 1, arbitrary: fc.constantFrom('m.q.r', 'l.a', 'pk', 's[0]') },
);

/** An expression with the names and values that it uses. */
interface Phrase {
  readonly text: string;
  readonly values: readonly unknown[];
}
const phrase = (text: string, ...values: unknown[]): Phrase => ({ text, values });

/** `?` stands for a value. */
const orderly = fc.oneof({ weight: 9, arbitrary: fc.oneof(number, text, bytes) }, { weight: 1, arbitrary: leaf });
const range = fc.oneof(
  { weight: 9, arbitrary: fc.tuple(fc.constantFrom(-3, 0, 1.5), fc.constantFrom(1.5, 2, 1e6)) },
  { weight: 1, arbitrary: fc.tuple(orderly, orderly) },
);
const atom: fc.Arbitrary<Phrase> = fc.oneof(
  fc.tuple(path, fc.constantFrom('=', '<>'), value).map(([p, op, v]) => phrase(`${p} ${op} ?`, v)),
  fc.tuple(path, fc.constantFrom('<', '<=', '>', '>='), orderly).map(([p, op, v]) => phrase(`${p} ${op} ?`, v)),
  path.map((p) => phrase(`attribute_exists(${p})`)),
  path.map((p) => phrase(`attribute_not_exists(${p})`)),
  fc.tuple(path, range).map(([p, [a, b]]) => phrase(`${p} BETWEEN ? AND ?`, a, b)),
  fc.tuple(path, value, value).map(([p, a, b]) => phrase(`${p} IN (?, ?)`, a, b)),
  fc.tuple(path, mostly(fc.oneof(text, bytes))).map(([p, v]) => phrase(`begins_with(${p}, ?)`, v)),
  fc.tuple(path, value).map(([p, v]) => phrase(`contains(${p}, ?)`, v)),
  fc.tuple(path, fc.constantFrom('S', 'N', 'M', 'L', 'NULL', 'SS', 'B')).map(([p, v]) => phrase(`attribute_type(${p}, ?)`, v)),
  fc.tuple(path, fc.constantFrom('=', '>', '<>'), number).map(([p, op, v]) => phrase(`size(${p}) ${op} ?`, v)),
  fc.tuple(path, fc.constantFrom('=', '<>', '<'), path).map(([a, op, b]) => phrase(`${a} ${op} ${b}`)),
);
const joined = (all: readonly Phrase[], by: string): Phrase => ({
  text: all.map(({ text }) => text).join(by),
  values: all.flatMap(({ values }) => values),
});
const condition: fc.Arbitrary<Phrase> = fc.oneof(
  { weight: 4, arbitrary: atom },
  { weight: 1, arbitrary: atom.map(({ text, values }) => ({ text: `NOT ${text}`, values })) },
  { weight: 1, arbitrary: fc.tuple(atom, atom, fc.constantFrom(' AND ', ' OR ')).map(([a, b, by]) => joined([a, b], by)) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(atom, atom, atom)
      .map(([a, b, c]) => phrase(`${a.text} AND NOT (${b.text} OR ${c.text})`, ...a.values, ...b.values, ...c.values)),
  },
);

const set = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(target, value).map(([p, v]) => phrase(`${p} = ?`, v)) },
  { weight: 2, arbitrary: fc.tuple(target, path, leaf).map(([p, q, v]) => phrase(`${p} = if_not_exists(${q}, ?)`, v)) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom('n', 'k'), fc.constantFrom('+', '-'), number)
      .map(([p, op, v]) => phrase(`${p} = n ${op} ?`, v)),
  },
  { weight: 1, arbitrary: fc.tuple(target, path, number).map(([p, q, v]) => phrase(`${p} = if_not_exists(${q}, ?) + ?`, 1, v)) },
  { weight: 1, arbitrary: list.map((v) => phrase('l = list_append(l, ?)', v)) },
  { weight: 1, arbitrary: fc.tuple(target, path).map(([p, q]) => phrase(`${p} = ${q}`)) },
);
const section = (name: string, clause: fc.Arbitrary<Phrase>) =>
  fc.array(clause, { minLength: 1, maxLength: 2 }).map((all) => {
    const { text, values } = joined(all, ', ');
    return { text: `${name} ${text}`, values };
  });
const adding = fc.oneof(
  number.map((v) => phrase('n ?', v)),
  number.map((v) => phrase('#p.a ?', v)),
  texts.map((v) => phrase('ss ?', v)),
  fc.tuple(target, leaf).map(([p, v]) => phrase(`${p} ?`, v)),
);
const deleting = fc.oneof(
  texts.map((v) => phrase('ss ?', v)),
  fc.tuple(target, fc.oneof(texts, numbers)).map(([p, v]) => phrase(`${p} ?`, v)),
);
const rarely = fc.constantFrom(true, false, false, false);
const change = fc
  .record({
    first: fc.oneof({ weight: 4, arbitrary: section('SET', set) }, { weight: 1, arbitrary: section('DELETE', deleting) }),
    remove: section(
      'REMOVE',
      target.map((p) => phrase(p)),
    ),
    removes: rarely,
    add: section('ADD', adding),
    adds: rarely,
  })
  .map(({ first, remove, removes, add, adds }) => joined([first, ...(removes ? [remove] : []), ...(adds ? [add] : [])], ' '));

/** Numbers the values of a request's expressions, and names what `#p` stands for. */
function spoken(parts: Readonly<Record<string, Phrase | undefined>>): Body {
  const values: Body = {};
  let count = 0;
  const texts = Object.entries(parts).flatMap(([member, part]) => {
    if (part === undefined) return [];
    const text = part.text.replaceAll('?', () => `:v${count++}`);
    for (const [i, v] of part.values.entries()) values[`:v${count - part.values.length + i}`] = v;
    return [[member, text] as const];
  });
  const usesName = texts.some(([, text]) => text.includes('#p'));
  return {
    ...Object.fromEntries(texts),
    ...(count > 0 && { ExpressionAttributeValues: values }),
    ...(usesName && { ExpressionAttributeNames: { '#p': 'm' } }),
  };
}

const perhaps = fc.option(condition, { nil: undefined, freq: 1 });
const old = fc.constantFrom({}, { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const });
const putBody: fc.Arbitrary<MakeBody> = fc.tuple(body, perhaps, old).map(([attributes, c, o]) => (Key, TableName) => ({
  TableName,
  Item: { ...attributes, ...Key },
  ...spoken({ ConditionExpression: c }),
  ...o,
}));
const updateBody: fc.Arbitrary<MakeBody> = fc.tuple(change, perhaps, old).map(([u, c, o]) => (Key, TableName) => ({
  TableName,
  Key,
  ...spoken({ UpdateExpression: u, ConditionExpression: c }),
  ...o,
}));
const deleteBody: fc.Arbitrary<MakeBody> = fc.tuple(perhaps, old).map(([c, o]) => (Key, TableName) => ({
  TableName,
  Key,
  ...spoken({ ConditionExpression: c }),
  ...o,
}));
const checkBody: fc.Arbitrary<MakeBody> = fc.tuple(condition, old).map(([c, o]) => (Key, TableName) => ({
  TableName,
  Key,
  ...spoken({ ConditionExpression: c }),
  ...o,
}));

const single = (
  make: new (input: never) => unknown,
  bodies: fc.Arbitrary<MakeBody>,
  returns: readonly string[],
): fc.Arbitrary<Operation> =>
  fc.tuple(place, bodies, fc.constantFrom(...returns)).map(
    ([at, made, ReturnValues]) =>
      (table, run) =>
        // Drawn requests are meant to be wrong at times: the types would not let them be.
        new make({ ...made(keyOf(at, run), table), ReturnValues } as never),
  );

const transactItem = fc.oneof(
  putBody.map((made) => ['Put', made] as const),
  updateBody.map((made) => ['Update', made] as const),
  deleteBody.map((made) => ['Delete', made] as const),
  checkBody.map((made) => ['ConditionCheck', made] as const),
);
/** AWS refuses to check an item and to write it in one transaction; DynamoDB Local does not always see it. */
const isSeen = (all: readonly (readonly [Place, readonly [string, MakeBody]])[]): boolean =>
  all.every(([at, [name]]) => name !== 'ConditionCheck' || all.filter(([o]) => o.pk === at.pk && o.sk === at.sk).length === 1);
const transact: fc.Arbitrary<Operation> = fc
  .array(fc.tuple(place, transactItem), { minLength: 1, maxLength: 4 })
  .filter(isSeen)
  .map((all) => (table, run) => {
    const items = all.map(([at, [name, made]]) => ({ [name]: made(keyOf(at, run), table) }));
    // As above: some are wrong on purpose.
    return new TransactWriteCommand({ TransactItems: items as never });
  });

/**
 * No bound of a range is a key: there DynamoDB Local gives no LastEvaluatedKey and refuses an ExclusiveStartKey. AWS only
 * promises that a page without LastEvaluatedKey is the last one.
 */
const keyCondition: fc.Arbitrary<Phrase> = fc.oneof(
  fc.constant(phrase('pk = ?')),
  fc.constantFrom('a', 'b', 'bz').map((v) => phrase('pk = ? AND sk = ?', v)),
  fc
    .tuple(fc.constantFrom('<', '<=', '>', '>='), fc.constantFrom('0', 'aa', 'bz'))
    .map(([op, v]) => phrase(`pk = ? AND sk ${op} ?`, v)),
  fc.constantFrom('a', 'b', 'x').map((v) => phrase('pk = ? AND begins_with(sk, ?)', v)),
  fc.tuple(fc.constantFrom('0', 'aa'), fc.constantFrom('bb', 'd')).map(([a, b]) => phrase('pk = ? AND sk BETWEEN ? AND ?', a, b)),
);
const projection = fc.constantFrom('n', 'm.a, s', 'l[1], l[0]', 'zz', 'm.a, m.b, pk', 'm, m.a');
const query: fc.Arbitrary<Operation> = fc
  .record({
    at: place,
    keys: keyCondition,
    filter: fc.option(atom, { nil: undefined }),
    projection: fc.option(projection, { nil: undefined }),
    forwards: fc.boolean(),
    limit: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
    start: fc.option(fc.constantFrom('a', 'b', 'bx', 'c'), { nil: undefined, freq: 1 }),
    raw: fc.boolean(),
  })
  .map((q) => (TableName, run) => {
    const { pk } = keyOf(q.at, run);
    const keys = phrase(q.keys.text, pk, ...q.keys.values);
    const asks = {
      TableName,
      ...(spoken({ KeyConditionExpression: keys, FilterExpression: q.filter }) as { KeyConditionExpression: string }),
      ...(q.projection !== undefined && { ProjectionExpression: q.projection }),
      ScanIndexForward: q.forwards,
      Limit: q.limit,
      ...(q.start !== undefined && { ExclusiveStartKey: { pk, sk: q.start } }),
    };
    return q.raw ? asRaw(asks) : new QueryCommand(asks);
  });

/** The same for the client below the document client. */
export function asRaw({ ExpressionAttributeValues: values, ExclusiveStartKey: start, ...asks }: QueryCommandInput) {
  return new RawQueryCommand({
    ...asks,
    ...(values !== undefined && { ExpressionAttributeValues: marshall(values) }),
    ...(start !== undefined && { ExclusiveStartKey: marshall(start) }),
  });
}

const get: fc.Arbitrary<Operation> = fc.tuple(place, fc.option(projection, { nil: undefined })).map(
  ([at, ProjectionExpression]) =>
    (TableName, run) =>
      new GetCommand({ TableName, Key: keyOf(at, run), ProjectionExpression }),
);
const places = fc.array(place, { minLength: 1, maxLength: 3 });
const batchGet: fc.Arbitrary<Operation> = places.map(
  (all) => (table, run) => new BatchGetCommand({ RequestItems: { [table]: { Keys: all.map((at) => keyOf(at, run)) } } }),
);
const transactGet: fc.Arbitrary<Operation> = places.map(
  (all) => (TableName, run) =>
    new TransactGetCommand({ TransactItems: all.map((at) => ({ Get: { TableName, Key: keyOf(at, run) } })) }),
);
const batchWrite: fc.Arbitrary<Operation> = fc
  .array(fc.tuple(place, fc.option(body, { nil: undefined })), { minLength: 1, maxLength: 3 })
  .map((all) => (table, run) => {
    const requests = all.map(([at, attributes]) =>
      attributes === undefined
        ? { DeleteRequest: { Key: keyOf(at, run) } }
        : { PutRequest: { Item: { ...attributes, ...keyOf(at, run) } } },
    );
    return new BatchWriteCommand({ RequestItems: { [table]: requests } });
  });

const updateReturns = ['NONE', 'ALL_OLD', 'ALL_NEW', 'UPDATED_OLD', 'UPDATED_NEW'];
export const operations: fc.Arbitrary<Operation[]> = fc.array(
  fc.oneof(
    // Three constructors of three inputs: which belongs to which body is said here and nowhere else.
    { weight: 5, arbitrary: single(PutCommand as never, putBody, ['NONE', 'ALL_OLD']) },
    { weight: 8, arbitrary: single(UpdateCommand as never, updateBody, updateReturns) },
    { weight: 2, arbitrary: single(DeleteCommand as never, deleteBody, ['NONE', 'ALL_OLD']) },
    { weight: 4, arbitrary: transact },
    { weight: 4, arbitrary: query },
    { weight: 1, arbitrary: get },
    { weight: 1, arbitrary: batchGet },
    { weight: 1, arbitrary: transactGet },
    { weight: 1, arbitrary: batchWrite },
  ),
  { minLength: 4, maxLength: 16 },
);
