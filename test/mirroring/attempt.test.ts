import { describe, expect, it } from 'vitest';
import { resultOf } from '../../shared/adapters/webhook/dispatcher.ts';
import { verdictOf } from '../../shared/domain/mirroring/attempt.ts';
import { childMoves, childStates, mayMove } from '../../shared/domain/mirroring/states.ts';

/** SPEC 6.2 and 6.4: what an answer means, before and after an attempt that nobody knows the outcome of. */
describe('an answer', () => {
  it.each([
    [200, 'ack', 'ack'],
    [204, 'ack', 'ack'],
    [299, 'ack', 'ack'],
    [301, 'rejected', 'unresolved'],
    [400, 'rejected', 'unresolved'],
    [404, 'rejected', 'unresolved'],
    [408, 'again', 'again'],
    [409, 'rejected', 'ack'],
    [410, 'rejected', 'unresolved'],
    [425, 'again', 'again'],
    [429, 'again', 'again'],
    [500, 'again', 'again'],
    [503, 'again', 'again'],
  ])('%i first means %s, after an unknown one %s', (status, first, later) => {
    const read = (unknown: boolean) => {
      const verdict = verdictOf({ ...resultOf(status), ms: 1 }, unknown);
      return verdict.kind === 'ended' ? verdict.state : verdict.kind;
    };
    expect([read(false), read(true)]).toEqual([first, later]);
  });

  it.each([
    [408, true],
    [425, false],
    [429, false],
    [500, true],
  ])('%i leaves it unknown: %s', (status, unknown) => {
    expect(verdictOf({ ...resultOf(status), ms: 1 }, false)).toMatchObject({ kind: 'again', unknown });
  });

  it('410 stops the follower, 404 does not', () => {
    expect(verdictOf({ ...resultOf(410), ms: 1 }, false)).toMatchObject({ stops: true });
    expect(verdictOf({ ...resultOf(404), ms: 1 }, false)).toMatchObject({ stops: false });
  });

  it('what was unknown stays unknown through later certain failures', () => {
    expect(verdictOf({ kind: 'retry', certain: true, error: 'ECONNREFUSED', ms: 1 }, true)).toMatchObject({ unknown: true });
  });
});

describe('the states of a child', () => {
  it('never leave confirmed, and reach every state from planned', () => {
    expect(childMoves.confirmed).toEqual([]);
    const reached = new Set(['planned']);
    for (let before = 0; before < reached.size; ) {
      before = reached.size;
      for (const from of [...reached]) for (const to of childMoves[from as 'planned']) reached.add(to);
    }
    expect([...reached].sort()).toEqual([...childStates].sort());
  });

  it.each([
    ['dead_lettered', 'sent'],
    ['dead_lettered', 'confirmed'],
    ['expired', 'partially_filled'],
    ['unresolved', 'confirmed'],
    ['ack', 'canceled'],
    ['ack', 'rejected'],
  ] as const)('%s may become %s', (from, to) => expect(mayMove(from, to)).toBe(true));

  it.each([
    ['shadowed', 'sent'],
    ['rejected', 'sent'],
    ['ack', 'planned'],
    ['confirmed', 'canceled'],
  ] as const)('%s may not become %s', (from, to) => expect(mayMove(from, to)).toBe(false));
});
