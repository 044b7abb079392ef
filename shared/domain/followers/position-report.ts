import { type Clock, milliseconds, timestamp } from '../../kit/clock.ts';
import { decimal, format } from '../../kit/decimal.ts';
import { Refusal } from '../../kit/refusal.ts';
import { heldAt } from '../mirroring/held.ts';
import { notFound, permit, resource } from '../tenants/policy.ts';
import type { Principal } from '../tenants/principal.ts';
import type { Follower, PositionReport } from './follower.ts';

export interface PositionReportPorts {
  readonly clock: Clock;
  readonly backOff: (attempt: number) => Promise<void>;
  readonly find: (followerId: string) => Promise<Follower | undefined>;
  /** What is held with its audit event; false when that is not as it was read. */
  readonly save: (follower: Follower, held: Readonly<Record<string, string>>, reported: Reported) => Promise<boolean>;
}
export interface Reported {
  readonly follower_id: string;
  readonly ts: string;
  readonly positions: PositionReport['positions'];
}

const saveTries = 20;
/** How far a time may lie ahead of our clock. */
const futureToleranceMs = 5000;

/**
 * What a follower's account holds, read at a time (SPEC 6.6): it takes the place of what its fills up to then add up to. It moves nothing
 * by itself; a later one stands, in whatever order they are told. Said again it changes nothing.
 */
export async function reportPositions(
  { principal, followerId, body }: { principal: Principal; followerId: string; body: PositionReport },
  ports: PositionReportPorts,
): Promise<Reported> {
  for (let attempt = 1; attempt <= saveTries; attempt += 1) {
    const follower = await ports.find(followerId);
    permit(principal, 'reportPositions', resource('follower', follower));
    if (follower === undefined) throw notFound('follower');
    if (follower.status === 'left') throw new Refusal(409, 'follower_left', 'The follower has left the vault.');
    const reported = reportedOf(followerId, body, ports.clock());
    if (await ports.save(follower, heldWith(follower, reported), reported)) return reported;
    await ports.backOff(attempt);
  }
  throw new Error(`follower ${followerId} was written by others ${saveTries} times in a row`);
}

function reportedOf(follower_id: string, body: PositionReport, now: number): Reported {
  const at = milliseconds(body.ts);
  if (at > now + futureToleranceMs) {
    const errors = [{ pointer: '/ts', detail: 'lies more than 5 s in the future' }];
    throw new Refusal(422, 'position_in_future', 'ts lies more than 5 s in the future.', { errors });
  }
  const positions = body.positions.map(({ symbol, qty }) => ({ symbol, qty: format(decimal(qty)) }));
  return { follower_id, ts: timestamp(at), positions };
}

function heldWith({ held = {} }: Follower, { positions, ts }: Reported): Record<string, string> {
  const news = positions.flatMap(({ symbol, qty }) => {
    const text = heldAt(held[symbol], qty, ts);
    return text === undefined ? [] : [[symbol, text] as const];
  });
  return { ...held, ...Object.fromEntries(news) };
}
