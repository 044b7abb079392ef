import { timestamp } from '../../../kit/clock.ts';
import { id } from '../../../kit/ids.ts';
import { Refusal } from '../../../kit/refusal.ts';
import { currency, dollars } from '../money.ts';
import type { Asking, RailPort, Wanted } from '../rail.ts';
import type { ChangeAnswer, ChangePreview } from '../routes.ts';
import type { Subscription } from '../subscription.ts';
import type { Books } from './apply.ts';
import { type Charge, type Choice, choose } from './choose.ts';
import { type BtcInvoice, isOpen, sameCause } from './invoice.ts';
import { issued, requireUnpaid, unpayable } from './issue.ts';
import { paidStretches, paidUntil } from './periods.ts';
import { type BtcPorts, contended, replacedBy, reserved, tries, withoutOpen } from './ports.ts';
import { projected } from './projection.ts';
import { refund } from './refund.ts';

/** The way to pay in bitcoin, ahead for each period (SPEC 7; docs/decisions/0033). */
export const btcRail = (ports: BtcPorts): RailPort => ({
  change: (asking, wanted) => change(ports, asking, wanted),
  preview: async ({ tenantId }, wanted) =>
    previewed(choose(await ports.books.read(tenantId), wanted, ports.clock()), wanted, ports.clock()),
  cancel: (asking) => leave(ports, asking, 'cancel'),
  resume: (asking) => leave(ports, asking, 'resume'),
  refund: (asking, invoice, cents) => refund(ports, asking, invoice as BtcInvoice, cents),
});

async function change(ports: BtcPorts, asking: Asking, wanted: Wanted): Promise<ChangeAnswer> {
  const wish = { plan_id: wanted.plan_id, interval: wanted.interval };
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const now = ports.clock();
    const books = await ports.books.read(asking.tenantId);
    const choice = choose(books, wish, now);
    const open = await openOf(ports, books);
    const done =
      choice.kind === 'charge'
        ? await charged(ports, { asking, books, open, now }, choice.charge)
        : await chosen(ports, { asking, books, open, now }, { choice, wish });
    if (done !== undefined) return done;
  }
  throw contended();
}

interface At {
  readonly asking: Asking;
  readonly books: Books;
  readonly open: BtcInvoice | undefined;
  readonly now: number;
}

const openOf = async ({ books }: BtcPorts, { account }: Books): Promise<BtcInvoice | undefined> =>
  account.open === undefined ? undefined : books.invoice(account.tenant_id, account.open);

const doing = ({ by, seed, requestId }: Asking, action: string) => ({ by, action, event_id: seed, request_id: requestId });

/** The open invoice of this cause, or a new one in the place of any other. Undefined when somebody else wrote meanwhile. */
async function charged(ports: BtcPorts, { asking, books, open, now }: At, charge: Charge): Promise<ChangeAnswer | undefined> {
  if (open !== undefined && isOpen(open, now) && sameCause(open, charge))
    return payable(await issued(ports, open, { tell: false }));
  const old = open !== undefined && isOpen(open, now) ? open : undefined;
  await requireUnpaid(ports, old);
  const { tenantId, seed } = asking;
  const fresh = reserved(id('inv', seed), charge, { tenantId, replaces: old, now });
  const saved = await ports.books.save({
    before: books,
    account: { ...books.account, open: fresh.invoice_id, ver: books.account.ver + 1 },
    invoices: [{ next: fresh }, ...(old === undefined ? [] : [replacedBy(old, now)])],
    event: doing(asking, 'invoice.reserved'),
  });
  if (saved) return payable(await issued(ports, fresh, { tell: false }));
  // An earlier run of this request may have got so far, and its invoice may have ended since.
  const own = await ports.books.invoice(tenantId, fresh.invoice_id);
  return own === undefined ? undefined : payable(await issued(ports, own, { tell: false }));
}

const payable = ({ invoice_id, plan_id, interval, url, due_cents, btc }: BtcInvoice): ChangeAnswer => ({
  outcome: 'checkout',
  rail: 'btc',
  plan_id,
  interval,
  invoice_id,
  amount_due: dollars(due_cents),
  ...(url === undefined ? {} : { checkout_url: url }),
  ...(btc.expires_at === undefined ? {} : { expires_at: btc.expires_at }),
  ...(btc.amount_btc === undefined || btc.address === undefined || btc.rate === undefined
    ? {}
    : { btc: { amount: btc.amount_btc, address: btc.address, rate: btc.rate } }),
});

