/**
 * What the simulation found and the product has not mended yet. While a line says true the simulation keeps out of its way,
 * so that other things can be found; with false it finds it again.
 */
export const keepsOutOf = {
  /**
   * After a cancel was answered its follower stands at position_after (SPEC 6.1). What is then settled or reported of
   * another child of the symbol, that came before it, still moves told.
   */
  lateWordAfterCancel: true,
};
