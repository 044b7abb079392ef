import { type Clock, timestamp } from '../../kit/clock.ts';
import { id, ulidFromCause } from '../../kit/ids.ts';
import { Refusal } from '../../kit/refusal.ts';
import { limits } from '../../wiring/limits.ts';
import type { AuditEvent } from '../audit/event.ts';
import type { AttemptResult, Delivery } from '../mirroring/attempt.ts';
import { notFound, permit, resource } from '../tenants/policy.ts';
import type { Principal } from '../tenants/principal.ts';
import { deliveryHeaders } from '../webhooks/signing.ts';
import type { FailureClass, TestDelivery, TestResult } from '../webhooks/test-event.ts';
import type { Follower } from './follower.ts';

export interface TestPorts {
  readonly clock: Clock;
  readonly find: (followerId: string) => Promise<Follower | undefined>;
  /** Counts it and records the intent, before anything leaves; false when there were too many in this minute. */
  readonly count: (follower: Follower, event: AuditEvent) => Promise<boolean>;
  readonly secrets: (follower: Follower, now: number) => Promise<readonly Uint8Array[]>;
  readonly deliver: (delivery: Delivery) => Promise<AttemptResult>;
  readonly failureClass: (result: AttemptResult) => FailureClass | undefined;
  /** Records what came of it. */
  readonly note: (event: AuditEvent) => Promise<void>;
}

export interface TestRequest {
  readonly followerId: string;
  readonly principal: Principal;
  readonly seed: string;
  readonly requestId: string;
}

/** What may pass on our side, name resolution and all, before an event leaves. */
const mayLeaveMs = limits.webhookTimeoutMs;

/**
 * Sends a signed test event to a follower's endpoint, by the same way as its orders, and tells what came of it. No order, no state
 * and no switch is looked at or moved: an endpoint can be tried while nothing may be sent. Run again it goes out again
 * under the same delivery id, as every delivery may.
 */
export async function testEndpoint(request: TestRequest, ports: TestPorts): Promise<TestResult> {
  const follower = await ports.find(request.followerId);
  permit(request.principal, 'testFollower', resource('follower', follower));
  if (follower === undefined) throw notFound('follower');
  if (follower.status === 'left') throw new Refusal(409, 'follower_left', 'The follower has left the vault.');
  const at = ports.clock();
  const delivery = deliveryTo(follower, id('evt', request.seed), at);
  if (!(await ports.count(follower, eventOf(request, follower, at, 'sending')))) throw tooMany(at);
  const result = await ports.deliver(delivery);
  const told = outcomeOf(delivery, result, ports.failureClass(result));
  await ports.note({ ...eventOf(request, follower, ports.clock(), 'sent'), after: told });
  const secrets = await ports.secrets(follower, at);
  const body = Buffer.from(delivery.body);
  const headers = deliveryHeaders({ ...delivery, body, timestamp: Math.floor(at / 1000), secrets });
  return { ...told, sent: { headers, body: delivery.body } };
}

function deliveryTo(follower: Follower, deliveryId: string, at: number): Delivery {
  const { follower_id, vault_id } = follower;
  const body: TestDelivery = { ts: timestamp(at), type: 'test', delivery_id: deliveryId, follower_id, vault_id };
  return { follower, deliveryId, attempt: 1, at, notAfter: at + mayLeaveMs, body: JSON.stringify(body) };
}

const outcomeOf = ({ deliveryId }: Delivery, result: AttemptResult, error: FailureClass | undefined) => ({
  delivery_id: deliveryId,
  delivered: result.kind === 'ack',
  ...(result.status === undefined ? {} : { status: result.status }),
  latency_ms: result.ms,
  ...(error === undefined ? {} : { error }),
});

const eventOf = (request: TestRequest, follower: Follower, at: number, what: 'sending' | 'sent'): AuditEvent => ({
  tenant_id: follower.tenant_id,
  entity: follower.follower_id,
  action: `follower.test_${what}`,
  by: request.principal.subject,
  at: timestamp(at),
  event_id: ulidFromCause(at, `${request.seed}/${what}`),
  request_id: request.requestId,
  after: { delivery_id: id('evt', request.seed) },
});

function tooMany(now: number): Refusal {
  const retry_after_seconds = 60 - (Math.floor(now / 1000) % 60);
  const detail = `A follower's endpoint is sent at most ${limits.testEventsPerMinute} test events a minute.`;
  return new Refusal(429, 'too_many_test_events', detail, { extra: { retry_after_seconds } });
}
