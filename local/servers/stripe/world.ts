import { randomBytes } from 'node:crypto';
import Stripe from 'stripe';
import { missing, StripeFailure } from './failure.ts';
import type { Event, Kind, Kinds, Stored } from './wire.ts';

/** How the account is set up. */
export interface Settings {
  /** Days after the first failed payment of an invoice on which it is tried again. */
  retryDays: readonly number[];
  /** What becomes of a subscription after the last retry. */
  afterRetries: 'cancel' | 'mark_unpaid' | 'leave_past_due';
  /** Seconds that a renewal's invoice stays a draft; an hour at Stripe. */
  draftSeconds: number;
}

export const defaultSettings: Settings = { retryDays: [1, 3, 5, 7], afterRetries: 'cancel', draftSeconds: 3600 };

/** What Stripe knows of an object and does not show. */
export type Note = Readonly<Record<string, unknown>>;

export interface WorldState {
  readonly objects: readonly (readonly [string, Stored])[];
  readonly notes: readonly (readonly [string, Note])[];
  readonly settings: Settings;
  readonly offsetSeconds: number;
}

export interface RequestMark {
  readonly id: string;
  readonly idempotency_key: string | null;
}

const base62 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
/** An id as Stripe makes them. */
export const newId = (prefix: string, length = 24) =>
  prefix + [...randomBytes(length)].map((byte) => base62[byte % base62.length]).join('');

/** Everything there is in one account. Stored objects are never changed in place: a change puts a new one. */
export class World {
  objects = new Map<string, Stored>();
  notes = new Map<string, Note>();
  settings: Settings = defaultSettings;
  offsetSeconds = 0;
  /** Where this server is reached, for the addresses of its pages. */
  base = '';
  /** The events of the work under way, which are sent when it is done. */
  told: Event[] = [];
  request: RequestMark | null = null;
  /** The time of what is being done late, while it is done. */
  at: number | undefined;
  readonly #clock: () => number;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** The time of the account, or that of the test clock that an object lives by. */
  now(testClock: string | null | undefined = null): number {
    if (typeof testClock === 'string') return this.at ?? this.get('test_helpers.test_clock', testClock).frozen_time;
    return this.at ?? this.realNow();
  }

  realNow(): number {
    return Math.floor(this.#clock() / 1000) + this.offsetSeconds;
  }

  /** The test clock of a customer, by which all that is theirs lives. */
  clockOf(customer: string | null): string | null {
    const found = customer === null ? undefined : this.find('customer', customer);
    return found?.test_clock ?? null;
  }

  find<K extends Kind>(kind: K, id: string): Kinds[K] | undefined {
    const found = this.objects.get(id);
    return found?.object === kind ? (found as Kinds[K]) : undefined; // its `object` says which kind it is
  }

  get<K extends Kind>(kind: K, id: string, param?: string): Kinds[K] {
    const found = this.find(kind, id);
    if (found === undefined) throw missing(kind, id, param);
    return found;
  }

  /** All of a kind, the newest first. */
  all<K extends Kind>(kind: K): Kinds[K][] {
    return [...this.objects.values()].filter((found): found is Kinds[K] => found.object === kind).reverse();
  }

  put<T extends Stored>(object: T): T {
    this.objects.set(object.id, object);
    return object;
  }

  /** Stores a new object and tells of it. */
  create<T extends Stored>(object: T, type?: string): T {
    this.put(object);
    if (type !== undefined) this.emit(type, object);
    return object;
  }

  /** Changes an object; the event, if any, says what it was before. A change that changes nothing tells nothing. */
  update<K extends Kind>(kind: K, id: string, patch: Partial<Kinds[K]>, type?: string): Kinds[K] {
    const before = this.get(kind, id);
    const after = { ...before, ...patch } as Kinds[K];
    const previous = difference(before, after);
    if (Object.keys(previous).length === 0) return before;
    this.put(after);
    if (type !== undefined) this.emit(type, after, type.endsWith('.updated') ? previous : undefined);
    return after;
  }

  note(id: string): Note {
    return this.notes.get(id) ?? {};
  }

  addNote(id: string, note: Note): void {
    this.notes.set(id, { ...this.note(id), ...note });
  }

  emit(type: string, object: object, previous?: Readonly<Record<string, unknown>>): void {
    const { customer, test_clock } = object as { customer?: string | null; test_clock?: string | null };
    const event: Event = {
      id: newId('evt_'),
      object: 'event',
      api_version: Stripe.API_VERSION,
      created: this.now(test_clock ?? this.clockOf(customer ?? null)),
      data: { object: structuredClone(object), ...(previous !== undefined && { previous_attributes: previous }) },
      livemode: false,
      pending_webhooks: 1,
      request: this.request ?? { id: null, idempotency_key: null },
      type: type as Event['type'], // the package's list of types is open
    };
    this.put(event);
    this.addNote(event.id, { happened: this.realNow() });
    this.told.push(event);
  }

  /** Does all of it or, unless a failure says that it keeps what was done, nothing. */
  whole<T>(work: () => T): T {
    const { objects, notes, told } = this;
    this.objects = new Map(objects);
    this.notes = new Map(notes);
    this.told = [...told];
    try {
      return work();
    } catch (error) {
      if (!(error instanceof StripeFailure && error.keeps)) Object.assign(this, { objects, notes, told });
      throw error;
    }
  }

  dump(): WorldState {
    const { settings, offsetSeconds } = this;
    return { objects: [...this.objects], notes: [...this.notes], settings, offsetSeconds };
  }

  load(state: WorldState): void {
    const { objects, notes, ...rest } = state;
    Object.assign(this, { objects: new Map(objects), notes: new Map(notes), ...rest });
  }

  reset(): void {
    this.load({ objects: [], notes: [], settings: defaultSettings, offsetSeconds: 0 });
  }
}

/** The former values of what differs: of objects only the keys that do, of lists the whole. */
function difference(before: object, after: object): Record<string, unknown> {
  const old = before as Record<string, unknown>;
  const pairs = Object.entries(after).flatMap(([key, value]): [string, unknown][] => {
    if (same(old[key], value)) return [];
    if (isPlain(old[key]) && isPlain(value)) return [[key, { ...missingKeys(old[key], value), ...difference(old[key], value) }]];
    return [[key, old[key] ?? null]];
  });
  return Object.fromEntries(pairs);
}

/** Keys that are gone: in a difference they stand with their former value. */
const missingKeys = (before: object, after: object) =>
  Object.fromEntries(Object.entries(before).filter(([key]) => !(key in after)));
const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
const isPlain = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value);
