import { readChild } from '../../shared/adapters/dynamo/child-reads.ts';
import { listDeadLetters as listStored } from '../../shared/adapters/dynamo/dead-letters.ts';
import { findFollower } from '../../shared/adapters/dynamo/lookups.ts';
import { settle } from '../../shared/adapters/dynamo/settle-store.ts';
import { settleChild } from '../../shared/domain/mirroring/settle.ts';
import { childOrderView } from '../../shared/domain/mirroring/views.ts';
import { actingTenant, notFound } from '../../shared/domain/tenants/policy.ts';
import type { Principal } from '../../shared/domain/tenants/principal.ts';
import { clock } from '../edge/entropy.ts';
import { pageOfQuery } from '../edge/paging.ts';
import type { ApiAnswer, ApiRequest } from '../edge/request.ts';
import { table } from './api-table.ts';
import { canceledChildOf, cancelStanding, findChild, requireExpanded } from './child-reads.ts';

export async function settleFollowerOrder({ principal, params, body }: ApiRequest<{ happened: boolean }>): Promise<ApiAnswer> {
  const caller = principal as Principal;
  const found = await findChild(caller, params['follower_order_id'] as string);
  requireExpanded(found);
  const { guard } = await cancelStanding(found);
  const { entry, claim, row, follower } = found;
  const read = async () => {
    const now = await findFollower(table, follower.follower_id);
    if (now === undefined) throw notFound('follower_order');
    return { follower: now, child: await readChild(table, now, entry) };
  };
  await settleChild(
    { happened: body.happened, by: caller.subject },
    {
      clock,
      read,
      settle: (s) => settle(table, s, guard),
      canceledChild: () => canceledChildOf(found),
    },
  );
  return { body: childOrderView(entry, claim, row, follower, (await read()).child) };
}

export async function listDeadLetters({ principal, query }: ApiRequest): Promise<ApiAnswer> {
  return { body: await listStored(table, actingTenant(principal as Principal), pageOfQuery(query)) };
}
