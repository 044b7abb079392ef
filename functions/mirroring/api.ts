import { tokenVerifier } from '../../shared/adapters/cognito/verifier.ts';
import { putAuditEvent } from '../../shared/adapters/dynamo/audit-store.ts';
import { idempotencyStore } from '../../shared/adapters/dynamo/idempotency.ts';
import { openQueue } from '../../shared/adapters/sqs/queue.ts';
import { defaultPlanOf } from '../../shared/domain/entitlements/effective.ts';
import { type AcceptRequest, acceptOrder } from '../../shared/domain/mirroring/accept.ts';
import type { ManagerOrderBody } from '../../shared/domain/mirroring/order.ts';
import { mirroringSchemas } from '../../shared/domain/mirroring/schemas.ts';
import { actingTenant } from '../../shared/domain/tenants/policy.ts';
import type { Principal } from '../../shared/domain/tenants/principal.ts';
import { timestamp } from '../../shared/kit/clock.ts';
import { Refusal } from '../../shared/kit/refusal.ts';
import { readEnv } from '../../shared/wiring/env.ts';
import { acceptPorts } from '../edge/accept-ports.ts';
import { clock } from '../edge/entropy.ts';
import { httpDoor } from '../edge/http.ts';
import type { ApiAnswer, ApiRequest } from '../edge/request.ts';
import { callers, table } from './api-table.ts';
import { canceling } from './cancels.ts';
import { getFollowerOrder, listFollowerOrders, previewFollower } from './child-reads.ts';
import { listDeadLetters, redriveDeadLetter, settleFollowerOrder } from './endings.ts';
import { reportFill } from './fills.ts';
import { getManagerOrder, listManagerOrders } from './order-reads.ts';
import { getReconciliation, reconcileVault } from './reconciliation.ts';
import { getServingOrder } from './serving-order.ts';

const env = readEnv('mirroring-api');
const ports = acceptPorts({
  table,
  shards: openQueue(env.shards),
  shardNodes: openQueue(env.shardNodes),
  defaultPlan: defaultPlanOf(env.defaultPlan),
});

async function createManagerOrder(request: ApiRequest<ManagerOrderBody>): Promise<ApiAnswer> {
  const caller = request.principal as Principal;
  const what: AcceptRequest = {
    // The vault is read under this tenant's own keys: another tenant's is not there.
    tenant_id: actingTenant(caller),
    vault_id: request.params['vault_id'] as string,
    order: request.body,
    source: 'api',
    by: caller.subject,
    ...(request.traceparent === undefined ? {} : { traceparent: request.traceparent }),
  };
  try {
    const { manager_order_id, seq } = await acceptOrder(what, ports);
    return { body: { manager_order_id, seq } };
  } catch (error) {
    if (error instanceof Refusal) await auditRefusal(what, error, request);
    throw error;
  }
}

/** Over the API a refused order leaves no record but this one (SPEC 6.1). */
async function auditRefusal(what: AcceptRequest, refusal: Refusal, { seed, requestId }: ApiRequest): Promise<void> {
  await putAuditEvent(table, {
    tenant_id: what.tenant_id,
    entity: what.vault_id,
    action: 'manager_order.refused',
    by: what.by,
    at: timestamp(clock()),
    event_id: seed,
    request_id: requestId,
    why: refusal.code,
    after: { external_id: what.order.external_id, symbol: what.order.symbol, side: what.order.side, qty: what.order.qty },
  });
}

export const handler = httpDoor(
  'mirroring',
  mirroringSchemas,
  {
    createManagerOrder,
    cancelManagerOrder: canceling(ports),
    getManagerOrder,
    listManagerOrders,
    getServingOrder,
    getFollowerOrder,
    listFollowerOrders,
    previewFollower,
    settleFollowerOrder,
    reportFill,
    getReconciliation,
    reconcileVault,
    listDeadLetters,
    redriveDeadLetter,
  },
  {
    callers,
    claimsOf: tokenVerifier(env.issuer, env.clientIds.split(',')).claimsOf,
    idempotency: idempotencyStore(table),
  },
);
