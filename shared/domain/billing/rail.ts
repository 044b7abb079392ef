import { Refusal } from '../../kit/refusal.ts';
import type { Interval, PlanId } from '../entitlements/plans.ts';
import type { Invoice } from './invoice.ts';
import type { ChangeAnswer, ChangePreview } from './routes.ts';
import type { Rail, Subscription } from './subscription.ts';

/** A way to pay. */
export type PayingRail = Exclude<Rail, 'granted'>;

/** Who asks, and the seed that stays the same when the request is run again: ids and the providers' keys are made from it. */
export interface Asking {
  readonly tenantId: string;
  readonly by: string;
  readonly seed: string;
  readonly requestId: string;
}
export interface Wanted {
  readonly plan_id: PlanId;
  readonly interval: Interval;
  /** The time of a preview, so that the change costs what the preview said. */
  readonly prorationDate?: string | undefined;
}

/** What each way to pay does. All of it may be run again with its seed: it is finished, not done twice. */
export interface RailPort {
  readonly change: (asking: Asking, wanted: Wanted) => Promise<ChangeAnswer>;
  readonly preview: (asking: Asking, wanted: Wanted) => Promise<ChangePreview>;
  readonly cancel: (asking: Asking) => Promise<Subscription>;
  readonly resume: (asking: Asking) => Promise<Subscription>;
  /** Absent where the provider has no such page. */
  readonly portal?: (asking: Asking) => Promise<{ readonly url: string; readonly expires_at?: string }>;
  readonly refund: (asking: Asking, invoice: Invoice, cents: number | undefined) => Promise<Invoice>;
}

export type Rails = { readonly [R in PayingRail]?: RailPort };

export function railOf(rails: Rails, rail: Rail): RailPort {
  const found = rail === 'granted' ? undefined : rails[rail];
  if (found === undefined) throw new Refusal(400, 'rail_unavailable', 'This way to pay is not available on this platform.');
  return found;
}

/** The subscription that a request is about; nobody cancels what was granted. */
export function subscribed(subscription: Subscription | undefined): Subscription {
  if (subscription === undefined || subscription.rail === 'granted')
    throw new Refusal(409, 'no_subscription', 'There is no subscription that is paid for.');
  return subscription;
}
