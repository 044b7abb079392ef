import type { Chosen, CustomerFacts, InvoiceFact, SubscriptionFact } from '../../../shared/domain/billing/stripe/facts.ts';
import { intervals, planIds } from '../../../shared/domain/entitlements/plans.ts';

const day = 86_400_000;
const monthMs = 30 * day;

/** Draws from a seed (mulberry32): the same seed, the same history. */
export class Dice {
  #state: number;
  constructor(seed: number) {
    this.#state = (seed * 2_654_435_761) >>> 0;
  }
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }
  below = (n: number): number => Math.floor(this.next() * n);
  chance = (p: number): boolean => this.next() < p;
  pick = <T>(list: readonly T[]): T => list[this.below(list.length)] as T;
}

/** One customer of a Stripe that is only its rules: what can happen to a subscription, and how it then stands. */
export class StripeModel {
  now = Date.parse('2026-11-01T00:00:00.000Z');
  readonly #dice: Dice;
  #subscriptions: SubscriptionFact[] = [];
  #invoices: InvoiceFact[] = [];
  #ids = 0;
  /** How it stood after each step, the first before any. */
  readonly past: CustomerFacts[] = [];
  /** Refunds by the seed that asked for them. */
  readonly refunds = new Map<string, number>();

  constructor(dice: Dice) {
    this.#dice = dice;
    this.#keep();
  }

  get present(): CustomerFacts {
    return this.past.at(-1) as CustomerFacts;
  }
  #keep(): void {
    this.past.push({ customerId: 'cus_1', subscriptions: [...this.#subscriptions], invoices: [...this.#invoices] });
  }
  #live(): SubscriptionFact | undefined {
    return this.#subscriptions.findLast(({ status }) => status !== 'canceled');
  }
  #change(id: string, change: (one: SubscriptionFact) => SubscriptionFact): void {
    this.#subscriptions = this.#subscriptions.map((one) => (one.id === id ? change(one) : one));
  }
  #bill(subscriptionId: string, chosen: Chosen, paid: boolean): void {
    this.#ids += 1;
    const status = paid
      ? ({ status: 'paid', paidMs: this.now, paymentId: `pi_${this.#ids}` } as const)
      : ({ status: 'open' } as const);
    const about = { id: `in_${this.#ids}`, subscriptionId, chosen, dueCents: 100, paidCents: paid ? 100 : 0, needsPerson: false };
    this.#invoices.unshift({ ...about, ...status, createdMs: this.now, openedMs: this.now, attempted: true });
  }

  cancelNow(id: string): void {
    this.#change(id, ({ cancelAtMs: _c, next: _n, scheduleId: _s, ...one }) => ({ ...one, status: 'canceled' }));
    this.#keep();
  }

  /** Something happens, as far as it can now. */
  step(): void {
    this.now += 1000 + this.#dice.below(5 * day);
    const live = this.#live();
    if (live === undefined || this.#dice.chance(0.06)) this.#subscribe();
    else this.#happen(live);
    this.#keep();
  }

  #subscribe(): void {
    this.#ids += 1;
    const chosen = { plan_id: this.#dice.pick(planIds), interval: this.#dice.pick(intervals) };
    const period = { periodStartMs: this.now, periodEndMs: this.now + monthMs };
    const id = `sub_${this.#ids}`;
    this.#subscriptions.push({ id, status: 'active', createdMs: this.now, itemId: 'si', priceId: 'p', chosen, ...period });
    this.#bill(id, chosen, true);
  }

  #happen(live: SubscriptionFact): void {
    const chosen = { plan_id: this.#dice.pick(planIds), interval: this.#dice.pick(intervals) };
    const happenings: (() => void)[] = [
      () => this.#change(live.id, (one) => ({ ...one, chosen })),
      () => this.#change(live.id, (one) => ({ ...one, scheduleId: 'ss', next: { ...chosen, atMs: one.periodEndMs } })),
      () => this.#change(live.id, ({ next: _n, scheduleId: _s, ...one }) => one),
      () => this.#change(live.id, ({ next: _n, scheduleId: _s, ...one }) => ({ ...one, cancelAtMs: one.periodEndMs })),
      () => this.#change(live.id, ({ cancelAtMs: _c, ...one }) => one),
      () => this.#renew(live, true),
      () => this.#renew(live, false),
      () => this.#settle(live),
      () => this.#change(live.id, (one) => (one.status === 'past_due' ? { ...one, status: 'unpaid' } : one)),
      () => this.#change(live.id, ({ cancelAtMs: _c, next: _n, scheduleId: _s, ...one }) => ({ ...one, status: 'canceled' })),
    ];
    this.#dice.pick(happenings)();
  }

  #renew(live: SubscriptionFact, pays: boolean): void {
    if (live.cancelAtMs !== undefined) {
      this.#change(live.id, ({ cancelAtMs: _c, ...one }) => ({ ...one, status: 'canceled' }));
      return;
    }
    const { next, scheduleId: _s, ...one } = live;
    const chosen = next === undefined ? one.chosen : { plan_id: next.plan_id, interval: next.interval };
    const period = { periodStartMs: live.periodEndMs, periodEndMs: live.periodEndMs + monthMs };
    const status = pays && live.status === 'active' ? 'active' : 'past_due';
    this.#change(live.id, () => ({ ...one, ...(chosen === undefined ? {} : { chosen }), ...period, status }));
    this.#bill(live.id, chosen as Chosen, pays);
  }

  #settle(live: SubscriptionFact): void {
    const paid = { status: 'paid', paidCents: 100, paidMs: this.now } as const;
    this.#invoices = this.#invoices.map((i) =>
      i.subscriptionId === live.id && i.status === 'open' ? { ...i, ...paid, paymentId: `pi_${i.id}` } : i,
    );
    this.#change(live.id, (one) => ({ ...one, status: 'active' }));
  }
}
