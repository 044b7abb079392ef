import { ulidFromCause } from '../../../kit/ids.ts';
import type { Invoice } from '../invoice.ts';
import type { Notice } from '../notice.ts';
import type { Subscription } from '../subscription.ts';
import type { CustomerFacts, InvoiceFact, RefundFact, SubscriptionFact } from './facts.ts';
import { invoiceFrom, invoiceIdOf, withRefunds } from './invoices.ts';
import { notice, noticesOf } from './notices.ts';
import type { Cause, StripePorts } from './ports.ts';
import { fromStripe } from './state.ts';
import { undoSurplus } from './surplus.ts';

/** Whose present is fetched and written. */
export interface Applying {
  readonly tenantId: string;
  readonly customerId: string;
  readonly cause: Cause;
  /** Ask too what was given back: refunds stand on no invoice. */
  readonly refunds?: boolean;
}

export interface Applied {
  readonly subscription: Subscription | undefined;
  /** The one of Stripe's that counts. */
  readonly fact: SubscriptionFact | undefined;
  readonly facts: CustomerFacts;
  /** Something was written. */
  readonly changed: boolean;
}

const tries = 8;

/**
 * Makes our records what Stripe's present says. The records are read before Stripe is asked, and written only if nobody has begun to
 * look since: of several who look at once the last wins, with what is newest. Run twice it writes once; interrupted anywhere it is
 * finished by the next run.
 */
export async function applyPresent(applying: Applying, ports: StripePorts): Promise<Applied> {
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    const applied = await once(applying, ports);
    if (applied !== undefined) return applied;
  }
  throw new Error(`the records of ${applying.tenantId} were written by others ${tries} times in a row`);
}

/** Undefined: somebody else looks, or wrote. */
async function once(applying: Applying, ports: StripePorts): Promise<Applied | undefined> {
  const { tenantId, customerId, cause } = applying;
  const { store, stripe, clock } = ports;
  const look = await store.look(tenantId);
  const before = await store.subscription(tenantId);
  const known = await store.invoices(tenantId);
  const facts = await stripe.facts(customerId);
  const { subscription, fact, surplus } = fromStripe(facts, { tenantId, before, nowMs: clock() });
  const invoices = await applyInvoices({ applying, facts, known, look }, ports);
  if (invoices === 'moved') return undefined;
  const changed = subscription !== undefined && subscription !== before;
  if (changed) {
    const event_id = ulidFromCause(clock(), `subscription#${tenantId}#${subscription.ver}`);
    const change = { action: 'subscription.applied', event_id, cause, notices: noticesOf(before, subscription), look };
    if (!(await store.saveSubscription(subscription, before, change))) return undefined;
  }
  for (const one of surplus) await undoSurplus({ tenantId, fact: one, facts, cause }, ports);
  return { subscription: subscription ?? before, fact, facts, changed: changed || invoices === 'written' || surplus.length > 0 };
}

interface Looking {
  readonly applying: Applying;
  readonly facts: CustomerFacts;
  readonly known: ReadonlyMap<string, Invoice>;
  readonly look: number;
}

async function applyInvoices(looking: Looking, ports: StripePorts): Promise<'same' | 'written' | 'moved'> {
  let written = false;
  for (const fact of looking.facts.invoices) {
    if (fact.status === 'draft') continue;
    const outcome = await applyInvoice(fact, looking, ports);
    if (outcome === 'moved') return 'moved';
    written ||= outcome === 'written';
  }
  return written ? 'written' : 'same';
}

async function applyInvoice(
  fact: InvoiceFact,
  { applying, known, look }: Looking,
  { store, stripe, clock }: StripePorts,
): Promise<'same' | 'written' | 'moved'> {
  const { tenantId, cause, refunds = false } = applying;
  const before = known.get(invoiceIdOf(fact));
  const plain = invoiceFrom(fact, { tenantId, before, nowMs: clock() });
  const asks = plain.payment_id !== undefined && plain.paid_cents > 0 && (refunds || plain.reserved !== undefined);
  const next = asks ? againstBefore(plain, await stripe.refunds(plain.payment_id as string), before, clock()) : plain;
  if (next === before) return 'same';
  const event_id = ulidFromCause(clock(), `${next.invoice_id}#${next.ver}`);
  const change = { action: 'invoice.applied', event_id, cause, notices: invoiceNotices(before, next), look };
  return (await store.saveInvoice(next, before, change)) ? 'written' : 'moved';
}

/** Both changes are one version. */
function againstBefore(plain: Invoice, refunds: readonly RefundFact[], before: Invoice | undefined, nowMs: number): Invoice {
  const next = withRefunds(plain, refunds, nowMs);
  return plain === before || next === plain ? next : { ...next, ver: plain.ver };
}

function invoiceNotices(before: Invoice | undefined, next: Invoice): Notice[] {
  const about = {
    tenantId: next.tenant_id,
    at: next.updated_at,
    cause: `${next.invoice_id}#${next.ver}`,
    facts: { invoice_id: next.invoice_id, ...(next.url === undefined ? {} : { url: next.url }) },
  };
  const asksNow = next.needs_person === true && before?.needs_person !== true;
  const gaveNow = next.refunded_cents > (before?.refunded_cents ?? 0);
  return [...(asksNow ? [notice('action_required', about)] : []), ...(gaveNow ? [notice('refunded', about)] : [])];
}
