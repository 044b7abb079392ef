import { idempotencyStore } from '../../shared/adapters/dynamo/idempotency.ts';
import { openQueue } from '../../shared/adapters/sqs/queue.ts';
import { acceptOrder } from '../../shared/domain/mirroring/accept.ts';
import type { ManagerOrderBody } from '../../shared/domain/mirroring/order.ts';
import { mirroringSchemas } from '../../shared/domain/mirroring/schemas.ts';
import { actingTenant } from '../../shared/domain/tenants/policy.ts';
import type { Principal } from '../../shared/domain/tenants/principal.ts';
import { readEnv } from '../../shared/wiring/env.ts';
import { acceptPorts } from '../edge/accept-ports.ts';
import { httpDoor } from '../edge/http.ts';
import type { ApiAnswer, ApiRequest } from '../edge/request.ts';
import { table } from './api-table.ts';
import { getFollowerOrder, listFollowerOrders, previewFollower } from './child-reads.ts';
import { listDeadLetters, settleFollowerOrder } from './endings.ts';
import { reportFill } from './fills.ts';
import { getManagerOrder, listManagerOrders } from './order-reads.ts';

const env = readEnv('mirroring-api');
const ports = acceptPorts({ table, shards: openQueue(env.shards) });

async function createManagerOrder({ principal, params, body, traceparent }: ApiRequest<ManagerOrderBody>): Promise<ApiAnswer> {
  const caller = principal as Principal;
  const accepted = await acceptOrder(
    {
      tenant_id: actingTenant(caller),
      vault_id: params['vault_id'] as string,
      order: body,
      source: 'api',
      by: caller.subject,
      ...(traceparent === undefined ? {} : { traceparent }),
    },
    ports,
  );
  return { body: { manager_order_id: accepted.manager_order_id, seq: accepted.seq } };
}

export const handler = httpDoor(
  'mirroring',
  mirroringSchemas,
  {
    createManagerOrder,
    getManagerOrder,
    listManagerOrders,
    getFollowerOrder,
    listFollowerOrders,
    previewFollower,
    settleFollowerOrder,
    reportFill,
    listDeadLetters,
  },
  { idempotency: idempotencyStore(table) },
);
