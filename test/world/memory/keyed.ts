import { tableSchema } from '../../../shared/wiring/table.ts';
import { requireRange } from './conditions.ts';
import { invalid } from './errors.ts';
import { type Bound, noUses, type Operand, type Parsed, readOperand, remembered } from './expressions.ts';
import { stepsOf } from './paths.ts';
import type { Key, Row } from './rows.ts';
import { firstFrom, firstWhere } from './rows.ts';
import { Reader } from './tokens.ts';
import { type Item, orderTexts, type Value } from './values.ts';

const { partitionKey, sortKey } = tableSchema;
const mostKeyBytes = { pk: 2048, sk: 1024 };

/** The two strings of a key, which must have nothing else. */
export function keyOf(given: Readonly<Record<string, unknown>> | undefined): Key {
  if (given === undefined) throw invalid("Value null at 'key' failed to satisfy constraint: Member must not be null");
  const key = keyIn(given as Item);
  if (Object.keys(given).length !== 2) throw invalid('The number of conditions on the keys is invalid');
  return key;
}

export function keyIn(item: Readonly<Record<string, unknown>>): Key {
  return { pk: keyText(partitionKey, item[partitionKey]), sk: keyText(sortKey, item[sortKey]) };
}

function keyText(name: 'pk' | 'sk', value: unknown): string {
  if (value === undefined) throw invalid('One of the required keys was not given a value');
  if (typeof value !== 'string') throw invalid(`One or more parameter values were invalid: Type mismatch for key ${name}`);
  if (value === '')
    throw invalid(
      `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: ${name}`,
    );
  if (value.length * 3 > mostKeyBytes[name] && Buffer.byteLength(value) > mostKeyBytes[name])
    throw invalid(`One or more parameter values were invalid: Size of ${name} has exceeded the maximum size limit`);
  return value;
}

export const asItem = ({ pk, sk }: Key): Record<string, string> => ({ [partitionKey]: pk, [sortKey]: sk });

type Operator = '=' | '<' | '<=' | '>' | '>=' | 'BETWEEN' | 'begins_with';
interface Clause {
  readonly left: Operand;
  readonly operator: Operator;
  readonly values: readonly Operand[];
}
export interface KeyCondition extends Parsed {
  readonly clauses: readonly Clause[];
}

export const parseKeyCondition = remembered((text): KeyCondition => {
  const reader = new Reader('KeyConditionExpression', text);
  const uses = noUses();
  const clauses = [readClause(reader, uses)];
  while (reader.tookWord('AND')) clauses.push(readClause(reader, uses));
  if (reader.peek().toUpperCase() === 'OR') throw invalid('Invalid operator used in KeyConditionExpression: OR');
  reader.needEnd();
  return { kind: 'KeyConditionExpression', uses, clauses };
});

function readClause(reader: Reader, uses: ReturnType<typeof noUses>): Clause {
  if (reader.took('(')) {
    const clause = readClause(reader, uses);
    reader.need(')');
    return clause;
  }
  if (reader.peek() === 'begins_with' && reader.isCall()) {
    reader.next();
    reader.need('(');
    const left = readOperand(reader, uses);
    reader.need(',');
    const values = [readOperand(reader, uses)];
    reader.need(')');
    return { left, operator: 'begins_with', values };
  }
  const left = readOperand(reader, uses);
  if (reader.tookWord('BETWEEN')) {
    const low = readOperand(reader, uses);
    reader.needWord('AND');
    const high = readOperand(reader, uses);
    requireRange(reader, uses, low, high);
    return { left, operator: 'BETWEEN', values: [low, high] };
  }
  const operator = reader.next();
  if (!isOperator(operator)) throw invalid(`Invalid operator used in KeyConditionExpression: ${operator}`);
  const right = readOperand(reader, uses);
  if (left.path !== undefined) return { left, operator, values: [right] };
  return { left: right, operator: mirrored[operator], values: [left] };
}

const mirrored: Readonly<Record<'=' | '<' | '<=' | '>' | '>=', Operator>> = {
  '=': '=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};
const isOperator = (text: string): text is keyof typeof mirrored => Object.hasOwn(mirrored, text);

/** The part of one partition that a key condition names. */
export interface Range {
  readonly pk: string;
  /** From the first row to before the second. */
  readonly within: (rows: readonly Row[]) => readonly [number, number];
  readonly holds: (sk: string) => boolean;
}

export function rangeOf({ clauses }: KeyCondition, bound: Bound): Range {
  const byName = new Map(clauses.map((clause) => [nameOf(clause, bound), clause]));
  if (byName.size < clauses.length) throw invalid('KeyConditionExpressions must only contain one condition per key');
  const first = byName.get(partitionKey);
  const second = byName.get(sortKey);
  if (first === undefined || byName.size > (second === undefined ? 1 : 2))
    throw invalid('Query condition missed key schema element');
  if (first.operator !== '=') throw invalid('Query key condition not supported');
  const pk = keyText(partitionKey, literalOf(first.values[0], bound));
  if (second === undefined) return { pk, within: (rows) => [0, rows.length], holds: () => true };
  const [low = '', high = ''] = second.values.map((operand) => keyText(sortKey, literalOf(operand, bound)));
  return { pk, ...ranges[second.operator](low, high) };
}

function nameOf({ left }: Clause, { names }: Bound): string {
  if (left.path === undefined) throw invalid('Invalid KeyConditionExpression: a key attribute is compared with a value');
  return String(stepsOf(left.path, names)[0]);
}

function literalOf(operand: Operand | undefined, bound: Bound): Value | undefined {
  if (operand?.value === undefined) throw invalid('Invalid KeyConditionExpression: a key attribute is compared with a value');
  return operand.read(undefined, bound);
}

const behind = (rows: readonly Row[], sk: string): number => firstWhere(rows, (key) => orderTexts(key, sk) > 0);

const ranges: Readonly<Record<Operator, (low: string, high: string) => Omit<Range, 'pk'>>> = {
  '=': (low) => ({ within: (rows) => [firstFrom(rows, low), behind(rows, low)], holds: (sk) => sk === low }),
  '<': (low) => ({ within: (rows) => [0, firstFrom(rows, low)], holds: (sk) => orderTexts(sk, low) < 0 }),
  '<=': (low) => ({ within: (rows) => [0, behind(rows, low)], holds: (sk) => orderTexts(sk, low) <= 0 }),
  '>': (low) => ({ within: (rows) => [behind(rows, low), rows.length], holds: (sk) => orderTexts(sk, low) > 0 }),
  '>=': (low) => ({ within: (rows) => [firstFrom(rows, low), rows.length], holds: (sk) => orderTexts(sk, low) >= 0 }),
  BETWEEN: (low, high) => ({
    within: (rows) => [firstFrom(rows, low), behind(rows, high)],
    holds: (sk) => orderTexts(sk, low) >= 0 && orderTexts(sk, high) <= 0,
  }),
  begins_with: (low) => ({
    within: (rows) => [firstFrom(rows, low), firstWhere(rows, (sk) => orderTexts(sk, low) >= 0 && !sk.startsWith(low))],
    holds: (sk) => sk.startsWith(low),
  }),
};
