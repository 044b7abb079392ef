import type { Taken } from './endpoints.ts';

/**
 * What the checks leave out, because it is decided and not found (docs/decisions/0016). After a cancel was acknowledged its
 * follower stands at `position_after`. A later report or settlement of another child of the symbol, an earlier one, still moves
 * told: it is later knowledge, and true of every receiver that works with quantities. The receivers here work with positions
 * when they are sent a cancel, so that their books and told differ then, and only then.
 */
export const leavesOut = { lateWordAfterCancel: true };

/** Of what a follower took in one symbol, in sequence: whether word of another child came behind a cancel. */
export function hasLateWord(taken: readonly Taken[], touched: ReadonlySet<string>): boolean {
  return taken.some(
    ({ body: { type, cancels } }, n) =>
      type === 'cancel' && taken.slice(0, n).some(({ id }) => id !== cancels && touched.has(id)),
  );
}
