import type { NoticeKind } from '../notice.ts';

/** BTCPay Server's two axes of an invoice (Greenfield API v1, InvoiceStatus and InvoiceAdditionalStatus). */
export const statuses = ['New', 'Processing', 'Expired', 'Invalid', 'Settled'] as const;
export const additionals = ['None', 'PaidLate', 'PaidPartial', 'Marked', 'Invalid', 'PaidOver'] as const;
export type Status = (typeof statuses)[number];
export type Additional = (typeof additionals)[number];

/**
 * What our record shows. `underpaid` has less than its price, `late` waits for the confirmations of a late payment, `held` was paid
 * for something that it does not buy any more, `odd` is a pair that BTCPay Server does not have.
 */
export const shownStates = ['open', 'underpaid', 'processing', 'paid', 'late', 'held', 'expired', 'invalid', 'odd'] as const;
export type Shown = (typeof shownStates)[number];

export interface Outcome {
  /**
   * `paid`: what it was for. `if_it_stands`: that, once its payments are confirmed and its price still is the price; until then, and
   * else, nothing. `nothing`: nothing, and what it gave is taken back. `unchanged`: what it gave before, no more and no less.
   */
  readonly gives: 'paid' | 'if_it_stands' | 'nothing' | 'unchanged';
  readonly shows: Shown;
  /** What the owners are told, beside the plan that they got or lost by it. */
  readonly tells?: NoticeKind;
}

/** A pair that BTCPay Server does not have: nothing moves, people look (docs/decisions/0033). */
const odd: Outcome = { gives: 'unchanged', shows: 'odd' };
const paidLate: Outcome = { gives: 'if_it_stands', shows: 'paid', tells: 'btc_late' };
const lost: Outcome = { gives: 'nothing', shows: 'invalid', tells: 'btc_invalid' };
const seen: Outcome = { gives: 'nothing', shows: 'processing' };

/**
 * The whole table: what an invoice means in every state. It is read with the present state and never with a change of it, so that
 * it does not matter which of the states between were seen, or how often.
 */
export const outcomes: Readonly<Record<Status, Readonly<Record<Additional, Outcome>>>> = {
  New: {
    None: { gives: 'nothing', shows: 'open' },
    PaidPartial: { gives: 'nothing', shows: 'underpaid' },
    PaidLate: odd,
    PaidOver: odd,
    Marked: odd,
    Invalid: odd,
  },
  // Fully paid, not confirmed: a payment that can still vanish buys nothing yet.
  Processing: { None: seen, PaidOver: seen, PaidPartial: odd, PaidLate: odd, Marked: odd, Invalid: odd },
  Settled: {
    None: { gives: 'paid', shows: 'paid' },
    // Within the tolerance that the store gives.
    PaidPartial: { gives: 'paid', shows: 'paid' },
    PaidOver: { gives: 'paid', shows: 'paid', tells: 'btc_overpaid' },
    PaidLate: paidLate,
    // The merchant says that it is paid: by hand, or late and accepted.
    Marked: { gives: 'paid', shows: 'paid' },
    Invalid: odd,
  },
  Expired: {
    None: { gives: 'nothing', shows: 'expired' },
    PaidPartial: { gives: 'nothing', shows: 'underpaid', tells: 'btc_underpaid' },
    PaidLate: paidLate,
    PaidOver: paidLate,
    Marked: odd,
    Invalid: odd,
  },
  // Not confirmed in time, replaced in the chain by another payment, or marked so by the merchant or by us.
  Invalid: { None: lost, PaidPartial: lost, PaidLate: lost, PaidOver: lost, Marked: lost, Invalid: lost },
};

export const outcomeOf = ({ status, additional }: { readonly status: Status; readonly additional: Additional }): Outcome =>
  outcomes[status][additional];
