import type { Attribute, Item } from '../meter/attribute.ts';
import { itemBytes } from '../meter/item-size.ts';
import type { TableCall } from '../meter/meter.ts';
import { holds, keyRange, type Names, projected, understand, updated } from './expressions.ts';

/** An error that the protocol names; the SDK makes its exception of it. */
export class AwsFault extends Error {
  readonly type: string;
  readonly more: Record<string, unknown>;
  constructor(type: string, more: Record<string, unknown> = {}) {
    super(type);
    this.type = type;
    this.more = more;
  }
}

interface ReadInput extends Names {
  readonly ConsistentRead?: boolean;
  readonly ProjectionExpression?: string;
}
interface KeyInput extends ReadInput {
  readonly Key: Item;
}
interface WriteInput extends Names {
  readonly Key?: Item;
  readonly Item?: Item;
  readonly UpdateExpression?: string;
  readonly ConditionExpression?: string;
  readonly ReturnValues?: string;
}
interface QueryInput extends Names {
  readonly KeyConditionExpression: string;
  readonly ConsistentRead?: boolean;
  readonly ScanIndexForward?: boolean;
  readonly Limit?: number;
  readonly ExclusiveStartKey?: Item;
}
type Verb = 'Put' | 'Update' | 'Delete' | 'ConditionCheck';
interface Write {
  readonly verb: Verb;
  readonly input: WriteInput;
}
interface Prepared extends Write {
  readonly before: Item | undefined;
  readonly after: Item | undefined;
  readonly held: boolean;
}

/** A page of Query ends at 1 MB (Amazon DynamoDB developer guide). */
const pageBytes = 1024 * 1024;
const text = (value: Attribute | undefined): string => value?.S ?? '';

/** An item as text, so that 100,000 followers are few objects to the collector, whose work is none of what is measured. */
interface Stored {
  readonly json: string;
  readonly bytes: number;
}
interface Partition {
  readonly items: Map<string, Stored>;
  /** Sort keys in order; undefined when one was added or taken since. */
  sorted: string[] | undefined;
}
interface BatchGetInput {
  readonly RequestItems: Readonly<Record<string, ReadInput & { readonly Keys: readonly Item[] }>>;
}

/** A table in memory that speaks DynamoDB's JSON protocol, as far as the bench needs it, and tells the meter what it touched. */
export class WireTable {
  readonly #partitions = new Map<string, Partition>();
  readonly #touched: (call: TableCall) => void;
  /** Answers writes and forgets them: on AWS they would leave the process, whose memory is watched meanwhile. */
  frozen = false;

  constructor(touched: (call: TableCall) => void) {
    this.#touched = touched;
  }

  /** Puts an item unseen by the meter. */
  seed(item: Item): void {
    const pk = text(item['pk']);
    const sk = text(item['sk']);
    let partition = this.#partitions.get(pk);
    if (partition === undefined) {
      partition = { items: new Map(), sorted: undefined };
      this.#partitions.set(pk, partition);
    }
    if (!partition.items.has(sk)) partition.sorted = undefined;
    partition.items.set(sk, { json: JSON.stringify(item), bytes: itemBytes(item) });
  }

  item(key: Item): Item | undefined {
    const stored = this.#stored(key);
    return stored === undefined ? undefined : (JSON.parse(stored.json) as Item);
  }

