import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hmacSha256, sha256, sha256Hex } from '../../shared/kit/hash.ts';

describe('hashes', () => {
  it('are those of node:crypto for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.uint8Array({ minLength: 1, maxLength: 64 }), (text, key) => {
        expect(sha256(text)).toEqual(createHash('sha256').update(text, 'utf8').digest());
        expect(sha256Hex(text)).toBe(sha256(text).toString('hex'));
        const mac = createHmac('sha256', key).update(text, 'utf8').digest();
        expect(hmacSha256(key, 'hex', text)).toBe(mac.toString('hex'));
        expect(hmacSha256(key, 'base64', text)).toBe(mac.toString('base64'));
        const both = createHmac('sha256', key).update(`1.${text}`, 'utf8').digest('hex');
        expect(hmacSha256(key, 'hex', '1.', Buffer.from(text))).toBe(both);
      }),
    );
  });

  it('sort in hex as their bytes do', () => {
    const texts = Array.from({ length: 200 }, (_, n) => `item ${n}`);
    const byBytes = texts.toSorted((a, b) => sha256(a).compare(sha256(b)));
    expect(texts.toSorted((a, b) => (sha256Hex(a) < sha256Hex(b) ? -1 : 1))).toEqual(byBytes);
  });
});
