import { saveHeld } from '../../shared/adapters/dynamo/held-store.ts';
import { findFollower } from '../../shared/adapters/dynamo/lookups.ts';
import { listPositions as list } from '../../shared/adapters/dynamo/position-reads.ts';
import type { PositionReport } from '../../shared/domain/followers/follower.ts';
import { reportPositions as report } from '../../shared/domain/followers/position-report.ts';
import { notFound, permit, resource } from '../../shared/domain/tenants/policy.ts';
import type { Principal } from '../../shared/domain/tenants/principal.ts';
import { timestamp } from '../../shared/kit/clock.ts';
import { backOff, clock } from '../edge/entropy.ts';
import { pageOfQuery } from '../edge/paging.ts';
import type { ApiAnswer, ApiRequest } from '../edge/request.ts';
import { table } from './means.ts';

export async function listPositions({ principal, params, query }: ApiRequest): Promise<ApiAnswer> {
  const follower = await findFollower(table, params['follower_id'] as string);
  permit(principal, 'listPositions', resource('follower', follower));
  if (follower === undefined) throw notFound('follower');
  return { body: await list(table, follower, pageOfQuery(query)) };
}

export async function reportPositions(request: ApiRequest<PositionReport>): Promise<ApiAnswer> {
  const { params, body, seed, requestId } = request;
  const principal = request.principal as Principal;
  const by = { by: principal.subject, request_id: requestId, event_id: seed, at: timestamp(clock()) };
  const reported = await report(
    { principal, followerId: params['follower_id'] as string, body },
    {
      clock,
      backOff,
      find: (followerId) => findFollower(table, followerId),
      save: (follower, held, what) => saveHeld(table, follower, held, { reported: what, by }),
    },
  );
  return { body: reported };
}
