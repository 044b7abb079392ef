import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { childId, id, isId, parseChildId, ulid, ulidFromCause, ulidOf } from '../../shared/kit/ids.ts';

const address = fc.record({
  cause: fc.uint8Array({ minLength: 10, maxLength: 10 }).map((bytes) => ulid(1_700_000_000_000, bytes)),
  shard: fc.integer({ min: 0, max: 1_048_575 }),
  place: fc.integer({ min: 0, max: 1_023 }),
  leg: fc.integer({ min: 0, max: 32_767 }),
});

describe('ids', () => {
  it('writes a ULID as its specification does', () => {
    // The example of the specification: 1469918176385 ms is 01ARYZ6S41.
    expect(ulid(1_469_918_176_385, new Uint8Array(10)).slice(0, 10)).toBe('01ARYZ6S41');
  });

  it('writes time and bytes as one number of 128 bits', () => {
    const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
    const holds = fc.property(fc.maxSafeNat(), fc.uint8Array({ minLength: 10, maxLength: 32 }), (ms, bytes) => {
      const time = ms % 2 ** 48;
      const number = bytes.slice(0, 10).reduce((n, b) => n * 256n + BigInt(b), BigInt(time));
      const characters = Array.from({ length: 26 }, (_, i) => alphabet[Number((number >> BigInt(5 * (25 - i))) % 32n)]);
      expect(ulid(time, bytes)).toBe(characters.join(''));
    });
    fc.assert(holds, { numRuns: 1000 });
  });

  it('follow from their cause', () => {
    const a = id('mo', ulidFromCause(5, 'vlt/x'));
    expect(a).toBe(id('mo', ulidFromCause(5, 'vlt/x')));
    expect(a).not.toBe(id('mo', ulidFromCause(5, 'vlt/y')));
    expect(isId('mo', a)).toBe(true);
    expect(isId('vlt', a)).toBe(false);
    expect(ulidOf(a)).toHaveLength(26);
  });

  it('a child id leads back to where the child lives, in at most 40 characters', () => {
    fc.assert(
      fc.property(address, (a) => {
        const text = childId(a);
        expect(text.length).toBeLessThanOrEqual(40);
        expect(parseChildId(text)).toEqual(a);
      }),
    );
  });

  it('a child id with one wrong character is not one', () => {
    fc.assert(
      fc.property(address, fc.integer({ min: 4, max: 37 }), (a, at) => {
        const text = childId(a);
        const other = text[at] === 'Z' ? 'Y' : 'Z';
        expect(parseChildId(text.slice(0, at) + other + text.slice(at + 1))).toBeUndefined();
      }),
    );
  });
});
