import {
  type Bound,
  noUses,
  type Operand,
  type Parsed,
  readOperand,
  remembered,
  requireKinds,
  requireOthers,
  type Uses,
} from './expressions.ts';
import { type ExpressionKind, Reader } from './tokens.ts';
import { type Element, hasElement, type Item, isList, isSet, type Kind, kindOf, order, same, type Value } from './values.ts';

/** Whether a condition holds of an item; of none when there is no item. */
type Test = (item: Item | undefined, bound: Bound) => boolean;
export interface Condition extends Parsed {
  readonly test: Test;
}

export const parseCondition = remembered((text) => parse('ConditionExpression', text));
export const parseFilter = remembered((text) => parse('FilterExpression', text));

function parse(kind: ExpressionKind, text: string): Condition {
  const parser = new ConditionParser(new Reader(kind, text));
  return { kind, uses: parser.uses, test: parser.whole() };
}

const ordered = new Set<Kind>(['S', 'N', 'B']);
const allKinds: readonly Kind[] = ['S', 'N', 'B', 'BOOL', 'NULL', 'SS', 'NS', 'BS', 'L', 'M'];

/** What `order` says of two operands that satisfy the comparison. */
const comparisons: Readonly<Record<string, (sign: number) => boolean>> = {
  '<': (sign) => sign < 0,
  '<=': (sign) => sign <= 0,
  '>': (sign) => sign > 0,
  '>=': (sign) => sign >= 0,
};

class ConditionParser {
  readonly uses: Uses = noUses();
  readonly #reader: Reader;
  /** The tokens of the last group in parentheses, to find groups around groups. */
  #group: readonly [number, number] = [-1, -1];

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  whole(): Test {
    const test = this.#any();
    this.#reader.needEnd();
    return test;
  }

