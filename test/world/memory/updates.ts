import { invalid } from './errors.ts';
import {
  type Bound,
  noUses,
  type Operand,
  type Parsed,
  readOperand,
  remembered,
  requireKinds,
  type Uses,
} from './expressions.ts';
import { minus, plus } from './numbers.ts';
import { type Path, readPath } from './paths.ts';
import { Reader } from './tokens.ts';
import { type Item, isList, isNumber, type Kind, type Value } from './values.ts';

export type Section = 'SET' | 'REMOVE' | 'ADD' | 'DELETE';
/** One clause of an update: what is done, where, and with which value of the item as it was. */
export interface Action {
  readonly section: Section;
  readonly path: Path;
  readonly value?: (item: Item, bound: Bound) => Value;
}
export interface Update extends Parsed {
  readonly actions: readonly Action[];
}

export const parseUpdate = remembered((text): Update => {
  const parser = new UpdateParser(new Reader('UpdateExpression', text));
  return { kind: 'UpdateExpression', uses: parser.uses, actions: parser.whole() };
});

type Evaluated = NonNullable<Action['value']>;
const numbers = new Set<Kind>(['N']);
const lists = new Set<Kind>(['L']);
const sets: readonly Kind[] = ['SS', 'NS', 'BS'];
const addable = new Set<Kind>(['N', ...sets]);
const deletable = new Set<Kind>(sets);

class UpdateParser {
  readonly uses: Uses = noUses();
  readonly #reader: Reader;
  readonly #actions: Action[] = [];

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  whole(): Action[] {
    const seen = new Set<Section>();
    do {
      const section = this.#reader.peek().toUpperCase() as Section;
      if (!['SET', 'REMOVE', 'ADD', 'DELETE'].includes(section)) throw this.#reader.wrong();
      if (seen.has(section)) throw this.#reader.refuse(`The "${section}" section can only be used once in an update expression;`);
      seen.add(section);
      this.#reader.next();
      do this.#actions.push(this.#action(section));
      while (this.#reader.took(','));
    } while (!this.#reader.ended);
    return this.#actions;
  }

  #action(section: Section): Action {
    const path = readPath(this.#reader, this.uses);
    if (section === 'REMOVE') return { section, path };
    if (section === 'SET') {
      this.#reader.need('=');
      return { section, path, value: this.#value() };
    }
    if (!this.#reader.peek().startsWith(':')) throw this.#reader.wrong();
    const operand = readOperand(this.#reader, this.uses);
    requireKinds(this.#reader, this.uses, section, { operand, kinds: section === 'ADD' ? addable : deletable });
    return { section, path, value: present(operand) };
  }

  #value(): Evaluated {
    const left = this.#operand();
    const sign = this.#reader.peek();
    if (sign !== '+' && sign !== '-') return present(left);
    this.#reader.next();
    const right = this.#operand();
    for (const operand of [left, right]) requireKinds(this.#reader, this.uses, sign, { operand, kinds: numbers });
    const [a, b] = [present(left), present(right)];
    return (item, bound) => sum(a(item, bound), b(item, bound), sign);
  }

  #operand(): Operand {
    const reader = this.#reader;
    if (reader.took('(')) {
      const value = this.#value();
      reader.need(')');
      return { read: (item, bound) => value(item ?? {}, bound) };
    }
    if (!reader.isCall()) return readOperand(reader, this.uses);
    const name = reader.next();
    if (name !== 'if_not_exists' && name !== 'list_append') throw reader.refuse(`Invalid function name; function: ${name}`);
    reader.need('(');
    const first = this.#operand();
    reader.need(',');
    const second = this.#operand();
    reader.need(')');
    return name === 'list_append' ? this.#append(first, second) : this.#orElse(first, second);
  }

  #orElse(first: Operand, second: Operand): Operand {
    if (first.path === undefined)
      throw this.#reader.refuse('Operator or function requires a document path; operator or function: if_not_exists');
    return {
      read: (item, bound) => {
        const value = first.read(item, bound);
        return value === undefined ? second.read(item, bound) : value;
      },
    };
  }

  #append(first: Operand, second: Operand): Operand {
    for (const operand of [first, second]) requireKinds(this.#reader, this.uses, 'list_append', { operand, kinds: lists });
    const [a, b] = [present(first), present(second)];
    return { kind: 'L', read: (item, bound) => joined(a(item ?? {}, bound), b(item ?? {}, bound)) };
  }
}

const present =
  (operand: Operand): Evaluated =>
  (item, bound) => {
    const value = operand.read(item, bound);
    if (value === undefined) throw invalid('The provided expression refers to an attribute that does not exist in the item');
    return value;
  };

/** What an update meets in an item of a type that it cannot work on. */
export const wrongType = (): Error => invalid('An operand in the update expression has an incorrect data type');

function sum(a: Value, b: Value, sign: '+' | '-'): Value {
  if (!isNumber(a) || !isNumber(b)) throw wrongType();
  return sign === '+' ? plus(a, b) : minus(a, b);
}

function joined(a: Value, b: Value): Value {
  if (!isList(a) || !isList(b)) throw wrongType();
  return [...a, ...b];
}
