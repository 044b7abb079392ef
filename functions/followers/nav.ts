import { followerNavAt, saveFollowerNav } from '../../shared/adapters/dynamo/follower-nav-store.ts';
import { findFollower } from '../../shared/adapters/dynamo/lookups.ts';
import type { FollowerNavBody } from '../../shared/domain/followers/follower.ts';
import { recordFollowerNav as record } from '../../shared/domain/followers/nav.ts';
import type { Principal } from '../../shared/domain/tenants/principal.ts';
import { backOff, clock } from '../edge/entropy.ts';
import type { ApiAnswer, ApiRequest } from '../edge/request.ts';
import { table } from './means.ts';

export async function recordFollowerNav(request: ApiRequest<FollowerNavBody>): Promise<ApiAnswer> {
  const { params, body, seed, requestId } = request;
  const principal = request.principal as Principal;
  const by = { by: principal.subject, request_id: requestId, event_id: seed };
  const snapshot = await record(
    { principal, followerId: params['follower_id'] as string, body },
    {
      clock,
      backOff,
      find: (followerId) => findFollower(table, followerId),
      recorded: (follower, ts) => followerNavAt(table, follower, ts),
      save: (follower, given, next) => saveFollowerNav(table, follower, given, { next, by }),
    },
  );
  return { body: snapshot };
}
