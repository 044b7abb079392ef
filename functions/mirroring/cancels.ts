import { commitCancel, readForCancel } from '../../shared/adapters/dynamo/cancel-store.ts';
import { findOrder } from '../../shared/adapters/dynamo/lookups.ts';
import { readLog } from '../../shared/adapters/dynamo/past-reads.ts';
import type { AcceptPorts } from '../../shared/domain/mirroring/accept.ts';
import { cancelOrder } from '../../shared/domain/mirroring/cancel.ts';
import { notFound, permit, resource } from '../../shared/domain/tenants/policy.ts';
import type { Principal } from '../../shared/domain/tenants/principal.ts';
import { Refusal } from '../../shared/kit/refusal.ts';
import type { ApiAnswer, ApiRequest } from '../edge/request.ts';
import { table } from './api-table.ts';

/** Cancels an order of the caller's vault; one that was refused has nothing to cancel. */
export function canceling(accept: AcceptPorts) {
  return async (request: ApiRequest<{ filled_qty?: string }>): Promise<ApiAnswer> => {
    const caller = request.principal as Principal;
    const order = await findOrder(table, request.params['manager_order_id'] as string);
    permit(caller, 'cancelManagerOrder', resource('manager_order', order));
    if (order === undefined) throw notFound('manager_order');
    if (order.seq === undefined) throw new Refusal(409, 'not_an_order', 'The order was refused: there is nothing to cancel.');
    const { tenant_id, vault_id, seq } = order;
    const { traceparent, seed } = request;
    const filled_qty = request.body.filled_qty ?? '0';
    const what = { tenant_id, vault_id, seq, filled_qty, by: caller.subject, seed };
    const body = await cancelOrder(traceparent === undefined ? what : { ...what, traceparent }, {
      ...accept,
      read: (asked) => readForCancel(table, asked),
      log: (vault, symbol, from, to) => readLog(table, vault, symbol, from, to),
      commit: (entry, read) => commitCancel(table, entry, read),
    });
    return { body };
  };
}
