import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { periodEnd } from '../../shared/domain/billing/btc/calendar.ts';
import { differenceCents, type Grant, paidStretches, paidUntil } from '../../shared/domain/billing/btc/periods.ts';
import { intervals, plans } from '../../shared/domain/entitlements/plans.ts';
import { milliseconds, timestamp } from '../../shared/kit/clock.ts';
import { day } from './support/btc-world.ts';

const at = (text: string) => milliseconds(`${text}T10:20:30.000Z`);

describe('calendar months', () => {
  it.each([
    ['2026-01-31', 'month', 31, '2026-02-28'],
    ['2026-02-28', 'month', 31, '2026-03-31'],
    ['2026-03-31', 'month', 31, '2026-04-30'],
    ['2028-01-31', 'month', 31, '2028-02-29'],
    ['2026-12-15', 'month', 15, '2027-01-15'],
    ['2028-02-29', 'year', 29, '2029-02-28'],
    ['2029-02-28', 'year', 29, '2030-02-28'],
    ['2027-02-28', 'year', 29, '2028-02-29'],
    ['2026-06-30', 'year', 30, '2027-06-30'],
  ] as const)('%s and one %s from the %i. is %s', (from, interval, anchor, to) => {
    expect(timestamp(periodEnd(at(from), interval, anchor))).toBe(`${to}T10:20:30.000Z`);
  });

  it('of a year of renewals end where a year does', () => {
    let end = at('2026-01-31');
    for (let month = 0; month < 12; month += 1) end = periodEnd(end, 'month', 31);
    expect(end).toBe(periodEnd(at('2026-01-31'), 'year', 31));
  });
});

const grant = (more: Partial<Grant>): Grant => ({
  invoice_id: 'inv_1',
  purpose: 'start',
  plan_id: 'core',
  interval: 'month',
  at: '2026-03-01T00:00:00.000Z',
  ...more,
});

describe('what is paid', () => {
  it('a renewal begins where the period before it ends, also when it comes in the grace', () => {
    for (const paidAt of ['2026-03-25T00:00:00.000Z', '2026-04-05T00:00:00.000Z']) {
      const stretches = paidStretches([grant({}), grant({ invoice_id: 'inv_2', purpose: 'renewal', at: paidAt })]);
      expect(timestamp(paidUntil(stretches) ?? 0)).toBe('2026-05-01T00:00:00.000Z');
    }
  });

  it('after the grace it begins when it is paid', () => {
    const [, late] = paidStretches([
      grant({}),
      grant({ invoice_id: 'inv_2', purpose: 'renewal', at: '2026-04-08T00:00:00.000Z' }),
    ]);
    expect(late).toMatchObject({ from: milliseconds('2026-04-08T00:00:00.000Z'), anchor: 8 });
  });

  it('an upgrade cuts the period, and what is taken back leaves it whole', () => {
    const up = grant({
      invoice_id: 'inv_2',
      purpose: 'upgrade',
      plan_id: 'pro',
      at: '2026-03-11T00:00:00.000Z',
      until: '2026-04-01T00:00:00.000Z',
    });
    const plansOf = (grants: readonly Grant[]) => paidStretches(grants).map(({ plan_id, end }) => [plan_id, timestamp(end)]);
    expect(plansOf([grant({}), up])).toEqual([
      ['core', '2026-03-11T00:00:00.000Z'],
      ['pro', '2026-04-01T00:00:00.000Z'],
    ]);
    expect(plansOf([grant({}), { ...up, taken_back_at: '2026-03-12T00:00:00.000Z' }])).toEqual([
      ['core', '2026-04-01T00:00:00.000Z'],
    ]);
    expect(plansOf([{ ...grant({}), taken_back_at: '2026-03-12T00:00:00.000Z' }, up])).toEqual([]);
  });
});

describe('the price of an upgrade', () => {
  const stretches = paidStretches([grant({})]);
  const [start, end] = [milliseconds('2026-03-01T00:00:00.000Z'), milliseconds('2026-04-01T00:00:00.000Z')];

  it.each([
    ['2026-03-01T00:00:00.000Z', 15_000],
    ['2026-03-16T12:00:00.000Z', 7_500],
    // One second of 31 days is less than a cent, and rounded up to one.
    ['2026-03-31T23:59:59.000Z', 1],
    ['2026-04-01T00:00:00.000Z', 0],
    // 10 of 31 days: 4838.7 cents, rounded up.
    ['2026-03-22T00:00:00.000Z', 4_839],
  ])('at %s is %i cents', (now, cents) => {
    expect(differenceCents(stretches, 'pro', milliseconds(now))).toBe(cents);
  });

  it('covers what is paid ahead, too', () => {
    const two = paidStretches([grant({}), grant({ invoice_id: 'inv_2', purpose: 'renewal', at: '2026-03-25T00:00:00.000Z' })]);
    expect(differenceCents(two, 'pro', end - day)).toBe(Math.ceil(15_000 / 31) + 15_000);
  });

  it('is never more than the whole difference, never grows, is whole at the start and nothing at the end', () => {
    const anyGrant = fc.record({
      plan: fc.constantFrom(...plans),
      interval: fc.constantFrom(...intervals),
      start: fc.integer({ min: start / 1000, max: start / 1000 + 4 * 365 * 86_400 }),
      to: fc.constantFrom(...plans),
    });
    fc.assert(
      fc.property(anyGrant, fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (g, a, b) => {
        const paid = paidStretches([grant({ plan_id: g.plan.plan_id, interval: g.interval, at: timestamp(g.start * 1000) })]);
        const [one] = paid;
        if (one === undefined) throw new Error('nothing is paid');
        const whole = Math.max(0, g.to.priceCents[g.interval] - g.plan.priceCents[g.interval]);
        const [early, late] = [Math.min(a, b), Math.max(a, b)].map((part) =>
          Math.round(one.from + part * (one.end - one.from)),
        ) as [number, number];
        const [costs, then] = [differenceCents(paid, g.to.plan_id, early), differenceCents(paid, g.to.plan_id, late)];
        expect(costs).toBeLessThanOrEqual(whole);
        expect(then).toBeLessThanOrEqual(costs);
        expect(then).toBeGreaterThanOrEqual(0);
        expect(differenceCents(paid, g.to.plan_id, one.from)).toBe(whole);
        expect(differenceCents(paid, g.to.plan_id, one.end)).toBe(0);
        // Exact to the cent: the least whole number of cents that is no less than the share of the time.
        const share = BigInt(whole) * BigInt(Math.floor(one.end / 1000) - Math.floor(early / 1000)) * 1n;
        const seconds = BigInt((one.end - one.from) / 1000);
        expect(BigInt(costs) * seconds).toBeGreaterThanOrEqual(share);
        expect(whole === 0 || (BigInt(costs) - 1n) * seconds < share || costs === 0).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
