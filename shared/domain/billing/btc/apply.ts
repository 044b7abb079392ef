import { timestamp } from '../../../kit/clock.ts';
import { planOf } from '../../entitlements/plans.ts';
import type { InvoiceStatus } from '../invoice.ts';
import type { Notice } from '../notice.ts';
import type { Subscription } from '../subscription.ts';
import { type BtcAccount, type BtcInvoice, type BtcPart, isOpen, type Seen } from './invoice.ts';
import { moneyFacts, noticeOf } from './notices.ts';
import { differenceCents, type Grant, paidStretches } from './periods.ts';
import { paysByCard, projected, saysTheSame } from './projection.ts';
import { type Outcome, outcomeOf, type Shown } from './states.ts';

/** What is kept of a tenant, as it was read. */
export interface Books {
  readonly account: BtcAccount;
  readonly subscription: Subscription | undefined;
}

/** What an invoice's present state makes of the books; what stays as it is, is left out. */
export interface Turn {
  readonly account: BtcAccount;
  readonly invoice: BtcInvoice;
  readonly subscription?: Subscription;
  readonly notices: readonly Notice[];
  readonly action: 'granted' | 'taken_back' | 'noted';
}

/**
 * Applies an invoice as BTCPay Server has it now. Undefined when the books say so already: applied twice it is applied once, and what
 * was between the states that were seen does not matter.
 */
export function applied(books: Books, invoice: BtcInvoice, seen: Seen, now: number): Turn | undefined {
  const standing = books.account.grants.find((g) => g.invoice_id === invoice.invoice_id && g.taken_back_at === undefined);
  const verdict = judged(books, invoice, seen, { granted: standing !== undefined, now });
  const grants = moved(books.account.grants, standing, verdict.given, newGrant(invoice, now));
  const changed = grants !== books.account.grants;
  const next = noted(invoice, seen, verdict, { grants, now });
  // What was given changes when the clock has to come by: it does so at once, and finds out when to come again.
  const account = withOpen({ ...books.account, grants, ...(changed ? { due_at: timestamp(now) } : {}) }, next, now);
  const action = !changed ? 'noted' : verdict.given ? 'granted' : 'taken_back';
  const subscription = changed ? projected(account, withChoice(books.subscription, invoice, action), now) : undefined;
  const notices = told({ invoice, next, seen, action, subscription, now });
  if (!changed && same(invoice, next) && account.open === books.account.open) return undefined;
  const write = subscription !== undefined && !saysTheSame(subscription, books.subscription) ? { subscription } : {};
  return {
    account: { ...account, ver: account.ver + 1 },
    invoice: { ...next, updated_at: timestamp(now), ver: invoice.ver + 1 },
    ...write,
    notices,
    action,
  };
}

/** With an upgrade another interval may have been chosen: it counts from the next period on. */
function withChoice(before: Subscription | undefined, { plan_id, interval, btc }: BtcInvoice, action: Turn['action']) {
  if (before?.rail !== 'btc' || btc.purpose !== 'upgrade' || action !== 'granted') return before;
  return { ...before, pending: { plan_id, interval, at: btc.until ?? before.updated_at } };
}

interface Verdict {
  readonly given: boolean;
  readonly shows: Shown;
  readonly outcome: Outcome;
}

/** Whether the invoice gives what it is for. What was given once is not judged again by its price: only a state takes it back. */
function judged(books: Books, invoice: BtcInvoice, seen: Seen, { granted, now }: { granted: boolean; now: number }): Verdict {
  const outcome = outcomeOf(seen);
  const as = (given: boolean, shows: Shown = outcome.shows): Verdict => ({ given, shows, outcome });
  const givenBack = invoice.refunded_cents > 0 && invoice.refunded_cents >= seen.confirmed_cents;
  if (outcome.gives === 'nothing' || givenBack) return as(false);
  if (outcome.gives === 'unchanged' || granted) return as(granted);
  const late = outcome.gives === 'if_it_stands';
  if (late && !seen.confirmed) return as(false, 'late');
  // Paid in full it was; a payment of it has been replaced in the chain since, or given back.
  if (late && seen.confirmed_cents - invoice.refunded_cents < invoice.due_cents) return as(false, 'underpaid');
  return buysSomething(books, invoice, { late, now }) ? as(true) : as(false, 'held');
}

/** A payment for what cannot be had any more buys nothing: it is held until its owner takes it back. */
function buysSomething(
  { account, subscription }: Books,
  invoice: BtcInvoice,
  { late, now }: { late: boolean; now: number },
): boolean {
  const { plan_id, interval, due_cents, btc } = invoice;
  if (paysByCard(subscription)) return false;
  if (late && btc.replaced === true) return false;
  const stretches = paidStretches(account.grants);
  if (btc.purpose === 'upgrade') {
    const costs = differenceCents(
      stretches.filter(({ from }) => timestamp(from) < (btc.until ?? '')),
      plan_id,
      now,
    );
    return costs > 0 && (!late || costs <= due_cents);
  }
  if (!late) return true;
  const renewed = btc.purpose === 'renewal' && stretches.some(({ end }) => timestamp(end) > (btc.until ?? ''));
  return !renewed && due_cents >= planOf(plan_id).priceCents[interval];
}

