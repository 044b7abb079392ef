import { milliseconds, timestamp } from '../../../kit/clock.ts';
import type { Notice, NoticeKind } from '../notice.ts';
import type { Subscription } from '../subscription.ts';
import type { Books } from './apply.ts';
import { type Charge, renewalAheadMs, renewalOf } from './choose.ts';
import { type BtcAccount, type BtcInvoice, isOpen, sameCause } from './invoice.ts';
import { graceMs, paidStretches, paidUntil } from './periods.ts';
import { holdsByBtc, projected, saysTheSame } from './projection.ts';

/** The owners hear of the end of the grace so long before it. */
export const lastCallMs = 2 * 86_400_000;
/** A renewal that is being issued, and an invoice whose payment takes its time, are looked at again after this. */
const patienceMs = 3_600_000;

/** What is due for a tenant: what to write, what to say, and the renewal to issue. */
export interface Due {
  readonly account: BtcAccount;
  readonly subscription?: Subscription;
  readonly notices: readonly Notice[];
  readonly renewal?: Charge;
}

/**
 * What time alone has brought: a paid change of plan that begins, a renewal to issue, an end that is owed, an end. It follows from the
 * books and the time, so that a clock that comes late or twice says the same.
 */
export function due(books: Books, open: BtcInvoice | undefined, now: number): Due {
  const { account, subscription: before } = books;
  const until = paidUntil(paidStretches(account.grants));
  if (before?.rail !== 'btc' || until === undefined) return { account: looksAgain(account, undefined), notices: [] };
  const next = projected(account, before, now) ?? before;
  const after: Books = { account, subscription: next };
  const renewal = renewalDue(after, open, until, now);
  const fresh = endings(next, until, now).filter(({ kind }) => !isTold(account, until, kind));
  const told = fresh.length === 0 ? account : toldOf(account, until, fresh);
  return {
    account: looksAgain(told, nextLook(after, { until, now, again: lookAgainAt(open, renewal, now) })),
    ...(saysTheSame(next, before) ? {} : { subscription: next }),
    notices: fresh,
    ...(renewal === undefined ? {} : { renewal }),
  };
}

/** Seven days ahead, and once more when that one has run out, as long as the grace lasts. */
function renewalDue(books: Books, open: BtcInvoice | undefined, until: number, now: number): Charge | undefined {
  const { subscription } = books;
  if (subscription === undefined || subscription.cancel_at !== undefined || now < until - renewalAheadMs) return undefined;
  if (holdsByBtc(books.account, subscription, now) === 'none') return undefined;
  const charge = renewalOf(subscription.pending ?? subscription, until, now);
  if (open === undefined || !isOpen(open, now)) return charge;
  // Another one that its owner is about to pay is left alone; ours is taken up where it stopped.
  return sameCause(open, charge) && open.btc.issued !== true ? charge : undefined;
}

function endings(subscription: Subscription, until: number, now: number): readonly Notice[] {
  const { tenant_id, plan_id, interval, status, cancel_at } = subscription;
  const graceEnd = timestamp(until + graceMs);
  const of = (kind: NoticeKind, facts: Record<string, string>): Notice => ({
    tenant_id,
    notice_id: `btc-${timestamp(until)}-${kind}`,
    kind,
    at: timestamp(now),
    facts: { rail: 'btc', plan_id, interval, period_end: timestamp(until), ...facts },
  });
  if (until > now) return [];
  if (status === 'canceled') return [of('plan_lost', { reason: cancel_at === undefined ? 'not_paid' : 'canceled' })];
  const owed = of('payment_failed', { grace_until: graceEnd });
  return until + graceMs - lastCallMs > now ? [owed] : [owed, of('grace_ending', { grace_until: graceEnd })];
}

const isTold = ({ told }: BtcAccount, until: number, kind: string): boolean =>
  told?.end === timestamp(until) && told.kinds.includes(kind);

function toldOf(account: BtcAccount, until: number, fresh: readonly Notice[]): BtcAccount {
  const end = timestamp(until);
  const before = account.told?.end === end ? account.told.kinds : [];
  return { ...account, told: { end, kinds: [...before, ...fresh.map(({ kind }) => kind)] } };
}

interface Looking {
  readonly until: number;
  readonly now: number;
  readonly again: number | undefined;
}

/** When an invoice that may be paid has to be looked at again: what happens to it before, a webhook says. */
function lookAgainAt(open: BtcInvoice | undefined, renewal: Charge | undefined, now: number): number | undefined {
  if (renewal !== undefined) return now + patienceMs;
  if (open === undefined || !isOpen(open, now)) return undefined;
  const expires = open.btc.expires_at === undefined ? now : milliseconds(open.btc.expires_at);
  return expires > now ? expires : now + patienceMs;
}

/** When time alone brings something next; undefined when nothing is left to come. */
function nextLook({ account, subscription }: Books, { until, now, again }: Looking): number | undefined {
  const ends = paidStretches(account.grants).map(({ end }) => end);
  const end = until + graceMs;
  const moments = [until - renewalAheadMs, ...ends, end - lastCallMs, end].filter((moment) => moment > now);
  const next = Math.min(...moments, ...(again === undefined ? [] : [again]));
  return subscription?.status === 'canceled' || next === Number.POSITIVE_INFINITY ? undefined : next;
}

function looksAgain(account: BtcAccount, at: number | undefined): BtcAccount {
  const { due_at: _due, ...rest } = account;
  return at === undefined ? rest : { ...rest, due_at: timestamp(at) };
}
