import { z } from 'zod';
import { ignored, text } from './params.ts';
import { type Route, route } from './routes.ts';
import type { PortalSession } from './wire.ts';
import { newId } from './world.ts';

const newPortal = z.strictObject({
  customer: text,
  return_url: text.optional(),
  ...ignored('configuration', 'locale', 'flow_data', 'on_behalf_of'),
});

/** Billing portal sessions: a page on which a customer cancels, resumes and changes the card. */
export const portalRoutes: readonly Route[] = [
  route('POST', '/v1/billing_portal/sessions', newPortal, (world, { customer, return_url }) => {
    world.get('customer', customer, 'customer');
    const id = newId('bps_');
    const session: PortalSession = {
      id,
      object: 'billing_portal.session',
      configuration: 'bpc_simulator',
      created: world.now(),
      customer,
      customer_account: null,
      flow: null,
      livemode: false,
      locale: null,
      on_behalf_of: null,
      return_url: return_url ?? null,
      url: `${world.base}/portal/${id}`,
    };
    return world.create(session, 'billing_portal.session.created');
  }),
];
