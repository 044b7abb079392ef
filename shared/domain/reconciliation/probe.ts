/** Unknown children (SPEC 6.2): their endpoint is asked with a test event; one that answers again is sent what it may have missed. */
import { type Clock, timestamp } from '../../kit/clock.ts';
import { absolute, decimal, sign, subtract, zero } from '../../kit/decimal.ts';
import { id, ulidFromCause } from '../../kit/ids.ts';
import { limits } from '../../wiring/limits.ts';
import type { AuditEvent } from '../audit/event.ts';
import type { Follower } from '../followers/follower.ts';
import type { AttemptResult, Delivery } from '../mirroring/attempt.ts';
import type { Child } from '../mirroring/child.ts';
import { standing, switchCode } from '../mirroring/plan.ts';
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

export async function probeUnknown(books: Books, ports: ProbePorts): Promise<{ unknown: Part['unknown']; asked: boolean }> {
  const uncertain = books.view.roster.filter(({ unknown }) => Object.keys(unknown).length > 0);
  const all = await Promise.all(uncertain.map(async (f) => ({ follower: f, children: await ports.unknown(f) })));
  const children = all.flatMap((one) => one.children);
  const oldest_at = children.map(({ created_at }) => created_at).sort()[0] ?? null;
  const worth = all.filter(
    (one) => isSendable(books, one.follower) && one.children.some((c) => isWanted(books, one.follower, c)),
  );
  let answered = 0;
  for (let i = 0; i < worth.length; i += atOnce) {
    const heard = await Promise.all(worth.slice(i, i + atOnce).map(({ follower }) => probe(follower, ports)));
    answered += heard.filter(Boolean).length;
  }
  const unknown = { children: children.length, oldest_at, probed: worth.length, answered };
  return { unknown, asked: answered > 0 };
}

/** Who may be sent nothing now is not asked either, and one that still has a lane hears from that. */
const isSendable = ({ vault, now }: Books, f: Follower): boolean =>
  switchCode(f, statusAt(vault, now)) === undefined && f.mode !== 'shadow' && f.lane_in <= f.lane_out;

/** Whether want may still cover it (SPEC 6.2); its shard decides. */
function isWanted({ ledgers }: Books, follower: Follower, { symbol, row }: Child): boolean {
  const ledger = ledgers.find((l) => l.symbol === symbol);
  const { want, told } = standing(follower, symbol, ledger?.rows.get(follower.place));
  const [qty, missing] = [decimal(row.qty), subtract(want, told)];
  return qty === zero || (sign(qty) === sign(missing) && absolute(qty) <= absolute(missing));
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
