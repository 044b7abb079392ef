import { openTable } from '../../shared/adapters/dynamo/client.ts';
import { setCloseOnly } from '../../shared/adapters/dynamo/close-only.ts';
import { findFollower, findTenant } from '../../shared/adapters/dynamo/lookups.ts';
import { listFollowersOfTenant } from '../../shared/adapters/dynamo/own-followers.ts';
import { replaceTenant } from '../../shared/adapters/dynamo/tenant-store.ts';
import { openQueue, sendOne } from '../../shared/adapters/sqs/queue.ts';
import { changeStatus, type StatusPorts, statusEvent } from '../../shared/domain/tenants/status.ts';
import { readEnv } from '../../shared/wiring/env.ts';
import { clock, freshUlid } from '../edge/entropy.ts';
import { logger } from '../edge/observe.ts';
import { queueDoor } from '../edge/queue.ts';

const env = readEnv('tenant-status');
const table = openTable(env.table);
const queue = openQueue(env.tenantStatus);
/** Followers that are changed at once; each is a read and a transaction. */
const pageSize = 20;
const reserveMs = 8_000;

const ports = (remainingMs: () => number): StatusPorts => ({
  clock,
  find: (tenantId) => findTenant(table, tenantId),
  replace: (next, before, { at: _at, ...cause }) =>
    replaceTenant(table, next, before, { action: `tenant.${next.status}`, request_id: cause.event_id, ...cause }),
  followers: (tenantId, cursor) => listFollowersOfTenant(table, tenantId, { limit: pageSize, cursor }),
  follower: (followerId) => findFollower(table, followerId),
  closeOnly: (follower, closeOnly, cause) => setCloseOnly(table, follower, closeOnly, cause),
  late: () => remainingMs() < reserveMs,
  goOn: (event) => sendOne(queue, { body: JSON.stringify(event), group: 'tenants', deduplicationId: freshUlid() }),
  report: (what) => logger.warn('tenant status not changed', what),
});

/** Operators' words on tenants. One that cannot be read is logged and dropped: nothing waits behind it for ever. */
export const handler = queueDoor({
  handle: async (body, _record, context) => {
    const event = statusEvent.safeParse(body);
    if (!event.success) return logger.error('not a status event', { issues: event.error.issues });
    await changeStatus(
      event.data,
      ports(() => context.getRemainingTimeInMillis()),
    );
  },
});
