import { putAuditEvent } from '../../shared/adapters/dynamo/audit-store.ts';
import { findFollower } from '../../shared/adapters/dynamo/lookups.ts';
import { countTestEvent } from '../../shared/adapters/dynamo/test-event-store.ts';
import type { Targets } from '../../shared/adapters/webhook/address.ts';
import { failureClass } from '../../shared/adapters/webhook/failure.ts';
import { testEndpoint } from '../../shared/domain/followers/test-event.ts';
import type { Dispatcher } from '../../shared/domain/mirroring/attempt.ts';
import type { Principal } from '../../shared/domain/tenants/principal.ts';
import { clock } from '../edge/entropy.ts';
import type { ApiAnswer, ApiRequest } from '../edge/request.ts';
import { env, keys, table } from './means.ts';

/**
 * The one that orders go out by: the same checks of addresses, the same time, no redirects. Made at the first test event, because
 * its HTTP client is half of the room's code and no other route has a use for it.
 */
let dispatcher: Promise<Dispatcher> | undefined;
async function theDispatcher(): Promise<Dispatcher> {
  const { webhookDispatcher } = await import('../../shared/adapters/webhook/dispatcher.ts');
  return webhookDispatcher({ targets: env.webhookTargets as Targets, keys });
}

export async function testFollower({ principal, params, seed, requestId }: ApiRequest): Promise<ApiAnswer> {
  const request = { followerId: params['follower_id'] as string, principal: principal as Principal, seed, requestId };
  const result = await testEndpoint(request, {
    clock,
    find: (followerId) => findFollower(table, followerId),
    count: (follower, event) => countTestEvent(table, follower, event),
    secrets: keys.of,
    deliver: async (delivery) => {
      dispatcher ??= theDispatcher();
      return (await dispatcher).deliver(delivery);
    },
    failureClass,
    note: (event) => putAuditEvent(table, event),
  });
  return { body: result };
}
