import { findFollower } from '../../shared/adapters/dynamo/lookups.ts';
import { listPositions as list } from '../../shared/adapters/dynamo/position-reads.ts';
import { followerView, notFound } from '../../shared/domain/tenants/policy.ts';
import type { Principal } from '../../shared/domain/tenants/principal.ts';
import { pageOfQuery } from '../edge/paging.ts';
import type { ApiAnswer, ApiRequest } from '../edge/request.ts';
import { table } from './means.ts';

export async function listPositions({ principal, params, query }: ApiRequest): Promise<ApiAnswer> {
  const follower = await findFollower(table, params['follower_id'] as string);
  if (follower === undefined || followerView(principal as Principal, follower) !== 'full') throw notFound('follower');
  return { body: await list(table, follower, pageOfQuery(query)) };
}
