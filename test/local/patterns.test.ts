import { describe, expect, it } from 'vitest';
import { compileFilters, compilePattern } from '../../local/runtime/patterns.ts';

const event = { source: 'vanta.os', n: 5, list: ['a', 'b'], none: null, empty: '', detail: { vault_id: 'vlt_01A', on: true } };

describe('event patterns', () => {
  it.each<[Record<string, unknown>, boolean]>([
    [{}, true],
    [{ source: ['x', 'vanta.os'] }, true],
    [{ source: ['x'] }, false],
    [{ missing: ['x'] }, false],
    [{ source: ['vanta.os'], n: [6] }, false],
    [{ n: [5] }, true],
    [{ n: ['5'] }, false],
    [{ none: [null] }, true],
    [{ empty: [''] }, true],
    [{ detail: { on: [true] } }, true],
    [{ list: ['b'] }, true],
    [{ list: ['c'] }, false],
    [{ source: [{ prefix: 'vanta' }] }, true],
    [{ source: [{ prefix: { 'equals-ignore-case': 'VANTA' } }] }, true],
    [{ detail: { vault_id: [{ suffix: 'A' }] } }, true],
    [{ detail: { vault_id: [{ suffix: 'B' }, { suffix: 'a' }] } }, false],
    [{ detail: { vault_id: [{ suffix: { 'equals-ignore-case': 'a' } }] } }, true],
    [{ source: [{ 'equals-ignore-case': 'VANTA.OS' }] }, true],
    [{ source: [{ wildcard: 'v*.o*' }] }, true],
    [{ source: [{ wildcard: 'v*x' }] }, false],
    [{ source: [{ 'anything-but': 'vanta.os' }] }, false],
    [{ source: [{ 'anything-but': ['a', 'b'] }] }, true],
    [{ n: [{ 'anything-but': [5, 6] }] }, false],
    [{ missing: [{ 'anything-but': 'x' }] }, false],
    [{ source: [{ 'anything-but': { prefix: 'van' } }] }, false],
    [{ detail: { vault_id: [{ 'anything-but': { suffix: ['B', 'C'] } }] } }, true],
    [{ detail: { vault_id: [{ 'anything-but': { suffix: ['A', 'C'] } }] } }, false],
    [{ missing: [{ exists: false }] }, true],
    [{ source: [{ exists: false }] }, false],
    [{ source: [{ exists: true }] }, true],
    [{ gone: { deep: [{ exists: false }] } }, true],
    [{ detail: [{ exists: true }] }, false],
    [{ n: [{ numeric: ['>', 0, '<=', 5] }] }, true],
    [{ n: [{ numeric: ['<', 5] }] }, false],
    [{ n: [{ numeric: ['=', 5] }] }, true],
    [{ $or: [{ source: ['x'] }, { n: [5] }] }, true],
    [{ $or: [{ source: ['x'] }, { n: [6] }] }, false],
  ])('%j gives %s', (pattern, expected) => {
    expect(compilePattern(pattern)(event)).toBe(expected);
  });

  it('throws at once on an operator that it does not know', () => {
    expect(() => compilePattern({ a: [{ cidr: '10.0.0.0/8' }] })).toThrow('unknown pattern operator "cidr"');
    expect(() => compilePattern({ a: 'text' })).toThrow('a pattern\'s "a" must be a list or an object');
  });

  it('lets everything pass without filters, and otherwise what one of them lets pass', () => {
    expect(compileFilters([])(event)).toBe(true);
    expect(compileFilters([{ n: [1] }, { n: [5] }])(event)).toBe(true);
    expect(compileFilters([{ n: [1] }])(event)).toBe(false);
  });
});