function newGrant({ invoice_id, plan_id, interval, btc }: BtcInvoice, now: number): Grant {
  const at = timestamp(now - (now % 1000));
  const until = btc.purpose === 'upgrade' && btc.until !== undefined ? { until: btc.until } : {};
  return { invoice_id, purpose: btc.purpose, plan_id, interval, at, ...until };
}

/** The same list where nothing moves. */
function moved(grants: readonly Grant[], standing: Grant | undefined, given: boolean, fresh: Grant): readonly Grant[] {
  if (given === (standing !== undefined)) return grants;
  if (standing === undefined) return [...grants, fresh];
  return grants.map((grant) => (grant === standing ? { ...grant, taken_back_at: fresh.at } : grant));
}

const statusOf: Readonly<Record<Shown, InvoiceStatus | 'as it was'>> = {
  open: 'open',
  underpaid: 'open',
  processing: 'open',
  late: 'open',
  paid: 'paid',
  held: 'uncollectible',
  expired: 'void',
  invalid: 'void',
  odd: 'as it was',
};

function noted(
  invoice: BtcInvoice,
  seen: Seen,
  { shows }: Verdict,
  { grants, now }: { grants: readonly Grant[]; now: number },
): BtcInvoice {
  const { period_start: _start, period_end: _end, paid_at, ...rest } = invoice;
  const expired = seen.status === 'Expired' && shows === 'underpaid';
  const status = expired ? 'void' : statusOf[shows];
  const { source_id, checkout_url: url, expires_at, additional } = seen;
  const btc: BtcPart = { ...invoice.btc, state: shows, expires_at, status: seen.status, additional };
  return {
    ...rest,
    source_id,
    url,
    status: status === 'as it was' ? invoice.status : status,
    paid_cents: seen.confirmed_cents,
    ...(shows === 'paid' ? { paid_at: paid_at ?? timestamp(now) } : {}),
    ...periodOf(invoice, grants),
    btc,
  };
}

/** The time that an invoice paid for. */
function periodOf({ invoice_id, btc }: BtcInvoice, grants: readonly Grant[]) {
  const grant = grants.findLast((g) => g.invoice_id === invoice_id && g.taken_back_at === undefined);
  if (grant === undefined) return {};
  if (btc.purpose === 'upgrade') return { period_start: grant.at, ...(btc.until === undefined ? {} : { period_end: btc.until }) };
  const own = paidStretches(grants).filter((stretch) => stretch.invoice_id === invoice_id);
  const [first, last] = [own[0], own.at(-1)];
  return first === undefined || last === undefined
    ? {}
    : { period_start: timestamp(first.from), period_end: timestamp(last.end) };
}

/** It is no longer the open one once nobody can pay it. */
function withOpen(account: BtcAccount, invoice: BtcInvoice, now: number): BtcAccount {
  const over = !isOpen(invoice, now) || invoice.status !== 'open';
  if (account.open !== invoice.invoice_id || !over) return account;
  const { open: _open, ...rest } = account;
  return rest;
}

const words = (i: BtcInvoice): string =>
  JSON.stringify([
    i.source_id,
    i.url,
    i.status,
    i.paid_cents,
    i.period_start,
    i.period_end,
    i.btc.state,
    i.btc.status,
    i.btc.additional,
    i.btc.expires_at,
  ]);
const same = (a: BtcInvoice, b: BtcInvoice): boolean => words(a) === words(b);

interface Telling {
  readonly invoice: BtcInvoice;
  readonly next: BtcInvoice;
  readonly seen: Seen;
  readonly action: Turn['action'];
  readonly subscription: Subscription | undefined;
  readonly now: number;
}

function told({ invoice, next, seen, action, subscription, now }: Telling): readonly Notice[] {
  const outcome = outcomeOf(seen);
  const money = moneyFacts(next, seen);
  const notices: Notice[] = [];
  if (action === 'granted') {
    const kind = next.btc.purpose === 'upgrade' ? 'plan_changed' : 'plan_active';
    const paid_until = subscription?.period_end;
    notices.push(noticeOf(next, { kind, facts: { ...money, ...(paid_until === undefined ? {} : { paid_until }) } }, now));
  }
  const { state, status, additional } = invoice.btc;
  const isNews = state !== next.btc.state || status !== seen.status || additional !== seen.additional || action !== 'noted';
  const kind = isNews ? spoken(outcome, next, seen, { invoice, action }) : undefined;
  if (kind === undefined) return notices;
  return [...notices, noticeOf(next, { kind, what: String(seen.paid_cents), facts: { ...money, reason: next.btc.state } }, now)];
}

function spoken(
  { tells }: Outcome,
  next: BtcInvoice,
  { paid_cents }: Seen,
  was: { invoice: BtcInvoice; action: Turn['action'] },
) {
  if (next.btc.state === 'held') return 'btc_late';
  if (tells === 'btc_late') return next.btc.state === 'underpaid' ? 'btc_underpaid' : undefined;
  // Nobody needs to hear that an invoice is void on which nobody has paid.
  const mattered = paid_cents > 0 || was.action === 'taken_back' || was.invoice.btc.state === 'processing';
  return tells === 'btc_invalid' && !mattered ? undefined : tells;
}
