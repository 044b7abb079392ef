import { milliseconds } from '../../../kit/clock.ts';
import type { Interval, PlanId } from '../../entitlements/plans.ts';
import type { Invoice } from '../invoice.ts';
import type { Grant, Purpose } from './periods.ts';
import type { Additional, Shown, Status } from './states.ts';

/** What an invoice in bitcoin has beside what every invoice has. */
export interface BtcPart {
  readonly purpose: Purpose;
  /** Of an upgrade: the end of what is paid. Of a renewal: where the period begins that it pays. */
  readonly until?: string;
  /** What it shows (states.ts); `making` until BTCPay Server's invoice is known. */
  readonly state: Shown | 'making';
  /** We invalidated it: the tenant chose something else. */
  readonly replaced?: true;
  /** The one whose place it took, which must not be paid any more. */
  readonly replaces?: string;
  /** Its owner was given it, and told of it where it came unasked. */
  readonly issued?: true;
  /** So long BTCPay Server takes a payment as one in time. */
  readonly minutes: number;
  readonly expires_at?: string;
  readonly amount_btc?: string;
  readonly address?: string;
  readonly rate?: string;
  /** As BTCPay Server said it last. */
  readonly status?: Status;
  readonly additional?: Additional;
  readonly refunds: readonly Refund[];
}

/**
 * An invoice of ours that is paid in bitcoin. It is written before BTCPay Server is asked to make its own, which keeps our id as its
 * `metadata.orderId` and is found again by that; until then `source_id` is empty.
 */
export interface BtcInvoice extends Invoice {
  readonly plan_id: PlanId;
  readonly interval: Interval;
  readonly btc: BtcPart;
}

/** Money that goes back: BTCPay Server's pull payment, which its payer claims to an address of its own. */
export interface Refund {
  /** Names the pull payment too: asked again, it is found and not made again. */
  readonly refund_id: string;
  readonly cents: number;
  readonly claim_url?: string;
  readonly created_at: string;
}

/** The tenant's side of it: what it was given, the one invoice that it may pay now, and when the clock looks again. */
export interface BtcAccount {
  readonly tenant_id: string;
  readonly grants: readonly Grant[];
  readonly open?: string;
  /** Where its row stands in the due partition. */
  readonly due_at?: string;
  /** What the owners were told about which end, so that they are told once. */
  readonly told?: { readonly end: string; readonly kinds: readonly string[] };
  readonly ver: number;
}

/** BTCPay Server's invoice as it is at this moment. */
export interface Seen {
  readonly source_id: string;
  /** Ours, as it stands in the invoice's metadata; absent on one that is not ours. */
  readonly order_id?: string;
  readonly tenant_id?: string;
  readonly status: Status;
  readonly additional: Additional;
  /** What came in, confirmed or not, and what of it is confirmed. */
  readonly paid_cents: number;
  readonly confirmed_cents: number;
  /** Whatever came in is confirmed. */
  readonly confirmed: boolean;
  readonly checkout_url: string;
  readonly created_at: string;
  readonly expires_at: string;
}

/** How to pay it on the chain. */
export interface Prompt {
  readonly amount_btc: string;
  readonly address: string;
  readonly rate: string;
}

/** What may still be given back: never more than was paid. */
export const refundableCents = ({ paid_cents, refunded_cents }: Invoice): number => Math.max(0, paid_cents - refunded_cents);

interface Cause {
  readonly purpose: Purpose;
  readonly plan_id: PlanId;
  readonly interval: Interval;
  readonly until?: string | undefined;
}

/** Two of one cause are one: asked again while it is open, the same invoice is given. */
export const sameCause = ({ plan_id, interval, btc }: BtcInvoice, cause: Cause): boolean =>
  btc.purpose === cause.purpose && plan_id === cause.plan_id && interval === cause.interval && btc.until === cause.until;

const beingPaid: readonly BtcPart['state'][] = ['processing', 'late'];
const payable: readonly BtcPart['state'][] = ['making', 'open', 'underpaid', ...beingPaid];

/** Whether it may still be paid, or is being paid. */
export function isOpen({ btc }: BtcInvoice, now: number): boolean {
  if (btc.replaced === true || !payable.includes(btc.state)) return false;
  return beingPaid.includes(btc.state) || btc.expires_at === undefined || milliseconds(btc.expires_at) > now;
}
