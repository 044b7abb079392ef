import { sha256 } from './hash.ts';
import { assert } from './refusal.ts';

/** Crockford's base 32, as ULIDs are written (github.com/ulid/spec). */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const ulidPattern = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

export type Kind = 'ten' | 'usr' | 'vlt' | 'fol' | 'mo' | 'ovl' | 'evt' | 'inv';

/** A whole number of at most 50 bits, which a double holds. */
function base32(value: number, length: number): string {
  let rest = value;
  let text = '';
  for (let i = 0; i < length; i += 1) {
    const above = Math.floor(rest / 32);
    text = alphabet[rest - above * 32] + text;
    rest = above;
  }
  return text;
}

/** Five bytes as one number: eight characters. */
function fortyBits(bytes: Uint8Array, from: number): number {
  let n = 0;
  for (let i = from; i < from + 5; i += 1) n = n * 256 + (bytes[i] as number);
  return n;
}

function fromBase32(text: string): number {
  return [...text].reduce((n, c) => n * 32 + alphabet.indexOf(c), 0);
}

/** A ULID of a time (ms since 1970) and ten bytes. The edge brings both; below it they follow from a cause. */
export function ulid(timeMs: number, bytes: Uint8Array): string {
  assert(Number.isInteger(timeMs) && timeMs >= 0 && timeMs < 2 ** 48, 'a ULID holds 48 bits of time');
  assert(bytes.length >= 10, 'a ULID holds ten bytes');
  return base32(timeMs, 10) + base32(fortyBits(bytes, 0), 8) + base32(fortyBits(bytes, 5), 8);
}

/** The ULID that always follows from the same cause; its time part is the cause's own time, as far as a ULID can hold it. */
export const ulidFromCause = (timeMs: number, cause: string): string =>
  ulid(Math.min(Math.max(0, Number.isFinite(timeMs) ? timeMs : 0), 2 ** 48 - 1), sha256(cause));

export const id = (kind: Kind, ulidText: string): string => `${kind}_${ulidText}`;

/** True when `text` is an id of that kind: the prefix and a ULID. */
export const isId = (kind: Kind, text: string): boolean =>
  text.startsWith(`${kind}_`) && ulidPattern.test(text.slice(kind.length + 1));

/** The time in a ULID, in milliseconds since 1970. */
export const timeOf = (ulidText: string): number => [...ulidText.slice(0, 10)].reduce((n, c) => n * 32 + alphabet.indexOf(c), 0);

/** The ULID inside an id. */
export const ulidOf = (text: string): string => text.slice(text.indexOf('_') + 1);

export interface ChildAddress {
  /** ULID of what caused the child: its order, overlay, follower or fix-up. */
  readonly cause: string;
  /** Shard of the follower, 0 .. 1,048,575. */
  readonly shard: number;
  /** Place in the shard, 0 .. 1,023. */
  readonly place: number;
  /** Leg, 0 for a plain child. */
  readonly leg: number;
}

/** As base32, for numbers that fit: an id is made for every child. */
const small = (n: number, length: number): string =>
  length === 0 ? '' : small(n >>> 5, length - 1) + (alphabet[n & 31] as string);

/** The children of a shard's entry share the beginning of their ids: the last one, and its sum, are at hand. */
let beginning = { cause: '', shard: -1, text: '', sum: 0 };
function beginningOf(cause: string, shard: number): { readonly text: string; readonly sum: number } {
  if (beginning.cause !== cause || beginning.shard !== shard) {
    const body = cause + small(shard, 4);
    // Joined, it is one text; added, every id would walk through its pieces again.
    beginning = { cause, shard, text: ['fo_', body].join(''), sum: checkSum(body) };
  }
  return beginning;
}

/** Whoever sends a child names it twice, in what is sent and around it: the last id is at hand. */
let lastChild: ChildAddress & { readonly text: string } = { cause: '', shard: -1, place: -1, leg: -1, text: '' };

/** `fo_` + cause + shard (4) + place (2) + leg (3) + check (1): 39 characters, the same at every replay (SPEC 2). */
export function childId({ cause, shard, place, leg }: ChildAddress): string {
  if (lastChild.place === place && lastChild.shard === shard && lastChild.leg === leg && lastChild.cause === cause)
    return lastChild.text;
  const { text, sum } = beginningOf(cause, shard);
  const end = small(place, 2) + small(leg, 3);
  lastChild = { cause, shard, place, leg, text: text + (end + (alphabet[checkSum(end, sum)] as string)) };
  return lastChild.text;
}

/** Where a child lives, or undefined when the text is not a child's id (form or check character wrong). */
export function parseChildId(text: string): ChildAddress | undefined {
  const body = text.slice(3, 38);
  const wellFormed = text.length === 39 && text.startsWith('fo_') && ulidPattern.test(body.slice(0, 26));
  if (!wellFormed || [...body].some((c) => !alphabet.includes(c)) || text[38] !== alphabet[checkSum(body)]) return undefined;
  return {
    cause: body.slice(0, 26),
    shard: fromBase32(body.slice(26, 30)),
    place: fromBase32(body.slice(30, 32)),
    leg: fromBase32(body.slice(32, 35)),
  };
}

/** The value of each character of the alphabet, by its code. */
const values: readonly number[] = Array.from({ length: 128 }, (_, code) => alphabet.indexOf(String.fromCharCode(code)));

/**
 * One check symbol over the field of 32 elements (Horner's scheme with a generator of it, x^5 + x^2 + 1): every single
 * wrong character and every swap of two neighbours shows.
 */
function checkSum(body: string, before = 0): number {
  let sum = before;
  for (let i = 0; i < body.length; i += 1) {
    const shifted = sum << 1;
    sum = (shifted & 32 ? shifted ^ 0b100101 : shifted) ^ (values[body.charCodeAt(i)] as number);
  }
  return sum;
}
