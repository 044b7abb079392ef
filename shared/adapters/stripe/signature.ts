import Stripe from 'stripe';
import { customerOf, type SignedEvent } from '../../domain/billing/stripe/events.ts';
import { limits } from '../../wiring/limits.ts';

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
  try {
    const { id, type, created, data } = Stripe.webhooks.constructEvent(
      raw,
      header,
      secret,
      limits.webhookToleranceSeconds,
      undefined,
      nowMs,
    );
    const customerId = customerOf(type, data.object as unknown as Record<string, unknown>);
    return { id, type, createdMs: created * 1000, ...(customerId === undefined ? {} : { customerId }) };
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
