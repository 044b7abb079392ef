import type { Rails } from '../../shared/domain/billing/rail.ts';
import { stripeRail } from '../../shared/domain/billing/stripe/rail.ts';
import { env, table } from './means.ts';
import { stripePorts } from './stripe-ports.ts';

/** The ways to pay that this platform has, each with what it is made of. */
export const rails: Rails = {
  stripe: stripeRail(stripePorts(table, env)),
};
