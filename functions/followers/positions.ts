import { findFollower } from '../../shared/adapters/dynamo/lookups.ts';
import { listPositions as list } from '../../shared/adapters/dynamo/position-reads.ts';
import { notFound, permit, resource } from '../../shared/domain/tenants/policy.ts';
import { pageOfQuery } from '../edge/paging.ts';
import type { ApiAnswer, ApiRequest } from '../edge/request.ts';
import { table } from './means.ts';

export async function listPositions({ principal, params, query }: ApiRequest): Promise<ApiAnswer> {
  const follower = await findFollower(table, params['follower_id'] as string);
  permit(principal, 'listPositions', resource('follower', follower));
  if (follower === undefined) throw notFound('follower');
  return { body: await list(table, follower, pageOfQuery(query)) };
}
