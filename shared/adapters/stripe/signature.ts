import Stripe from 'stripe';
import type { SignedEvent } from '../../domain/billing/stripe/events.ts';
import { limits } from '../../wiring/limits.ts';
import { eventOf } from './event.ts';

/**
 * The event in a webhook's bytes, if Stripe signed them with this secret within five minutes of now; undefined otherwise. The package
 * refuses what is too old; it takes what claims to come from the future, and that is refused here.
 */
export function signedEvent(
  raw: Uint8Array,
  header: string | undefined,
  { secret, nowMs }: { readonly secret: string; readonly nowMs: number },
): SignedEvent | undefined {
  if (header === undefined || signedAt(header) * 1000 > nowMs + limits.webhookToleranceSeconds * 1000) return undefined;
  const event = constructed(raw, header, { secret, nowMs });
  return event === undefined ? undefined : eventOf(event);
}

function constructed(
  raw: Uint8Array,
  header: string,
  { secret, nowMs }: { secret: string; nowMs: number },
): Stripe.Event | undefined {
  try {
    return Stripe.webhooks.constructEvent(raw, header, secret, limits.webhookToleranceSeconds, undefined, nowMs);
  } catch {
    // Whatever it is that does not hold: the sender is nobody that we know.
    return undefined;
  }
}

/** The time that was signed, in seconds: of several the last, as the package has it. */
function signedAt(header: string): number {
  const times = header.split(',').flatMap((part) => /^t=(\d{1,15})$/.exec(part)?.[1] ?? []);
  return Number(times.at(-1) ?? Number.POSITIVE_INFINITY);
}
