import { findFollower } from '../../shared/adapters/dynamo/lookups.ts';
import { rotationMade, saveRotation } from '../../shared/adapters/dynamo/rotation-store.ts';
import { oldKeyUntil } from '../../shared/domain/followers/key-versions.ts';
import { rotateKey } from '../../shared/domain/followers/rotate.ts';
import { followerRecordView } from '../../shared/domain/followers/settings.ts';
import type { Principal } from '../../shared/domain/tenants/principal.ts';
import { backOff, clock } from '../edge/entropy.ts';
import type { ApiAnswer, ApiRequest } from '../edge/request.ts';
import { etag, table } from './means.ts';

export async function rotateFollowerKey({ principal, params, seed, requestId, ifMatch }: ApiRequest): Promise<ApiAnswer> {
  const caller = principal as Principal;
  const rotation = { followerId: params['follower_id'] as string, principal: caller, seed, ifMatch };
  const { follower, version, at } = await rotateKey(rotation, {
    clock,
    backOff,
    find: (followerId) => findFollower(table, followerId),
    made: (f, madeBy) => rotationMade(table, f, madeBy),
    save: (next, before) => saveRotation(table, next, before, { by: caller.subject, request_id: requestId, seed }),
  });
  return {
    body: { ...followerRecordView(follower), old_secret_valid_until: oldKeyUntil(at) },
    etag: etag(follower),
    sealed: { follower_id: follower.follower_id, version },
  };
}
