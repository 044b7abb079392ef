/**
 * What the checks leave out, because it is decided and not found (docs/decisions/0016). After a cancel was acknowledged its
 * follower stands at `position_after`. A later report or settlement of another child of the symbol, an earlier one, still moves
 * told: it is later knowledge, and true of every receiver that works with quantities. The receivers here work with positions
 * when they are sent a cancel, so that their books and told differ then, and only then.
 */
export const leavesOut = { lateWordAfterCancel: true };
