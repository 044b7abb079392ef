import { type Decimal, decimal, zero } from '../../kit/decimal.ts';
import type { Child } from './child.ts';
import type { ChildState } from './states.ts';

/** States in which a child was accepted. */
export const happenedStates: ReadonlySet<ChildState> = new Set(['ack', 'partially_filled', 'confirmed']);

/**
 * What a child adds to told: all of it once it was accepted, until its end says less; what was filled when it ended part
 * filled, canceled or refused; nothing while it is unknown.
 */
export function contribution(child: Child): Decimal {
  const filled = decimal(child.filled ?? '0');
  if (child.unknown) return zero;
  // Filled is all of it, whatever reports of its parts are still on their way.
  if (child.final === true && child.state !== 'confirmed') return filled;
  return happenedStates.has(child.state) ? decimal(child.row.qty) : filled;
}