  #any(): Test {
    const tests = [this.#all()];
    while (this.#reader.tookWord('OR')) tests.push(this.#all());
    return tests.length === 1 ? (tests[0] as Test) : (item, bound) => tests.some((test) => test(item, bound));
  }

  #all(): Test {
    const tests = [this.#not()];
    while (this.#reader.tookWord('AND')) tests.push(this.#not());
    return tests.length === 1 ? (tests[0] as Test) : (item, bound) => tests.every((test) => test(item, bound));
  }

  #not(): Test {
    if (!this.#reader.tookWord('NOT')) return this.#single();
    const test = this.#not();
    return (item, bound) => !test(item, bound);
  }

  #single(): Test {
    if (this.#reader.peek() === '(') return this.#inParentheses();
    if (this.#reader.isCall() && this.#reader.peek() !== 'size') return this.#call();
    return this.#comparison();
  }

  #inParentheses(): Test {
    const reader = this.#reader;
    const start = reader.at;
    reader.need('(');
    const test = this.#any();
    const [from, to] = this.#group;
    if (from === start + 1 && to === reader.at) throw reader.refuse('The expression has redundant parentheses;');
    reader.need(')');
    this.#group = [start, reader.at];
    return test;
  }

  #comparison(): Test {
    const reader = this.#reader;
    const left = this.#operand();
    if (reader.tookWord('BETWEEN')) return this.#between(left);
    if (reader.tookWord('IN')) return this.#in(left);
    const operator = reader.peek();
    const holds = comparisons[operator];
    if (operator !== '=' && operator !== '<>' && holds === undefined) throw reader.wrong();
    reader.next();
    const right = this.#operand();
    requireOthers(reader, this.uses, operator, [left, right]);
    if (holds === undefined) return equality(left, right, operator === '=');
    for (const operand of [left, right]) requireKinds(reader, this.uses, operator, { operand, kinds: ordered });
    return (item, bound) => {
      const sign = order(left.read(item, bound), right.read(item, bound));
      return sign !== undefined && holds(sign);
    };
  }

  #between(middle: Operand): Test {
    const low = this.#operand();
    this.#reader.needWord('AND');
    const high = this.#operand();
    for (const operand of [middle, low, high]) requireKinds(this.#reader, this.uses, 'BETWEEN', { operand, kinds: ordered });
    requireOthers(this.#reader, this.uses, 'BETWEEN', [middle, low, high]);
    requireRange(this.#reader, this.uses, low, high);
    return (item, bound) => {
      const value = middle.read(item, bound);
      const [below, above] = [order(low.read(item, bound), value), order(value, high.read(item, bound))];
      return below !== undefined && above !== undefined && below <= 0 && above <= 0;
    };
  }

  #in(left: Operand): Test {
    const reader = this.#reader;
    reader.need('(');
    const others = [this.#operand()];
    while (reader.took(',')) others.push(this.#operand());
    reader.need(')');
    if (others.length > 100) throw reader.refuse('Too many operands for IN');
    requireOthers(reader, this.uses, 'IN', [left, ...others]);
    return (item, bound) => {
      const value = left.read(item, bound);
      return value !== undefined && others.some((other) => same(value, other.read(item, bound)));
    };
  }

  #call(): Test {
    const reader = this.#reader;
    const name = reader.next();
    const make = functions[name];
    if (make === undefined) throw reader.refuse(`Invalid function name; function: ${name}`);
    reader.need('(');
    const operands = [this.#operand()];
    while (reader.took(',')) operands.push(this.#operand());
    reader.need(')');
    if (operands.length !== (name.startsWith('attribute_') && name !== 'attribute_type' ? 1 : 2))
      throw reader.refuse(`Incorrect number of operands for operator or function; operator or function: ${name}`);
    requireOthers(reader, this.uses, name, operands);
    return make(operands[0] as Operand, operands[1] as Operand, { reader, uses: this.uses });
  }

  #operand(): Operand {
    if (!this.#reader.took('(')) return readOperand(this.#reader, this.uses);
    const operand = this.#operand();
    this.#reader.need(')');
    return operand;
  }
}

function equality(left: Operand, right: Operand, wanted: boolean): Test {
  return (item, bound) => {
    const value = left.read(item, bound);
    // An attribute that is not there is not equal to anything, another missing one included.
    return (value !== undefined && same(value, right.read(item, bound))) === wanted;
  };
}

/** Both ends of a range that are placeholders are looked at before any item is. */
export function requireRange(reader: Reader, uses: Uses, low: Operand, high: Operand): void {
  const [from, to] = [low.value, high.value];
  if (from === undefined || to === undefined) return;
  uses.checks.push(({ values }) => {
    const sign = order(values[from], values[to]);
    if (sign === undefined) throw reader.refuse('The BETWEEN operator requires same data type for lower and upper bounds');
    if (sign > 0) throw reader.refuse('The BETWEEN operator requires upper bound to be greater than or equal to lower bound');
  });
}

interface Where {
  readonly reader: Reader;
  readonly uses: Uses;
}

const functions: Readonly<Record<string, (first: Operand, second: Operand, where: Where) => Test>> = {
  attribute_exists(first, _second, { reader }) {
    requirePath(reader, 'attribute_exists', first);
    return (item, bound) => first.read(item, bound) !== undefined;
  },
  attribute_not_exists(first, _second, { reader }) {
    requirePath(reader, 'attribute_not_exists', first);
    return (item, bound) => first.read(item, bound) === undefined;
  },
  attribute_type(first, second, { reader, uses }) {
    requirePath(reader, 'attribute_type', first);
    if (second.value === undefined)
      throw reader.refuse('Incorrect operand type for operator or function; operator or function: attribute_type');
    requireKinds(reader, uses, 'attribute_type', { operand: second, kinds: new Set<Kind>(['S']) });
    const name = second.value;
    uses.checks.push(({ values }) => {
      if (!allKinds.includes(values[name] as Kind))
        throw reader.refuse(`Invalid attribute type name found; type: ${values[name]}`);
    });
    return (item, bound) => {
      const value = first.read(item, bound);
      return value !== undefined && kindOf(value) === bound.values[name];
    };
  },
  begins_with(first, second, { reader, uses }) {
    const kinds = new Set<Kind>(['S', 'B']);
    for (const operand of [first, second]) requireKinds(reader, uses, 'begins_with', { operand, kinds });
    return (item, bound) => beginsWith(first.read(item, bound), second.read(item, bound));
  },
  contains: (first, second) => (item, bound) => contains(first.read(item, bound), second.read(item, bound)),
};

function requirePath(reader: Reader, name: string, operand: Operand): void {
  if (operand.path === undefined)
    throw reader.refuse(`Operator or function requires a document path; operator or function: ${name}`);
}

function beginsWith(value: Value | undefined, prefix: Value | undefined): boolean {
  if (typeof value === 'string') return typeof prefix === 'string' && value.startsWith(prefix);
  if (!(value instanceof Uint8Array) || !(prefix instanceof Uint8Array)) return false;
  return Buffer.compare(value.subarray(0, prefix.length), prefix) === 0;
}

function contains(value: Value | undefined, part: Value | undefined): boolean {
  if (value === undefined || part === undefined) return false;
  if (typeof value === 'string') return typeof part === 'string' && value.includes(part);
  if (value instanceof Uint8Array) return part instanceof Uint8Array && Buffer.from(value).includes(Buffer.from(part));
  if (isList(value)) return value.some((member) => same(member, part));
  if (!isSet(value)) return false;
  return ['S', 'N', 'B'].includes(kindOf(part)) && hasElement(value, part as Element);
}
