/** Unknown children (SPEC 6.2): their endpoint is asked with a test event; one that answers again is sent what it may have missed. */
import { type Clock, timestamp } from '../../kit/clock.ts';
import { id, ulidFromCause } from '../../kit/ids.ts';
import { limits } from '../../wiring/limits.ts';
import type { AuditEvent } from '../audit/event.ts';
import type { Follower } from '../followers/follower.ts';
import type { AttemptResult, Delivery } from '../mirroring/attempt.ts';
import type { Child } from '../mirroring/child.ts';
import type { ShardKey } from '../mirroring/claim.ts';
import { switchCode } from '../mirroring/plan.ts';
import { statusAt } from '../vaults/status.ts';
import type { TestDelivery } from '../webhooks/test-event.ts';
import type { Books } from './compare.ts';
import type { Part } from './report.ts';

export interface ProbePorts {
  readonly clock: Clock;
  readonly unknown: (follower: Follower) => Promise<readonly Child[]>;
  readonly audit: (event: AuditEvent) => Promise<void>;
  readonly deliver: (delivery: Delivery) => Promise<AttemptResult>;
  /** Its unknown children ask their shard to go out again. */
  readonly askAgain: (follower: Follower, at: string) => Promise<void>;
}

/** Endpoints asked beside each other. */
const atOnce = 10;

export async function probeUnknown(
  _key: ShardKey,
  { view, vault, now }: Books,
  ports: ProbePorts,
): Promise<{ unknown: Part['unknown']; asked: boolean }> {
  const uncertain = view.roster.filter(({ unknown }) => Object.keys(unknown).length > 0);
  const children = (await Promise.all(uncertain.map((f) => ports.unknown(f)))).flat();
  const oldest_at = children.map(({ created_at }) => created_at).sort()[0] ?? null;
  // Who may be sent nothing now is not asked either, and one that still has a lane hears from that.
  const sendable = uncertain.filter(
    (f) => switchCode(f, statusAt(vault, now)) === undefined && f.mode !== 'shadow' && f.lane_in <= f.lane_out,
  );
  let answered = 0;
  for (let i = 0; i < sendable.length; i += atOnce) {
    const heard = await Promise.all(sendable.slice(i, i + atOnce).map((f) => probe(f, ports)));
    answered += heard.filter(Boolean).length;
  }
  const unknown = { children: children.length, oldest_at, probed: sendable.length, answered };
  return { unknown, asked: answered > 0 };
}

async function probe(follower: Follower, ports: ProbePorts): Promise<boolean> {
  const at = ports.clock();
  const deliveryId = id('evt', ulidFromCause(at, `probe/${follower.follower_id}`));
  const { follower_id, vault_id } = follower;
  await ports.audit({
    tenant_id: follower.tenant_id,
    entity: follower_id,
    action: 'follower.probed',
    by: 'platform',
    at: timestamp(at),
    event_id: ulidFromCause(at, `probed/${follower_id}`),
    after: { delivery_id: deliveryId, unknown: Object.keys(follower.unknown).length },
  });
  const body: TestDelivery = { ts: timestamp(at), type: 'test', delivery_id: deliveryId, follower_id, vault_id };
  const notAfter = at + limits.webhookTimeoutMs;
  const result = await ports.deliver({ follower, deliveryId, attempt: 1, at, notAfter, body: JSON.stringify(body) });
  if (result.kind !== 'ack') return false;
  await ports.askAgain(follower, timestamp(ports.clock()));
  return true;
}
