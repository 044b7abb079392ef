import type { OverlayBody } from '../../../shared/domain/overlays/overlay.ts';
import { personas, type VaultBody } from '../../../shared/domain/vaults/vault.ts';
import type { Random } from './prng.ts';
import type { EventOf, Story } from './story.ts';

/** What happens to overlays, in virtual ms after the vault's opening. */
export type OverlayEvent =
  /** Begun by the vault's manager, or on its own follower by that one's tenant. */
  | {
      readonly kind: 'overlay';
      readonly atMs: number;
      readonly name: string;
      readonly follower: string | undefined;
      readonly body: OverlayOf;
    }
  | { readonly kind: 'end overlay'; readonly atMs: number; readonly name: string; readonly follower: string | undefined }
  /** A follower's tenant has flips and boosts in its plan, or has not. */
  | { readonly kind: 'plan'; readonly atMs: number; readonly follower: string; readonly has: boolean };

type Flip = Omit<Extract<OverlayBody, { kind: 'flip' }>, 'follower_id'>;
type OverlayOf = Flip | Extract<OverlayBody, { kind: 'persona' }>;

/** Who takes flips back while things fail: each alone must do. Afterwards all of them are well. */
export interface Nets {
  readonly timer: boolean;
  readonly sweep: boolean;
  /** How long after its time TTL deletes something; undefined for never. */
  readonly ttlLateMs: number | undefined;
}

export interface Overlaid {
  readonly flip_policy: NonNullable<VaultBody['flip_policy']>;
  readonly nets: Nets;
  readonly events: readonly EventOf[];
}

const hourMs = 3_600_000;
const netsOf: readonly Nets[] = [
  { timer: true, sweep: true, ttlLateMs: 0 },
  { timer: true, sweep: true, ttlLateMs: 48 * hourMs },
  { timer: true, sweep: false, ttlLateMs: undefined },
  { timer: false, sweep: false, ttlLateMs: 0 },
  { timer: false, sweep: false, ttlLateMs: 20_000 },
  { timer: false, sweep: true, ttlLateMs: undefined },
];

/** Flips of one follower and of the vault, personas, their early ends, plans that lose them. */
export function drawOverlays(
  random: Random,
  { followers, orders, endMs }: Pick<Story, 'followers' | 'orders' | 'endMs'>,
): Overlaid {
  const events: EventOf[] = [];
  let overMs = endMs;
  const count = random.int(1, 5);
  for (let n = 1; n <= count; n += 1) {
    const body = drawBody(random);
    const early = random.chance(0.6) ? random.int(-2000, Math.floor(endMs / 2)) : random.int(0, endMs);
    // Some begin or end about when an order comes.
    const order = random.pick(orders).atMs + random.int(-3000, 1000);
    const begins = random.chance(0.5) ? order : order - (body.ttl_seconds ?? 0) * 1000;
    const atMs = random.chance(0.4) ? Math.max(-90_000, begins) : early;
    const follower = body.kind === 'flip' && random.chance(0.55) ? random.pick(followers).name : undefined;
    events.push({ kind: 'overlay', atMs, name: `overlay-${n}`, follower, body });
    overMs = Math.max(overMs, atMs + (body.ttl_seconds ?? 0) * 1000);
    if (random.chance(0.2)) {
      const ends = { kind: 'end overlay', atMs: atMs + random.int(0, 25_000), name: `overlay-${n}`, follower } as const;
      events.push(ends);
    }
  }
  if (random.chance(0.2)) {
    const [follower, atMs] = [random.pick(followers).name, random.int(0, endMs)];
    events.push({ kind: 'plan', atMs, follower, has: false });
    if (random.chance(0.5)) events.push({ kind: 'plan', atMs: atMs + random.int(0, 20_000), follower, has: true });
  }
  events.push(...drawMeetings(random, { orders, endMs, overMs }));
  return {
    flip_policy: { min_ttl_s: 5, max_ttl_s: 86_400, max_amplify: '2' },
    nets: random.pick(netsOf),
    events,
  };
}

/** What meets overlays: a cancel while they last or afterwards, a halt. */
function* drawMeetings(
  random: Random,
  { orders, endMs, overMs }: { orders: Story['orders']; endMs: number; overMs: number },
): Iterable<EventOf> {
  const count = orders.reduce((n, o) => n + o.batch.length, 0);
  if (random.chance(0.35)) {
    const atMs = random.chance(0.5) ? random.int(0, endMs) : Math.min(overMs, 80_000) + random.int(0, 6000);
    yield { kind: 'cancel', atMs, order: random.int(1, count), filled: 0, twice: 'no' };
  }
  if (random.chance(0.12)) {
    const atMs = random.int(0, endMs);
    yield { kind: 'switch', atMs, body: { kind: 'halt' }, endsMs: atMs + random.int(2000, 15_000) };
  }
}

function drawBody(random: Random): OverlayOf {
  if (random.chance(0.7))
    return {
      kind: 'flip',
      amplify: random.pick(['0.35', '0.5', '1', '2', '0.07']),
      ttl_seconds: random.chance(0.9) ? random.int(5, 40) : random.pick([120, 1000, 5000]),
    };
  return {
    kind: 'persona',
    persona: random.pick(personas),
    ...(random.chance(0.4) ? { boost: random.pick(['-1', '-0.3', '0.5', '2']) } : {}),
    ...(random.chance(0.3) ? { invert: random.chance(0.5) } : {}),
    ...(random.chance(0.8) ? { ttl_seconds: random.int(5, 60) } : {}),
  };
}

export function* overlayFeatures({ nets, events }: Overlaid): Iterable<string> {
  for (const e of events) {
    if (e.kind === 'plan') yield e.has ? 'plan has flips' : 'plan lost flips';
    if (e.kind === 'end overlay') yield 'overlay ended early';
    if (e.kind === 'overlay')
      yield e.body.kind === 'persona' ? 'persona' : e.follower === undefined ? 'flip of the vault' : 'flip of one follower';
  }
  if (!nets.timer) yield nets.sweep ? 'only sweep reverts' : 'only TTL reverts';
}
