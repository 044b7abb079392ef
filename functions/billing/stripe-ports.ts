import type { Table } from '../../shared/adapters/dynamo/client.ts';
import { stripeStore } from '../../shared/adapters/dynamo/stripe-store.ts';
import { billingKeys } from '../../shared/adapters/secrets/billing-keys.ts';
import { stripeGateway } from '../../shared/adapters/stripe/gateway.ts';
import type { StripePorts } from '../../shared/domain/billing/stripe/ports.ts';
import { limits } from '../../shared/wiring/limits.ts';
import { clock } from '../edge/entropy.ts';

interface StripeEnv {
  readonly billingSecret: string;
  readonly stripeApiBase: string;
  readonly billingReturnUrl: string;
}

/** What the Stripe rail's use cases work with. */
export function stripePorts(
  table: Table,
  { billingSecret, stripeApiBase: base, billingReturnUrl: returnUrl }: StripeEnv,
): StripePorts {
  const keys = billingKeys(billingSecret, clock);
  const key = () => keys.key('stripe_secret_key');
  const stripe = stripeGateway({ base, key, returnUrl, timeoutMs: limits.stripeTimeoutMs, clock });
  return { clock, store: stripeStore(table), stripe };
}
