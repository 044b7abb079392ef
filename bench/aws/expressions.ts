import type { Attribute, Item } from '../meter/attribute.ts';

/** The expressions that the bench's table understands: what our adapters and the peers write, and nothing silently else. */
export interface Names {
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Readonly<Record<string, Attribute>>;
}

const nameOf = (token: string, { ExpressionAttributeNames = {} }: Names): string =>
  token.startsWith('#') ? (ExpressionAttributeNames[token] ?? fail(token)) : token;
const givenAs = (token: string, { ExpressionAttributeValues = {} }: Names): Attribute =>
  ExpressionAttributeValues[token] ?? fail(token);

/** The members of requests that are acted on, or that change nothing here. */
const members = new Set(
  `TableName Key Keys Item ConsistentRead ProjectionExpression ExpressionAttributeNames ExpressionAttributeValues UpdateExpression
  ConditionExpression ReturnValues KeyConditionExpression ScanIndexForward Limit ExclusiveStartKey RequestItems TransactItems
  ClientRequestToken`.split(/\s+/),
);
/** Only these return a part of an item here. */
const projecting = new Set(['GetItem', 'BatchGetItem']);

/** Throws at a request that asks for more than the table does. */
export function understand(action: string, input: object): void {
  for (const [name, value] of Object.entries(input)) {
    if (value === undefined) continue;
    if (!members.has(name) || (name === 'ProjectionExpression' && !projecting.has(action))) fail(`${name} of ${action}`);
    if (name === 'ReturnValues' && !(action === 'UpdateItem' || action === 'Update') && value !== 'NONE')
      fail(`${name} of ${action}`);
  }
}

/** An item's JSON with the attributes that were asked for: whole ones, by name. What is read is charged in full all the same. */
export function projected(json: string, input: Names & { readonly ProjectionExpression?: string }): string {
  const { ProjectionExpression: wanted } = input;
  if (wanted === undefined) return json;
  const names = wanted.split(',').map((part) => {
    const token = part.trim();
    return /^#?\w+$/.test(token) ? nameOf(token, input) : fail(token);
  });
  const item = JSON.parse(json) as Item;
  return JSON.stringify(Object.fromEntries(names.flatMap((name) => (item[name] === undefined ? [] : [[name, item[name]]]))));
}

function fail(what: string): never {
  throw new Error(`the bench's table does not understand: ${what}`);
}

const isSame = (a: Attribute | undefined, b: Attribute): boolean =>
  a !== undefined && (a.S === b.S || a.S === undefined) && a.N === b.N && a.BOOL === b.BOOL && a.B === b.B;

/** Whether a condition holds for an item as it is. */
export function holds(condition: string | undefined, item: Item | undefined, names: Names): boolean {
  // AND binds closer than OR; brackets are not understood, and end as a term that is not.
  const holdsAll = (terms: string) => terms.split(' AND ').every((term) => termHolds(term.trim(), item, names));
  return condition === undefined || condition.split(' OR ').some(holdsAll);
}

function termHolds(term: string, item: Item | undefined, names: Names): boolean {
  const call = /^(attribute_exists|attribute_not_exists)\(([#\w]+)\)$/.exec(term);
  if (call !== null) return (item?.[nameOf(call[2] as string, names)] !== undefined) === (call[1] === 'attribute_exists');
  const [, left, operator, right] = /^([#\w]+) (=|<|>|<=|>=) (:\w+)$/.exec(term) ?? fail(term);
  const held = item?.[nameOf(left as string, names)];
  const asked = givenAs(right as string, names);
  if (operator === '=') return isSame(held, asked);
  if (held?.N === undefined || asked.N === undefined) return false;
  const difference = Number(held.N) - Number(asked.N);
  return { '<': difference < 0, '>': difference > 0, '<=': difference <= 0, '>=': difference >= 0 }[operator as '<'];
}

/** An item after `SET a = :b, c = c + :d` or `ADD e :f`. */
export function updated(expression: string, item: Item, names: Names): Item {
  const next: Record<string, Attribute> = { ...item };
  for (const clause of expression.split(/ (?=(?:SET|ADD) )/)) {
    const [verb, rest] = [clause.slice(0, 3), clause.slice(4)];
    for (const part of rest.split(', ')) {
      if (verb === 'SET') set(next, part, names);
      else if (verb === 'ADD') addTo(next, part, names);
      else fail(clause);
    }
  }
  return next;
}

function set(item: Record<string, Attribute>, part: string, names: Names): void {
  const [, left, base, value] = /^([#\w]+) = (?:([#\w]+) \+ )?(:\w+)$/.exec(part) ?? fail(part);
  const given = givenAs(value as string, names);
  const sum = base === undefined ? given : plus(item[nameOf(base, names)], given);
  item[nameOf(left as string, names)] = sum;
}

function addTo(item: Record<string, Attribute>, part: string, names: Names): void {
  const [, left, value] = /^([#\w]+) (:\w+)$/.exec(part) ?? fail(part);
  const name = nameOf(left as string, names);
  item[name] = plus(item[name], givenAs(value as string, names));
}

function plus(held: Attribute | undefined, given: Attribute): Attribute {
  if (given.NS !== undefined) return { NS: [...new Set([...(held?.NS ?? []), ...given.NS])] };
  return { N: String(Number(held?.N ?? '0') + Number(given.N)) };
}

export interface KeyRange {
  readonly pk: string;
  readonly isIn: (sk: string) => boolean;
}

/** `pk = :pk`, alone, with `begins_with(sk, :prefix)`, or with `sk BETWEEN :from AND :to`. */
export function keyRange(condition: string, names: Names): KeyRange {
  const grammar = /^pk = (:\w+)(?: AND begins_with\(sk, (:\w+)\)| AND sk BETWEEN (:\w+) AND (:\w+))?$/;
  const [, pk, prefix, from, to] = grammar.exec(condition) ?? fail(condition);
  const textAs = (token: string | undefined): string => (token === undefined ? '' : (givenAs(token, names).S ?? ''));
  if (from === undefined) return { pk: textAs(pk), isIn: (sk) => sk.startsWith(textAs(prefix)) };
  return { pk: textAs(pk), isIn: (sk) => sk >= textAs(from) && sk <= textAs(to) };
}
