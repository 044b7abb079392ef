/** Ends of an unknown child that somebody tells us (SPEC 6.2): by settling, or by a report with a status. */
import { type Clock, timestamp } from '../../kit/clock.ts';
import { Refusal } from '../../kit/refusal.ts';
import type { Follower } from '../followers/follower.ts';
import type { Child } from './child.ts';
import type { ChildState } from './states.ts';

export interface Settlement {
  readonly child: Child;
  readonly follower: Follower;
  readonly state: ChildState;
  /** Signed quantity by which told moves. */
  readonly moved: string;
  /** The unknown child that a cancel took back, when this is that cancel and it happened. */
  readonly takesBack?: Child;
  readonly by: string;
  readonly at: string;
}

export interface SettlePorts {
  readonly clock: Clock;
  /** One transaction that holds only while the child is unknown and the follower's sums are as read. */
  readonly settle: (settlement: Settlement) => Promise<boolean>;
  readonly read: () => Promise<{ child: Child | undefined; follower: Follower }>;
  /** The child that a cancel takes back; asked for cancels alone. */
  readonly canceledChild: (cancel: Child) => Promise<Child | undefined>;
}

const settleTries = 5;

/**
 * Says whether an unknown child happened. It did: it is `confirmed` and its quantity counts. It did not: it stays in its
 * state and is unknown no more, so that the next increase carries the difference. Saying it a second time is refused.
 */
export async function settleChild({ happened, by }: { happened: boolean; by: string }, ports: SettlePorts): Promise<void> {
  for (let attempt = 1; attempt <= settleTries; attempt += 1) {
    const { child, follower } = await ports.read();
    if (child === undefined || !child.unknown || isUnderWay(child)) {
      throw new Refusal(409, 'not_unknown', 'It is not unknown whether this child happened.');
    }
    const state = happened ? 'confirmed' : child.state;
    const moved = happened ? child.row.qty : '0';
    const other = happened && child.row.inputs.was === 'unknown' ? await ports.canceledChild(child) : undefined;
    const takesBack = other?.unknown === true ? { takesBack: other } : {};
    if (await ports.settle({ child, follower, state, moved, ...takesBack, by, at: timestamp(ports.clock()) })) return;
  }
  throw new Error('the child was written by others again and again');
}

/** While the lane still has attempts to make, the lane will find out. */
const isUnderWay = ({ state }: Child): boolean => state === 'planned' || state === 'sent' || state === 'retry';
