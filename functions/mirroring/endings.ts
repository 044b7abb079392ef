import { readMark } from '../../shared/adapters/dynamo/cancel-store.ts';
import { readChild } from '../../shared/adapters/dynamo/child-reads.ts';
import { listDeadLetters as listStored } from '../../shared/adapters/dynamo/dead-letters.ts';
import { readLedger } from '../../shared/adapters/dynamo/line-reads.ts';
import { findFollower, findVault } from '../../shared/adapters/dynamo/lookups.ts';
import { shardOf } from '../../shared/adapters/dynamo/moved.ts';
import { putAsk, resendAsk, wasAsked } from '../../shared/adapters/dynamo/resend-store.ts';
import { settle } from '../../shared/adapters/dynamo/settle-store.ts';
import { bellMessage, openQueue, sendOne } from '../../shared/adapters/sqs/queue.ts';
import { resendCause } from '../../shared/domain/mirroring/asks.ts';
import { type Child, laneEnded } from '../../shared/domain/mirroring/child.ts';
import { standing, switchCode } from '../../shared/domain/mirroring/plan.ts';
import { isCovered } from '../../shared/domain/mirroring/plan-line.ts';
import { settleChild } from '../../shared/domain/mirroring/settle.ts';
import { childOrderView } from '../../shared/domain/mirroring/views.ts';
import { actingTenant, notFound } from '../../shared/domain/tenants/policy.ts';
import type { Principal } from '../../shared/domain/tenants/principal.ts';
import { statusAt } from '../../shared/domain/vaults/status.ts';
import { timestamp } from '../../shared/kit/clock.ts';
import { Refusal } from '../../shared/kit/refusal.ts';
import { readEnv } from '../../shared/wiring/env.ts';
import { clock } from '../edge/entropy.ts';
import { logger } from '../edge/observe.ts';
import { pageOfQuery } from '../edge/paging.ts';
import type { ApiAnswer, ApiRequest } from '../edge/request.ts';
import { table } from './api-table.ts';
import { canceledChildOf, cancelStanding, type Found, findChild, requireExpanded } from './child-reads.ts';

const shards = openQueue(readEnv('mirroring-api').shards);

export async function settleFollowerOrder({ principal, params, body }: ApiRequest<{ happened: boolean }>): Promise<ApiAnswer> {
  const caller = principal as Principal;
  const found = await findChild(caller, 'settleFollowerOrder', params['follower_order_id'] as string);
  requireExpanded(found);
  let { guard } = await cancelStanding(found);
  const { entry, claim, row, follower } = found;
  const read = async () => {
    const now = await findFollower(table, follower.follower_id);
    if (now === undefined) throw notFound('follower_order');
    // Read anew at each try: a cancel may have come between.
    ({ guard } = await cancelStanding(found));
    return { follower: now, child: await readChild(table, now, entry) };
  };
  await settleChild(
    { happened: body.happened, by: caller.subject },
    {
      clock,
      read,
      settle: (s) => settle(table, s, guard),
      canceledChild: () => canceledChildOf(found),
    },
  );
  return { body: childOrderView(entry, claim, row, follower, (await read()).child) };
}

export async function listDeadLetters({ principal, query }: ApiRequest): Promise<ApiAnswer> {
  return { body: await listStored(table, actingTenant(principal as Principal), pageOfQuery(query)) };
}

/** Asks the child's shard to send it once more; what came of it stands on the child. */
export async function redriveDeadLetter(request: ApiRequest): Promise<ApiAnswer> {
  const caller = request.principal as Principal;
  const found = await findChild(caller, 'redriveDeadLetter', request.params['follower_order_id'] as string);
  requireExpanded(found);
  const { child, follower } = found;
  const asked = { body: { follower_order_id: found.child?.follower_order_id ?? '' } };
  if (child !== undefined && (await wasAsked(table, shardOf(child), resendCause(child.follower_order_id, request.seed))))
    return asked;
  requireDead(child);
  if (found.entry.kind === 'order' && (await readMark(table, shardOf(child), child.seq)) !== undefined) {
    throw new Refusal(409, 'order_canceled', 'Its order was canceled: it is not sent any more.');
  }
  await requireSendable(found);
  await requireCovered(found, child);
  const ask = resendAsk(follower, child.follower_order_id, {
    why: request.seed,
    at: timestamp(clock()),
    by: caller.subject,
  });
  await putAsk(table, shardOf(child), ask);
  const bell = { ...shardOf(child), seq: 0 };
  // What is not rung, sweep rings.
  await sendOne(shards, bellMessage(bell, request.seed)).catch((error: Error) => logger.warn('shard was not rung', { error }));
  return asked;
}

/** Refused, rather than asked for in vain, when it would leave the follower elsewhere than it should stand (SPEC 6.2). */
async function requireCovered({ entry, follower }: Found, child: Child): Promise<void> {
  if (child.attempts === 0) return;
  const { rows } = await readLedger(table, shardOf(child), child.symbol);
  if (isCovered({ entry, child }, standing(follower, child.symbol, rows.get(child.place)))) return;
  throw new Refusal(
    409,
    'not_covered',
    'Sent now it would leave the follower elsewhere than it should stand: settle it instead.',
  );
}

/** Refused, rather than skipped without a word, while a switch is on. */
async function requireSendable({ entry, follower }: Found): Promise<void> {
  const vault = await findVault(table, follower.vault_id);
  const code = vault === undefined ? undefined : switchCode(follower, statusAt(vault, clock()), entry.kind);
  const why = code ?? (follower.mode === 'shadow' ? 'shadow' : undefined);
  if (why !== undefined) throw new Refusal(409, 'not_sendable', `Nothing can be sent to this follower now: ${why}.`);
}

function requireDead(child: Child | undefined): asserts child is Child {
  if (child !== undefined && laneEnded.has(child.state) && (child.unknown || child.state === 'dead_lettered')) return;
  throw new Refusal(409, 'not_dead', 'This child is no dead letter, and it is known whether it happened.');
}