  #stored(key: Item): Stored | undefined {
    return this.#partitions.get(text(key['pk']))?.items.get(text(key['sk']));
  }

  /** The answer's body. Throws an AwsFault for what DynamoDB would refuse. */
  answer(action: string, input: Record<string, unknown>): string {
    understand(action, input);
    // Requests as the SDK wrote them: `understand` has thrown for every member that is not known here.
    switch (action) {
      case 'GetItem':
        return this.#get(input as unknown as KeyInput);
      case 'BatchGetItem':
        return this.#batchGet(input as unknown as BatchGetInput);
      case 'Query':
        return this.#query(input as unknown as QueryInput);
      case 'PutItem':
        return this.#one(action, { verb: 'Put', input });
      case 'UpdateItem':
        return this.#one(action, { verb: 'Update', input });
      case 'DeleteItem':
        return this.#one(action, { verb: 'Delete', input });
      case 'BatchWriteItem':
        return this.#batchWrite(input as { RequestItems: Record<string, { PutRequest: WriteInput }[]> });
      case 'TransactWriteItems':
        return this.#transact(input as { TransactItems: Record<Verb, WriteInput>[] });
      default:
        throw new Error(`the bench's table does not know ${action}`);
    }
  }

  #get(input: KeyInput): string {
    const found = this.#stored(input.Key);
    this.#reads('GetItem', [found?.bytes ?? 0], input.ConsistentRead);
    return found === undefined ? '{}' : `{"Item":${projected(found.json, input)}}`;
  }

  #batchGet({ RequestItems }: BatchGetInput): string {
    const [[name, input] = fault('no table')] = Object.entries(RequestItems);
    understand('BatchGetItem', input);
    const found = input.Keys.map((key) => this.#stored(key));
    this.#reads(
      'BatchGetItem',
      found.map((stored) => stored?.bytes ?? 0),
      input.ConsistentRead,
    );
    const items = found.flatMap((stored) => (stored === undefined ? [] : projected(stored.json, input))).join(',');
    return `{"Responses":{${JSON.stringify(name)}:[${items}]},"UnprocessedKeys":{}}`;
  }

  #query(input: QueryInput): string {
    const { pk, isIn: inRange } = keyRange(input.KeyConditionExpression, input);
    const start = text(input.ExclusiveStartKey?.['sk']);
    const forward = input.ScanIndexForward !== false;
    const isIn = (sk: string) => inRange(sk) && (start === '' || (forward ? sk > start : sk < start));
    const left = this.#sorted(pk).filter(isIn);
    if (!forward) left.reverse();
    const items = this.#partitions.get(pk)?.items ?? new Map<string, Stored>();
    const page: string[] = [];
    let bytes = 0;
    for (const sk of left) {
      if (bytes > pageBytes || page.length === input.Limit) break;
      const { json, bytes: more } = items.get(sk) as Stored;
      bytes += more;
      page.push(json);
    }
    this.#reads('Query', [bytes], input.ConsistentRead);
    const last = page.length < left.length ? left[page.length - 1] : undefined;
    const more = last === undefined ? '' : `,"LastEvaluatedKey":${JSON.stringify({ pk: { S: pk }, sk: { S: last } })}`;
    return `{"Items":[${page.join(',')}],"Count":${page.length}${more}}`;
  }

  #sorted(pk: string): readonly string[] {
    const partition = this.#partitions.get(pk);
    if (partition === undefined) return [];
    partition.sorted ??= [...partition.items.keys()].sort();
    return partition.sorted;
  }

  #reads(action: string, reads: readonly number[], consistent: boolean | undefined): void {
    this.#touched({ action, consistency: consistent === true ? 'strong' : 'eventual', reads, writes: [], failed: false });
  }

  #one(action: string, write: Write): string {
    const prepared = this.#prepare(write);
    this.#writes(action, [prepared], false);
    if (!prepared.held) throw new AwsFault('ConditionalCheckFailedException');
    this.#apply(prepared);
    return write.input.ReturnValues === 'ALL_NEW' ? JSON.stringify({ Attributes: prepared.after }) : '{}';
  }

  #batchWrite({ RequestItems }: { RequestItems: Record<string, { PutRequest: WriteInput }[]> }): string {
    const puts = Object.values(RequestItems).flat();
    const prepared = puts.map(({ PutRequest }) => this.#prepare({ verb: 'Put', input: PutRequest }));
    this.#writes('BatchWriteItem', prepared, false);
    for (const write of prepared) this.#apply(write);
    return '{"UnprocessedItems":{}}';
  }

  #transact({ TransactItems }: { TransactItems: Record<Verb, WriteInput>[] }): string {
    const prepared = TransactItems.flatMap((item) => Object.entries(item) as [Verb, WriteInput][]).map(([verb, input]) =>
      this.#prepare({ verb, input }),
    );
    this.#writes('TransactWriteItems', prepared, true);
    if (prepared.some(({ held }) => !held)) {
      const CancellationReasons = prepared.map(({ held }) => ({ Code: held ? 'None' : 'ConditionalCheckFailed' }));
      throw new AwsFault('TransactionCanceledException', { CancellationReasons });
    }
    for (const write of prepared) this.#apply(write);
    return '{}';
  }

  #prepare({ verb, input }: Write): Prepared {
    understand(verb, input);
    const before = this.item(input.Item ?? input.Key ?? fault('no key'));
    const held = holds(input.ConditionExpression, before, input);
    return { verb, input, before, held, after: held ? this.#imageAfter({ verb, input }, before) : before };
  }

  #imageAfter({ verb, input }: Write, before: Item | undefined): Item | undefined {
    if (verb === 'Put') return input.Item;
    if (verb === 'Delete') return undefined;
    if (verb === 'ConditionCheck') return before;
    return updated(input.UpdateExpression ?? '', before ?? input.Key ?? {}, input);
  }

  #apply({ before, after }: Prepared): void {
    if (this.frozen) return;
    if (after !== undefined) this.seed(after);
    else if (before !== undefined) this.#delete(before);
  }

  #delete(item: Item): void {
    const partition = this.#partitions.get(text(item['pk']));
    if (partition?.items.delete(text(item['sk'])) === true) partition.sorted = undefined;
  }

  #writes(action: string, prepared: readonly Prepared[], transaction: boolean): void {
    const size = (item: Item | undefined) => (item === undefined ? 0 : itemBytes(item));
    this.#touched({
      action,
      consistency: transaction ? 'transaction' : 'strong',
      reads: [],
      writes: prepared.map(({ before, after }) => ({ before: size(before), after: size(after) })),
      failed: prepared.some(({ held }) => !held),
    });
  }
}

function fault(why: string): never {
  throw new Error(why);
}
