import { beforeEach, describe, expect, it } from 'vitest';
import { readSubscription, saveSubscription } from '../../shared/adapters/dynamo/subscription-store.ts';
import { effective } from '../../shared/domain/entitlements/effective.ts';
import { type OverrideEvent, overrideEntitlement, overrideEvent } from '../../shared/domain/entitlements/operator.ts';
import type { PlanId } from '../../shared/domain/entitlements/plans.ts';
import { carl, House } from '../followers/support/house.ts';

const tenant_id = carl.tenantId ?? '';
let house: House;
let reported: string[];
let defaultPlan: PlanId | null;
beforeEach(() => {
  house = new House();
  reported = [];
  defaultPlan = null;
});

const event = (id: string, time: string, type: string, detail: object) =>
  overrideEvent.safeParse({
    id,
    time: `2026-01-05T${time}Z`,
    'detail-type': type,
    detail: { tenant_id, why: 'w', by: 'ops', ...detail },
  });
async function say(id: string, time: string, type: string, detail: object): Promise<void> {
  const parsed = event(id, time, type, detail);
  expect(parsed.error?.issues).toBeUndefined();
  await overrideEntitlement(parsed.data as OverrideEvent, {
    clock: house.clock,
    defaultPlan,
    known: async (tenantId) => tenantId === tenant_id,
    find: (tenantId) => readSubscription(house.table, tenantId),
    save: (next, before, doing) => saveSubscription(house.table, next, before, { event: doing }),
    report: ({ code }) => void reported.push(code),
  });
}
const given = (id: string, time: string, value: number, more: object = {}) =>
  say(id, time, 'EntitlementOverridden', { entitlement: 'followers', value, ...more });
const ended = (id: string, time: string) => say(id, time, 'OverrideEnded', { entitlement: 'followers' });
const has = async () =>
  effective(await readSubscription(house.table, tenant_id), { now: house.now, defaultPlan }).entitlements.followers;
const audited = () => house.audit('subscription').map((row) => [row['action'], row['by'], row['why']]);

describe('an override', () => {
  it('is given and ended, with who said so and why in the trail', async () => {
    await given('e1', '11:00:00', 8);
    expect(await has()).toBe(8);
    await ended('e2', '11:30:00');
    expect(await has()).toBe(0);
    expect(audited()).toEqual([
      ['entitlement.overridden', 'ops', 'w'],
      ['entitlement.override_ended', 'ops', 'w'],
    ]);
  });

  it('said twice is one, also when the first run died after it wrote', async () => {
    await given('e1', '11:00:00', 8);
    const before = (await readSubscription(house.table, tenant_id))?.ver;
    house.now += 5_000;
    await given('e1', '11:00:00', 8);
    expect([(await readSubscription(house.table, tenant_id))?.ver, audited().length]).toEqual([before, 1]);
  });

  it('that comes after a later word is overtaken; of one second the one that comes later counts', async () => {
    await given('e2', '11:00:00', 8);
    await given('e1', '10:00:00', 3);
    expect([await has(), reported]).toEqual([8, ['overtaken']]);
    await given('e3', '11:00:00', 9);
    expect(await has()).toBe(9);
    await ended('e4', '11:30:00');
    await given('e0', '11:15:00', 50);
    expect([await has(), reported]).toEqual([0, ['overtaken', 'overtaken']]);
  });

  it('of a tenant that has a plan by default leaves it that', async () => {
    defaultPlan = 'pro';
    await given('e1', '11:00:00', 8);
    const now = effective(await readSubscription(house.table, tenant_id), { now: house.now, defaultPlan });
    expect([now.plan_id, now.entitlements.followers]).toEqual(['pro', 8]);
  });

  it('that was never given cannot be ended, and a tenant that is not there has none', async () => {
    await ended('e1', '11:00:00');
    await say('e2', '11:00:00', 'EntitlementOverridden', { tenant_id: 'ten_x', entitlement: 'followers', value: 1 });
    expect([reported, house.rows()]).toEqual([['not_overridden', 'tenant_not_found'], []]);
  });

  it.each([
    ['followers', -1],
    ['followers', 1.5],
    ['followers', true],
    ['vaults', 5_000],
    ['flip_mode', 1],
    ['replay', 'everything'],
    ['requests_per_minute', null],
    ['gold', true],
  ])('%s cannot be %j', (entitlement, value) => {
    expect(event('e', '11:00:00', 'EntitlementOverridden', { entitlement, value }).success).toBe(false);
  });

  it.each([
    ['followers', null],
    ['seats', 0],
    ['flip_mode', false],
    ['replay', 'own'],
  ])('%s can be %j', (entitlement, value) => {
    expect(event('e', '11:00:00', 'EntitlementOverridden', { entitlement, value }).success).toBe(true);
  });
});
