import { idempotencyStore } from '../../shared/adapters/dynamo/idempotency.ts';
import { listInvoices as listStored, readInvoice } from '../../shared/adapters/dynamo/invoice-store.ts';
import { readSubscription } from '../../shared/adapters/dynamo/subscription-store.ts';
import { type Invoice, invoiceView } from '../../shared/domain/billing/invoice.ts';
import { centsOf } from '../../shared/domain/billing/money.ts';
import { type Asking, type RailPort, railOf, subscribed } from '../../shared/domain/billing/rail.ts';
import { billingSchemas, type ChangeBody, type RefundBody } from '../../shared/domain/billing/routes.ts';
import { stateView } from '../../shared/domain/billing/state.ts';
import type { Subscription } from '../../shared/domain/billing/subscription.ts';
import type { Interval, PlanId } from '../../shared/domain/entitlements/plans.ts';
import { actingTenant, notFound, permit, resource } from '../../shared/domain/tenants/policy.ts';
import type { Principal } from '../../shared/domain/tenants/principal.ts';
import { Refusal } from '../../shared/kit/refusal.ts';
import { callersIn } from '../edge/admit.ts';
import { httpDoor } from '../edge/http.ts';
import { pageOfQuery } from '../edge/paging.ts';
import type { ApiAnswer, ApiRequest } from '../edge/request.ts';
import { env, table } from './means.ts';
import { rails } from './rails.ts';

const askingOf = ({ principal, seed, requestId }: ApiRequest): Asking => ({
  tenantId: actingTenant(principal as Principal),
  by: (principal as Principal).subject,
  seed,
  requestId,
});

async function changePlan(request: ApiRequest<ChangeBody>): Promise<ApiAnswer> {
  const { rail, plan_id, interval, proration_date: prorationDate } = request.body;
  return { body: await railOf(rails, rail).change(askingOf(request), { plan_id, interval, prorationDate }) };
}

/** By the rail that the tenant pays with, unless it asks for another. */
async function previewChange(request: ApiRequest): Promise<ApiAnswer> {
  const asking = askingOf(request);
  const { plan_id, interval, rail } = request.query as { plan_id: PlanId; interval: Interval; rail?: 'stripe' | 'btc' };
  const present = await readSubscription(table, asking.tenantId);
  const paying = present === undefined || present.rail === 'granted' ? 'stripe' : present.rail;
  return { body: await railOf(rails, rail ?? paying).preview(asking, { plan_id, interval }) };
}

/** Something that the rail of the present subscription does. */
async function atPresent<T>(request: ApiRequest, act: (rail: RailPort, asking: Asking) => Promise<T>): Promise<T> {
  const asking = askingOf(request);
  const { rail } = subscribed(await readSubscription(table, asking.tenantId));
  return act(railOf(rails, rail), asking);
}

const shown = (subscription: Subscription): ApiAnswer => ({ body: stateView(subscription), etag: `"${subscription.ver}"` });

async function cancelSubscription(request: ApiRequest): Promise<ApiAnswer> {
  return shown(await atPresent(request, (rail, asking) => rail.cancel(asking)));
}

async function resumeSubscription(request: ApiRequest): Promise<ApiAnswer> {
  return shown(await atPresent(request, (rail, asking) => rail.resume(asking)));
}

async function openPortal(request: ApiRequest): Promise<ApiAnswer> {
  const page = await atPresent(request, (rail, asking) => {
    if (rail.portal === undefined) throw new Refusal(400, 'rail_unavailable', 'This way to pay has no such page.');
    return rail.portal(asking);
  });
  return { body: page };
}

async function listInvoices({ principal, query }: ApiRequest): Promise<ApiAnswer> {
  const { items, next_cursor } = await listStored(table, actingTenant(principal as Principal), pageOfQuery(query));
  return { body: { items: items.map(invoiceView), next_cursor } };
}

const invoiceShown = (invoice: Invoice): ApiAnswer => ({ body: invoiceView(invoice), etag: `"${invoice.ver}"` });

async function refundInvoice(request: ApiRequest<RefundBody>): Promise<ApiAnswer> {
  const asking = askingOf(request);
  const invoice = await readInvoice(table, asking.tenantId, request.params['invoice_id'] as string);
  permit(request.principal, 'refundInvoice', resource('invoice', invoice));
  if (invoice === undefined) throw notFound('invoice');
  if (request.principal?.role !== 'owner') throw new Refusal(403, 'owner_required', 'Only an owner may give money back.');
  const { amount } = request.body;
  const cents = amount === undefined ? undefined : centsOf(amount);
  return invoiceShown(await railOf(rails, invoice.rail).refund(asking, invoice, cents));
}

export const handler = httpDoor(
  'billing',
  billingSchemas,
  { changePlan, previewChange, cancelSubscription, resumeSubscription, openPortal, listInvoices, refundInvoice },
  { callers: callersIn(table, env), idempotency: idempotencyStore(table) },
);
