import { invalid, StripeFailure } from './failure.ts';
import type { Outcome } from './payments.ts';

/** The answer to a request that needed a payment which was declined. */
export function cardFailure({ decline, intent }: Outcome & { result: 'declined' }, keeps = false): StripeFailure {
  const { code, decline_code, message } = decline;
  return new StripeFailure(
    402,
    { type: 'card_error', code, message, ...(decline_code !== undefined && { decline_code }), payment_intent: intent },
    { keeps },
  );
}

/** The answer to a request that needed a payment, of a customer who has no card. */
export const noMethod = () =>
  invalid(
    'This customer has no attached payment source or default payment method. Please consider adding a default payment method.',
    {
      code: 'resource_missing',
    },
  );
