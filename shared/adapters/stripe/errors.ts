import Stripe from 'stripe';
import { Refusal } from '../../kit/refusal.ts';

/**
 * Stripe did not do it for now: no connection, no answer in time, 5xx, too many requests, the same key at work elsewhere, or a key that it
 * does not take. It is never kept as an answer: asked again with its Idempotency-Key the request goes on.
 */
export const unavailable = (cause: unknown): Refusal => {
  const refusal = new Refusal(503, 'billing_unavailable', 'The payment provider does not answer: try again in a moment.', {
    extra: { retry_after_seconds: 5 },
    passing: true,
  });
  refusal.cause = cause;
  return refusal;
};

const { errors } = Stripe;
const passing = [
  errors.StripeConnectionError,
  errors.StripeAPIError,
  errors.StripeRateLimitError,
  errors.StripeAuthenticationError,
  errors.StripePermissionError,
] as const;

/** A call to Stripe, with what went wrong there in our words. What remains is a mistake of ours, and goes up as it is. */
export async function asking<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (passing.some((kind) => error instanceof kind) || inUse(error)) throw unavailable(error);
    if (error instanceof errors.StripeCardError) throw declined(error);
    throw error;
  }
}

const declined = (cause: unknown): Refusal => {
  const refusal = new Refusal(402, 'payment_declined', 'The card was declined, and nothing was changed.');
  refusal.cause = cause;
  return refusal;
};

/** Another request under the same key has not ended (409), or Stripe holds the object for somebody else (lock_timeout). */
const inUse = (error: unknown): boolean =>
  error instanceof errors.StripeError &&
  (error.statusCode === 409 || error.code === 'lock_timeout' || error.code === 'idempotency_key_in_use');

/** Stripe says no to what was asked: the thing is not there, or is not in a state for it. */
export const saysNo = (error: unknown): error is Stripe.errors.StripeInvalidRequestError =>
  error instanceof errors.StripeInvalidRequestError && error.statusCode !== 409;
