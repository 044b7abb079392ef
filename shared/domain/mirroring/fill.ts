/** Reports of what a follower's account did with a child (SPEC 4, 6.1, 6.2). */
import { z } from 'zod';
import { type Clock, timestamp } from '../../kit/clock.ts';
import { absolute, add, decimal, format, negate, sign, subtract } from '../../kit/decimal.ts';
import { Refusal } from '../../kit/refusal.ts';
import { externalId, nonNegativeDecimal, time } from '../contract/fields.ts';
import type { Follower } from '../followers/follower.ts';
import type { Child } from './child.ts';
import { contribution, happenedStates } from './contribution.ts';
import { type ChildState, mayMove, openStates } from './states.ts';
import { tradeTime } from './trades.ts';

export const fillReport = z
  .strictObject({
    fill_id: externalId,
    qty: nonNegativeDecimal,
    price: nonNegativeDecimal,
    ts: time,
    status: z.enum(['partial', 'filled', 'canceled', 'rejected']).optional(),
  })
  .refine((f) => /[1-9]/.test(f.qty) || (f.status !== undefined && f.status !== 'partial'), {
    path: ['qty'],
    message: 'must be greater than 0 unless status ends the child',
  });
export type FillReport = z.infer<typeof fillReport>;

/** A report that was counted before, and of which child. */
export type Counted = FillReport & { readonly follower_order_id: string };

/** A report folded into its child: what the row says after it, and by how much told moves. */
export interface Reported {
  readonly child: Child;
  readonly next: Child;
  readonly follower: Follower;
  /** Signed. */
  readonly moved: string;
  readonly fill: FillReport;
  /** The unknown child that a cancel took back, when this report says that the cancel happened. */
  readonly takesBack?: Child;
  readonly at: string;
}

export interface FillPorts {
  readonly clock: Clock;
  readonly read: () => Promise<{ child: Child; follower: Follower }>;
  /** The child that a cancel takes back; asked for cancels alone. */
  readonly canceledChild: (cancel: Child) => Promise<Child | undefined>;
  /** A cancel has taken the child back: what is reported of it moves told no more. */
  readonly takenBack: () => Promise<boolean>;
  readonly counted: (follower: Follower, fillId: string) => Promise<Counted | undefined>;
  /** One transaction: fill, child, the follower's sums; false when any of them moved since it was read. */
  readonly save: (reported: Reported) => Promise<boolean>;
}

/** All reports of a follower move its row: many at once have to find a gap between each other. */
const saveTries = 40;

/** Counts a report once by its fill_id; the same one again changes nothing, however late, and another under its id is refused. */
export async function reportFill(fill: FillReport, ports: FillPorts): Promise<void> {
  for (let attempt = 1; attempt <= saveTries; attempt += 1) {
    const { child, follower } = await ports.read();
    const before = await ports.counted(follower, fill.fill_id);
    if (before !== undefined) return requireSame(before, fill, child);
    requireEnded(child);
    const at = timestamp(ports.clock());
    const next = folded(child, fill, at);
    const moved = (await ports.takenBack()) ? '0' : format(subtract(contribution(next), contribution(child)));
    const proves = child.unknown && !next.unknown && happenedStates.has(next.state) && child.row.inputs.was === 'unknown';
    const other = proves ? await ports.canceledChild(child) : undefined;
    const takesBack = other?.unknown === true ? { takesBack: other } : {};
    if (await ports.save({ child, next, follower, moved, fill, ...takesBack, at })) return;
  }
  throw new Error(`the child of fill ${fill.fill_id} was written by others ${saveTries} times in a row`);
}

/** A fill_id is one fill of one child: another report under it is not counted, and must not be taken for one that was. */
function requireSame(before: Counted, fill: FillReport, { follower_order_id }: Child): void {
  const same =
    before.follower_order_id === follower_order_id &&
    decimal(before.qty) === decimal(fill.qty) &&
    decimal(before.price) === decimal(fill.price) &&
    tradeTime(before.ts) === tradeTime(fill.ts) &&
    statusOf(before) === statusOf(fill);
  if (!same) throw new Refusal(409, 'fill_id_reused', 'Another fill was reported under this fill_id: nothing was counted.');
}

const statusOf = ({ status = 'partial' }: FillReport) => status;

/** While its lane is still at it, what a report says would be overwritten by what the lane hears. */
function requireEnded({ state }: Child): void {
  if (!openStates.has(state)) return;
  throw new Refusal(409, 'still_being_sent', 'This child is still being sent: say it again in a moment.', { passing: true });
}

const isCancel = ({ row }: Child): boolean => row.inputs.was !== undefined;

const stateOf: Record<'partial' | 'filled' | 'canceled' | 'rejected', ChildState> = {
  partial: 'partially_filled',
  filled: 'confirmed',
  canceled: 'canceled',
  rejected: 'rejected',
};

function folded(child: Child, fill: FillReport, at: string): Child {
  const qty = decimal(child.row.qty);
  const signed = sign(qty) < 0 ? negate(decimal(fill.qty)) : decimal(fill.qty);
  const filled = add(decimal(child.filled ?? '0'), signed);
  if (absolute(filled) > absolute(qty) && !isCancel(child))
    throw new Refusal(422, 'fill_exceeds_qty', 'More is reported as filled than was asked for.');
  const status = statusOf(fill);
  const final = child.final === true || status !== 'partial';
  // A late fill of a child that has ended moves what was filled, not its end.
  const state = child.final === true && status === 'partial' ? child.state : stateOf[status];
  if (state !== child.state && !mayMove(child.state, state)) {
    throw new Refusal(409, 'state_not_allowed', `A child that is ${child.state} cannot become ${state}.`);
  }
  return {
    ...child,
    state,
    filled: format(filled),
    unknown: child.unknown && !final,
    ...(final ? { final: true } : {}),
    updated_at: at,
  };
}