/** What is chosen for the next period, and costs nothing now. */
async function chosen(
  ports: BtcPorts,
  { asking, books, open, now }: At,
  { choice, wish }: { choice: Exclude<Choice, { kind: 'charge' }>; wish: Pick<Wanted, 'plan_id' | 'interval'> },
): Promise<ChangeAnswer | undefined> {
  const answer = { rail: 'btc' as const, ...wish };
  if (choice.kind === 'unchanged') {
    if (await ports.books.made(asking.tenantId, asking.seed)) return { outcome: 'unscheduled', ...answer };
    throw new Refusal(409, 'plan_unchanged', 'The tenant has this plan already, and nothing is due for it yet.');
  }
  const { subscription } = books;
  if (subscription === undefined) throw new Error('a paid plan without a subscription');
  const { pending, ...rest } = subscription;
  if (choice.kind === 'later' && pending?.plan_id === wish.plan_id && pending.interval === wish.interval) {
    await ports.ring(asking.tenantId);
    return { outcome: 'scheduled', ...answer, effective_at: pending.at };
  }
  const next: Subscription = choice.kind === 'later' ? { ...rest, pending: { ...wish, at: choice.at } } : rest;
  const kind = choice.kind === 'later' ? ('downgrade_scheduled' as const) : ('resumed' as const);
  const notice = { kind, facts: { ...wish, ...(choice.kind === 'later' ? { at: choice.at } : {}) } };
  if (!(await rewritten(ports, { asking, books, open, now }, { next, action: 'subscription.chosen', notice }))) return undefined;
  return choice.kind === 'later'
    ? { outcome: 'scheduled', ...answer, effective_at: choice.at }
    : { outcome: 'unscheduled', ...answer };
}

interface Rewrite {
  readonly next: Subscription;
  readonly action: string;
  readonly notice: {
    readonly kind: 'downgrade_scheduled' | 'cancel_scheduled' | 'resumed';
    readonly facts: Readonly<Record<string, string>>;
  };
}

/**
 * Writes a choice, and puts a renewal aside that was issued for another one; the clock issues the right one. A renewal that is being paid
 * is not put aside: then the choice has to wait.
 */
async function rewritten(ports: BtcPorts, { asking, books, open, now }: At, { next, action, notice }: Rewrite): Promise<boolean> {
  const renewal = open !== undefined && isOpen(open, now) && open.btc.purpose === 'renewal' ? open : undefined;
  await requireUnpaid(ports, renewal);
  const { tenantId, seed } = asking;
  const account = { ...(renewal === undefined ? books.account : withoutOpen(books.account)), ver: books.account.ver + 1 };
  const saved = await ports.books.save({
    before: books,
    account,
    subscription: projected(account, next, now) ?? next,
    ...(renewal === undefined ? {} : { invoices: [replacedBy(renewal, now)] }),
    notices: [
      {
        tenant_id: tenantId,
        notice_id: `${seed}-${notice.kind}`,
        kind: notice.kind,
        at: timestamp(now),
        facts: { rail: 'btc', ...notice.facts },
      },
    ],
    event: doing(asking, action),
    mark: seed,
  });
  if (!saved) return false;
  await unpayable(ports, renewal?.invoice_id);
  await ports.ring(tenantId);
  return true;
}

/** No renewal any more, or again one. */
async function leave(ports: BtcPorts, asking: Asking, what: 'cancel' | 'resume'): Promise<Subscription> {
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const now = ports.clock();
    const books = await ports.books.read(asking.tenantId);
    const subscription = alive(books, now);
    if ((subscription.cancel_at !== undefined) === (what === 'cancel')) {
      await ports.ring(asking.tenantId);
      return subscription;
    }
    const { cancel_at: _cancel, pending: _pending, ...rest } = subscription;
    const end = timestamp(Math.max(paidUntil(paidStretches(books.account.grants)) ?? now, now));
    const kind = what === 'cancel' ? ('cancel_scheduled' as const) : ('resumed' as const);
    const next = what === 'cancel' ? { ...rest, cancel_at: end } : rest;
    const notice = { kind, facts: { plan_id: next.plan_id, at: end } };
    const at = { asking, books, open: await openOf(ports, books), now };
    if (await rewritten(ports, at, { next, action: `subscription.${what}`, notice }))
      return (await ports.books.read(asking.tenantId)).subscription ?? next;
  }
  throw contended();
}

function alive({ subscription }: Books, now: number): Subscription {
  const over =
    subscription?.status === 'canceled' || (subscription?.cancel_at !== undefined && subscription.cancel_at <= timestamp(now));
  if (subscription === undefined || over) throw new Refusal(409, 'no_subscription', 'There is no subscription that is paid for.');
  return subscription;
}

function previewed(choice: Choice, wish: Pick<Wanted, 'plan_id' | 'interval'>, now: number): ChangePreview {
  const as = (kind: ChangePreview['kind'], cents: number, at: string): ChangePreview => ({
    kind,
    rail: 'btc',
    plan_id: wish.plan_id,
    interval: wish.interval,
    currency,
    amount_due: dollars(cents),
    effective_at: at,
  });
  if (choice.kind === 'later') return as('downgrade', 0, choice.at);
  if (choice.kind === 'stay') return as('unschedule', 0, timestamp(now));
  if (choice.kind === 'unchanged') return as('unchanged', 0, timestamp(now));
  const { purpose, cents, until } = choice.charge;
  if (purpose === 'upgrade') return as('upgrade', cents, timestamp(now));
  return as('subscribe', cents, purpose === 'renewal' && until !== undefined ? until : timestamp(now));
}
