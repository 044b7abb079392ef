import { signingKeys } from '../../shared/adapters/secrets/signing-keys.ts';
import { webhookDispatcher } from '../../shared/adapters/webhook/dispatcher.ts';
import type { Follower } from '../../shared/domain/followers/follower.ts';
import type { Dispatcher } from '../../shared/domain/mirroring/attempt.ts';
import { childOrderBody } from '../../shared/domain/mirroring/delivery.ts';
import type { OrderEntry } from '../../shared/domain/mirroring/order.ts';
import { type ClaimRow, inputsOf, levelsOf, movementOf, type StoredLevels, size } from '../../shared/domain/mirroring/plan.ts';
import { flat } from '../../shared/domain/mirroring/sizing.ts';
import { add, type Decimal, decimal, format } from '../../shared/kit/decimal.ts';
import { childId, ulidOf } from '../../shared/kit/ids.ts';

/** What both peers share with the platform: its sizing, its bodies, its signatures, its HTTP client. Nothing is simpler here. */
export const peerKeys = signingKeys('arn:bench:masterSecret');
let made: Dispatcher | undefined;
/** Made when it is first used: an agent made before the endpoints listen would open sockets. */
const dispatcher = (): Dispatcher => {
  made ??= webhookDispatcher({ targets: 'public', keys: peerKeys });
  return made;
};

/** The same child ids as the platform's. */
export const idOfChild = (entry: OrderEntry, { shard, place }: Follower): string =>
  childId({ cause: ulidOf(entry.manager_order_id), shard, place, leg: 0 });

const stored = (levels: Record<keyof StoredLevels, Decimal>): StoredLevels => ({
  baseline: format(levels.baseline),
  target: format(levels.target),
  base_want: format(levels.base_want),
  want: format(levels.want),
  told: format(levels.told),
});
export const flatLevels: StoredLevels = stored(flat);

/** One follower's child, sized. */
export function planChild(entry: OrderEntry, follower: Follower, before: StoredLevels): ClaimRow {
  const levels = levelsOf(before);
  const inputs = inputsOf(follower, entry.order.symbol, levels.told);
  const sized = size(levels, movementOf(entry), inputs);
  const qty = format(sized.qty);
  const sends = qty !== '0' && !follower.kill_switch && follower.mode !== 'shadow';
  return {
    place: follower.place,
    ver: follower.ver,
    joined: follower.joined_seq,
    inputs,
    before,
    after: stored(sized.after),
    phase: sized.phase,
    qty,
    fate: sends ? 'send' : 'skip',
  } as ClaimRow;
}

/** The levels after a child: told moves when it happened. */
export const levelsAfter = (row: ClaimRow, happened: boolean): StoredLevels => ({
  ...row.after,
  told: happened ? format(add(decimal(row.before.told), decimal(row.qty))) : row.before.told,
});

/** Sends a child; true when its endpoint took it. */
export async function deliver(entry: OrderEntry, row: ClaimRow, follower: Follower): Promise<boolean> {
  const at = Date.now();
  const result = await dispatcher().deliver({
    follower,
    deliveryId: idOfChild(entry, follower),
    attempt: 1,
    at,
    notAfter: at + 60_000,
    body: childOrderBody(entry, row, follower, { number: 1, at: new Date(at).toISOString() }),
  });
  return result.kind === 'ack';
}
