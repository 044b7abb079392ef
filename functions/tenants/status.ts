import { openTable } from '../../shared/adapters/dynamo/client.ts';
import { findTenant } from '../../shared/adapters/dynamo/lookups.ts';
import { readSubscription, saveSubscription } from '../../shared/adapters/dynamo/subscription-store.ts';
import { replaceTenant } from '../../shared/adapters/dynamo/tenant-store.ts';
import { defaultPlanOf } from '../../shared/domain/entitlements/effective.ts';
import { type OperatorPorts, overrideEntitlement, overrideEvent } from '../../shared/domain/entitlements/operator.ts';
import { changeStatus, type StatusPorts, statusEvent } from '../../shared/domain/tenants/status.ts';
import { readEnv } from '../../shared/wiring/env.ts';
import { clock } from '../edge/entropy.ts';
import { logger } from '../edge/observe.ts';
import { queueDoor } from '../edge/queue.ts';

const env = readEnv('tenant-status');
const table = openTable(env.table);
const report = (what: { code: string; tenant_id: string }) => logger.warn("an operator's word was not carried out", what);

const statusPorts: StatusPorts = {
  clock,
  find: (tenantId) => findTenant(table, tenantId),
  replace: (next, before, { at: _at, ...cause }) =>
    replaceTenant(table, next, before, { action: `tenant.${next.status}`, request_id: cause.event_id, ...cause }),
  report,
};

const operatorPorts: OperatorPorts = {
  clock,
  defaultPlan: defaultPlanOf(env.defaultPlan),
  known: async (tenantId) => (await findTenant(table, tenantId)) !== undefined,
  find: (tenantId) => readSubscription(table, tenantId),
  save: (next, before, event) => saveSubscription(table, next, before, { event }),
  report,
};

/** Operators' words on tenants. One that cannot be read is logged and dropped: nothing waits behind it for ever. */
export const handler = queueDoor({
  handle: async (body) => {
    const override = overrideEvent.safeParse(body);
    if (override.success) return overrideEntitlement(override.data, operatorPorts);
    const status = statusEvent.safeParse(body);
    if (status.success) return changeStatus(status.data, statusPorts);
    logger.error("not an operator's word", { override: override.error.issues, status: status.error.issues });
  },
});
