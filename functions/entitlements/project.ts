import { openTable } from '../../shared/adapters/dynamo/client.ts';
import { putPlace } from '../../shared/adapters/dynamo/close-only.ts';
import { findFollower } from '../../shared/adapters/dynamo/lookups.ts';
import { listFollowersOfTenant } from '../../shared/adapters/dynamo/own-followers.ts';
import { loadForProjection, noteProjected, oldestVaults, putDue } from '../../shared/adapters/dynamo/projection-store.ts';
import { openQueue, projectionMessage, sendOne } from '../../shared/adapters/sqs/queue.ts';
import { defaultPlanOf } from '../../shared/domain/entitlements/effective.ts';
import { type ProjectionMessage, type ProjectionPorts, project } from '../../shared/domain/entitlements/projection.ts';
import { readEnv } from '../../shared/wiring/env.ts';
import { clock, freshUlid } from '../edge/entropy.ts';
import { endLostFlip, endLostOverlays } from '../edge/lost-overlays.ts';
import { queueDoor } from '../edge/queue.ts';

const env = readEnv('entitlements');
const table = openTable(env.table);
const queue = openQueue(env.entitlements);
const reverting = { table, shards: openQueue(env.shards) };
/** Followers that are changed at once; each is a transaction. */
const pageSize = 20;
const reserveMs = 8_000;

const ports = (remainingMs: () => number): ProjectionPorts => ({
  clock,
  defaultPlan: defaultPlanOf(env.defaultPlan),
  load: loadForProjection(table),
  ownVaults: (tenantId, most) => oldestVaults(table, tenantId, most),
  followers: (tenantId, cursor) => listFollowersOfTenant(table, tenantId, { limit: pageSize, cursor, oldestFirst: true }),
  follower: (followerId) => findFollower(table, followerId),
  put: (follower, place, at) => putPlace(table, follower, place, at),
  endFlip: (follower) => endLostFlip(follower, reverting),
  endOverlays: (tenantId, allowed) => endLostOverlays(tenantId, allowed, reverting),
  note: (tenantId, projected) => noteProjected(table, tenantId, projected),
  due: (tenant_id, at) => putDue(table, { tenant_id, at }),
  late: () => remainingMs() < reserveMs,
  goOn: (message) => sendOne(queue, projectionMessage(message, freshUlid())),
});

/** Goes through a tenant's followers after its plan or its status changed; one run of a tenant at a time. */
export const handler = queueDoor({
  handle: (body, { messageId }, context) =>
    project(
      body as ProjectionMessage,
      messageId,
      ports(() => context.getRemainingTimeInMillis()),
    ),
});
