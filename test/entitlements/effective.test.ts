import { describe, expect, it } from 'vitest';
import type { Subscription } from '../../shared/domain/billing/subscription.ts';
import { type Asked, defaultPlanOf, effective } from '../../shared/domain/entitlements/effective.ts';
import { planOf } from '../../shared/domain/entitlements/plans.ts';
import { milliseconds } from '../../shared/kit/clock.ts';

const day = (n: number, time = '12:00:00.000') => `2026-03-${String(n).padStart(2, '0')}T${time}Z`;
const now = day(10);
const asked: Asked = { now: milliseconds(now), defaultPlan: null };

const base: Subscription = {
  tenant_id: 'ten_1',
  rail: 'stripe',
  plan_id: 'pro',
  interval: 'month',
  status: 'active',
  period_start: day(1),
  period_end: day(31),
  created_at: day(1),
  updated_at: day(1),
  ver: 1,
};
const on = (more: Partial<Subscription>) => effective({ ...base, ...more }, asked);

/** Plan, and when it changes by itself. */
type Row = readonly [what: string, more: Partial<Subscription>, plan: string | null, changes: string | undefined];
const graceOfPeriod = '2026-04-07T12:00:00.000Z';

describe('by status, time and rail', () => {
  it.each<Row>([
    ['active', {}, 'pro', graceOfPeriod],
    ['trialing', { status: 'trialing' }, 'pro', graceOfPeriod],
    ['active, period ended three days ago, no word yet', { period_end: day(7) }, 'pro', day(14)],
    ['active, period ended this moment', { period_end: now }, 'pro', day(17)],
    ['active, period ended seven days ago', { period_end: day(3) }, null, undefined],
    ['active, period ended long ago', { period_end: day(1) }, null, undefined],
    ['past due since yesterday', { status: 'past_due', past_due_since: day(9) }, 'pro', day(16)],
    [
      'past due for seven days but a second',
      { status: 'past_due', past_due_since: day(3, '12:00:01.000') },
      'pro',
      day(10, '12:00:01.000'),
    ],
    ['past due for seven days', { status: 'past_due', past_due_since: day(3) }, null, undefined],
    ['past due, nobody said since when', { status: 'past_due', period_start: day(5) }, 'pro', day(12)],
    [
      'past due, and the period ended earlier',
      { status: 'past_due', past_due_since: day(9), period_end: day(4) },
      'pro',
      day(11),
    ],
    ['unpaid', { status: 'unpaid' }, null, undefined],
    ['canceled', { status: 'canceled' }, null, undefined],
    ['paused', { status: 'paused' }, null, undefined],
    ['incomplete', { status: 'incomplete' }, null, undefined],
    ['incomplete_expired', { status: 'incomplete_expired' }, null, undefined],
    ['canceled for later', { cancel_at: day(20) }, 'pro', day(20)],
    ['canceled for this moment', { cancel_at: now }, null, undefined],
    ['canceled for earlier, and still said to be active', { cancel_at: day(9) }, null, undefined],
    ['a downgrade that waits', { pending: { plan_id: 'core', interval: 'month', at: day(15) } }, 'pro', day(15)],
    ['a downgrade whose time has come', { pending: { plan_id: 'core', interval: 'month', at: now } }, 'core', graceOfPeriod],
    ['bitcoin, paid', { rail: 'btc' }, 'pro', graceOfPeriod],
    ['bitcoin, period over', { rail: 'btc', period_end: day(9) }, 'pro', day(16)],
    ['bitcoin, period over for seven days', { rail: 'btc', period_end: day(3) }, null, undefined],
    ['granted', { rail: 'granted' }, 'pro', undefined],
    ['granted, its period long over', { rail: 'granted', period_end: day(1) }, 'pro', undefined],
    ['granted until a time', { rail: 'granted', cancel_at: day(12) }, 'pro', day(12)],
    ['granted and canceled', { rail: 'granted', status: 'canceled' }, null, undefined],
  ])('%s', (_, more, plan, changes) => {
    const has = on(more);
    expect([has.plan_id, has.changes_at]).toEqual([plan, changes]);
    expect(has.entitlements.followers).toBe(plan === null ? 0 : planOf(plan as 'pro').entitlements.followers);
  });

  it('what changes by itself is so at that moment, and not a millisecond before', () => {
    for (const more of [
      { cancel_at: day(20) },
      { period_end: day(7) },
      { status: 'past_due', past_due_since: day(9) },
    ] as const) {
      const { changes_at = '' } = on(more);
      const at = (ms: number) => effective({ ...base, ...more }, { ...asked, now: ms }).plan_id;
      expect([at(milliseconds(changes_at) - 1), at(milliseconds(changes_at))]).toEqual(['pro', null]);
    }
  });
});

describe('reasons', () => {
  it('say why', () => {
    expect(on({}).reasons.flip_mode).toBe('plan pro');
    expect(on({ status: 'past_due', past_due_since: day(9) })).toMatchObject({ grace_until: day(16) });
    expect(on({ status: 'past_due', past_due_since: day(9) }).reasons.vaults).toBe(`plan pro, grace until ${day(16)}`);
    expect(on({ status: 'unpaid' }).reasons.vaults).toBe('no plan: unpaid');
    expect(on({ period_end: day(2) }).reasons.vaults).toBe(`no plan: grace ended ${day(9)}`);
    expect(on({ cancel_at: day(9) }).reasons.vaults).toBe(`no plan: canceled at ${day(9)}`);
    expect(effective(undefined, asked).reasons.vaults).toBe('no plan: no subscription');
  });
});

describe('without a subscription', () => {
  it('there is no plan, unless the stage has one by default', () => {
    expect(effective(undefined, asked)).toMatchObject({ plan_id: null, status: 'none', entitlements: { vaults: 0, seats: 1 } });
    const given = effective(undefined, { ...asked, defaultPlan: 'core' });
    expect([given.plan_id, given.reasons.vaults, given.changes_at]).toEqual(['core', 'default plan core', undefined]);
  });

  it.each([
    ['none', null],
    ['pro', 'pro'],
  ])('the setting %s is %s', (text, plan) => expect(defaultPlanOf(text)).toBe(plan));
  it('another setting is none', () => expect(() => defaultPlanOf('gold')).toThrow('gold'));
});

describe('overrides', () => {
  const override = (entitlement: 'followers' | 'flip_mode', value: number | boolean | null, until?: string) => ({
    entitlement,
    value,
    ...(until === undefined ? {} : { until }),
    why: 'w',
    by: 'b',
  });

  it('win over the plan until their end, which is a change of its own', () => {
    const has = on({ plan_id: 'core', overrides: [override('followers', 8, day(12)), override('flip_mode', true)] });
    expect([has.entitlements.followers, has.entitlements.flip_mode, has.entitlements.vaults]).toEqual([8, true, 1]);
    expect([has.reasons.followers, has.reasons.flip_mode]).toEqual([`override until ${day(12)}`, 'override']);
    expect(has.changes_at).toBe(day(12));
  });

  it('that ended count no more; those that change nothing are no change', () => {
    expect(on({ overrides: [override('followers', 8, now)] }).entitlements.followers).toBe(100);
    expect(on({ overrides: [override('followers', 100, day(12))] }).changes_at).toBe(graceOfPeriod);
  });

  it('hold without a plan too, and can take away', () => {
    expect(on({ status: 'canceled', overrides: [override('followers', 2)] }).entitlements.followers).toBe(2);
    expect(on({ overrides: [override('flip_mode', false)] }).entitlements.flip_mode).toBe(false);
  });
});
