import { z } from 'zod';
import { type Clock, milliseconds, timestamp } from '../../kit/clock.ts';
import { ulidFromCause } from '../../kit/ids.ts';
import { opsEvents } from '../../wiring/events.ts';
import { idOf } from '../contract/fields.ts';
import type { Tenant } from './tenant.ts';

/** An operator's word on a tenant, as the bus brings it. */
export const statusEvent = z.looseObject({
  id: z.string().min(1).max(100),
  time: z.iso.datetime(),
  'detail-type': z.enum([opsEvents.suspended, opsEvents.reactivated]),
  detail: z.strictObject({ tenant_id: idOf('ten'), why: z.string().min(1).max(500), by: z.string().min(1).max(200) }),
});
export type StatusEvent = z.infer<typeof statusEvent>;

/** Who says it and why, under an id that follows from the event and what it is about. */
export interface StatusCause {
  readonly at: string;
  readonly event_id: string;
  readonly by: string;
  readonly why: string;
}

export interface StatusPorts {
  readonly clock: Clock;
  readonly find: (tenantId: string) => Promise<Tenant | undefined>;
  readonly replace: (next: Tenant, before: Tenant, cause: StatusCause) => Promise<boolean>;
  readonly report: (what: { code: string; tenant_id: string }) => void;
}

const writeTries = 10;

/**
 * Suspends a tenant or takes that back (SPEC 3). Its record is all that is written here: nobody registers another follower then,
 * and the change of the record has its followers gone through (domain/entitlements/projection.ts). Repeating it changes nothing.
 */
export async function changeStatus(event: StatusEvent, ports: StatusPorts): Promise<void> {
  await withStatus(event, event['detail-type'] === opsEvents.suspended ? 'suspended' : 'active', ports);
}

/** The tenant with its new status; undefined when there is none to give it to. */
async function withStatus(event: StatusEvent, status: 'active' | 'suspended', ports: StatusPorts): Promise<Tenant | undefined> {
  const { tenant_id } = event.detail;
  for (let attempt = 1; attempt <= writeTries; attempt += 1) {
    const tenant = await ports.find(tenant_id);
    if (tenant === undefined || tenant.status === 'closed') {
      ports.report({ code: tenant === undefined ? 'tenant_not_found' : 'tenant_closed', tenant_id });
      return undefined;
    }
    // One that comes late has been overtaken.
    if (tenant.status_event === event.id) return tenant;
    if (isOvertaken(event, tenant)) {
      ports.report({ code: 'overtaken', tenant_id });
      return undefined;
    }
    const next = {
      ...tenant,
      status,
      status_at: event.time,
      status_event: event.id,
      ver: tenant.ver + 1,
      updated_at: timestamp(ports.clock()),
    };
    if (await ports.replace(next, tenant, causeOf(event, tenant_id, next.updated_at))) return next;
  }
  throw new Error(`tenant ${tenant_id} was written by others ${writeTries} times in a row`);
}

/** The bus tells times in whole seconds: of two events of one second the one that comes later was said later. */
const isOvertaken = ({ time }: StatusEvent, { status_at }: Tenant): boolean =>
  status_at !== undefined && milliseconds(time) < milliseconds(status_at);

const causeOf = ({ id, time, detail }: StatusEvent, entity: string, at: string): StatusCause => ({
  at,
  event_id: ulidFromCause(milliseconds(time), `${id} ${entity}`),
  by: detail.by,
  why: detail.why,
});
