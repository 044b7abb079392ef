import { z } from 'zod';
import { type Clock, milliseconds, timestamp } from '../../kit/clock.ts';
import { canonicalJson } from '../../kit/hash.ts';
import { ulidFromCause } from '../../kit/ids.ts';
import { opsEvents } from '../../wiring/events.ts';
import type { Override, Subscription } from '../billing/subscription.ts';
import { endedDetail, overriddenDetail } from './override.ts';
import type { PlanId } from './plans.ts';

const envelope = { id: z.string().min(1).max(100), time: z.iso.datetime() };
/** An operator's word on what a tenant has beside its plan, as the bus brings it. */
export const overrideEvent = z.union([
  z.looseObject({ ...envelope, 'detail-type': z.literal(opsEvents.overridden), detail: overriddenDetail }),
  z.looseObject({ ...envelope, 'detail-type': z.literal(opsEvents.overrideEnded), detail: endedDetail }),
]);
export type OverrideEvent = z.infer<typeof overrideEvent>;

export interface OperatorPorts {
  readonly clock: Clock;
  /** Of tenants that never had a subscription. */
  readonly defaultPlan: PlanId | null;
  readonly known: (tenantId: string) => Promise<boolean>;
  readonly find: (tenantId: string) => Promise<Subscription | undefined>;
  /** With its audit event, only over the one that was read. */
  readonly save: (
    next: Subscription,
    before: Subscription | undefined,
    event: { readonly event_id: string; readonly action: string; readonly by: string; readonly why: string },
  ) => Promise<boolean>;
  readonly report: (what: { code: string; tenant_id: string }) => void;
}

const writeTries = 10;

/**
 * Gives a tenant something beside its plan, or ends that. Said twice it changes nothing more; of two words on one entitlement
 * the later counts, in whatever order they come.
 */
export async function overrideEntitlement(event: OverrideEvent, ports: OperatorPorts): Promise<void> {
  const { tenant_id, entitlement, by, why } = event.detail;
  if (!(await ports.known(tenant_id))) return ports.report({ code: 'tenant_not_found', tenant_id });
  const said = saidBy(event);
  for (let attempt = 1; attempt <= writeTries; attempt += 1) {
    const before = await ports.find(tenant_id);
    const there = before?.overrides?.find((o) => o.entitlement === entitlement);
    if (isOvertaken(said, there)) return ports.report({ code: 'overtaken', tenant_id });
    if (event['detail-type'] === opsEvents.overrideEnded && there === undefined)
      return ports.report({ code: 'not_overridden', tenant_id });
    const override = meant(event, said, there);
    if (canonicalJson(override) === canonicalJson(there)) return;
    const next = withOverride(before, tenant_id, override, ports);
    const action = event['detail-type'] === opsEvents.overridden ? 'entitlement.overridden' : 'entitlement.override_ended';
    const event_id = ulidFromCause(milliseconds(event.time), `${event.id} ${tenant_id}`);
    if (await ports.save(next, before, { event_id, action, by, why })) return;
  }
  throw new Error(`the subscription of ${tenant_id} was written by others ${writeTries} times in a row`);
}

/** The bus tells times in whole seconds: of two words of one second the one that comes later was said later. */
const isOvertaken = (said: string, there: Override | undefined): boolean =>
  there?.at !== undefined && milliseconds(said) < milliseconds(there.at);

const saidBy = ({ time }: OverrideEvent): string => timestamp(milliseconds(time));

/** An override that was ended stays, with its end: a word from before that comes late meets it. */
function meant(event: OverrideEvent, at: string, there: Override | undefined): Override {
  const { entitlement, by, why } = event.detail;
  if (event['detail-type'] === opsEvents.overrideEnded)
    return { entitlement, value: there?.value ?? null, until: at, at, why, by };
  const { value, until } = event.detail;
  return { entitlement, value, ...(until === undefined ? {} : { until: timestamp(milliseconds(until)) }), at, why, by };
}

function withOverride(
  before: Subscription | undefined,
  tenantId: string,
  override: Override,
  { clock, defaultPlan }: Pick<OperatorPorts, 'clock' | 'defaultPlan'>,
): Subscription {
  const now = timestamp(clock());
  const others = (before?.overrides ?? []).filter(({ entitlement }) => entitlement !== override.entitlement);
  return {
    ...(before ?? unpaid(tenantId, now, defaultPlan)),
    overrides: [...others, override],
    updated_at: now,
    ver: (before?.ver ?? 0) + 1,
  };
}

/** The subscription of a tenant that has none: what it has by default, and nothing else. */
const unpaid = (tenant_id: string, now: string, defaultPlan: PlanId | null): Subscription => ({
  tenant_id,
  rail: 'granted',
  plan_id: defaultPlan ?? 'core',
  interval: 'month',
  status: defaultPlan === null ? 'canceled' : 'active',
  created_at: now,
  updated_at: now,
  ver: 0,
});
