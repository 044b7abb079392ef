import type { FollowerBody, FollowerPatch } from '../../../shared/domain/followers/follower.ts';
import type { ManagerOrderBody } from '../../../shared/domain/mirroring/order.ts';
import type { SwitchBody } from '../../../shared/domain/overlays/overlay.ts';
import type { VaultBody } from '../../../shared/domain/vaults/vault.ts';
import { drawTemper, type Temper } from './endpoints.ts';
import type { Random } from './prng.ts';
import { drawOverlays, type Overlaid, type OverlayEvent, overlayFeatures } from './story-overlays.ts';

/** What happens in a run, in virtual ms after the vault's opening. */
export interface Story {
  readonly vault: Pick<VaultBody, 'instruments' | 'max_age_s'>;
  readonly shardSize: number;
  readonly followers: readonly FollowerOf[];
  readonly orders: readonly OrderOf[];
  readonly events: readonly EventOf[];
  /** Flips and personas, where the story has any. */
  readonly overlaid?: Overlaid;
  readonly endMs: number;
  /** Names of what this story has in it. */
  readonly features: ReadonlySet<string>;
}

export interface FollowerOf {
  readonly name: string;
  readonly joinsMs: number;
  readonly foreign: boolean;
  readonly body: Omit<FollowerBody, 'webhook'>;
  readonly temper: Temper;
  /** It reports its fills: all of them, or it may also cancel what is left of a child. */
  readonly reports: 'no' | 'fills' | 'cancels';
}

/** Orders of one batch stand together; `copies` are asked for at once. */
export interface OrderOf {
  readonly atMs: number;
  readonly way: 'api' | 'bus';
  readonly copies: number;
  readonly batch: readonly Omit<ManagerOrderBody, 'ts'>[];
}

export type EventOf =
  | OverlayEvent
  | {
      readonly kind: 'patch';
      readonly atMs: number;
      readonly follower: string;
      readonly patch: FollowerPatch;
      readonly byManager: boolean;
    }
  | { readonly kind: 'switch'; readonly atMs: number; readonly body: SwitchBody; readonly endsMs: number | undefined }
  | { readonly kind: 'close_only'; readonly atMs: number; readonly follower: string; readonly on: boolean }
  | { readonly kind: 'word'; readonly atMs: number; readonly word: 'settle' | 'redrive' }
  /** Of the n-th order; asked for twice by the same request, or by two. */
  | {
      readonly kind: 'cancel';
      readonly atMs: number;
      readonly order: number;
      readonly filled: number;
      readonly twice: 'no' | 'same' | 'other';
    }
  | { readonly kind: 'leave'; readonly atMs: number; readonly follower: string; readonly positions: 'keep' | 'flatten' };

type Instrument = { readonly increment: string; readonly min_qty?: string; readonly min_notional?: string };
const instruments: Readonly<Record<string, readonly Instrument[]>> = {
  IBM: [{ increment: '1' }, { increment: '1', min_qty: '2' }, { increment: '5' }],
  'BTC-USD': [{ increment: '0.01' }, { increment: '0.01', min_notional: '25' }, { increment: '0.00000001' }],
};

/**
 * A story from a seed. A calm one is drawn where nothing fails, so that what it must come to can be said exactly. Overlays are drawn
 * from a source of their own: every second story has some.
 */
export function drawStory(random: Random, calm: boolean, overlays: Random): Story {
  const features = new Set<string>();
  const symbols = random.chance(0.4) ? Object.keys(instruments) : [random.pick(Object.keys(instruments))];
  const followers = Array.from({ length: random.int(2, random.chance(0.2) ? 8 : 5) }, (_, i) =>
    drawFollower(random, i, symbols, calm),
  );
  const orders = drawOrders(random, symbols);
  const endMs = (orders.at(-1)?.atMs ?? 0) + random.int(1000, 40_000);
  const count = orders.reduce((n, o) => n + o.batch.length, 0);
  const events = random.chance(0.6) ? drawEvents(random, { followers, symbols, endMs, count }) : [];
  const overlaid = overlays.chance(0.5) ? drawOverlays(overlays, { followers, orders, endMs }) : undefined;
  for (const name of overlaid === undefined ? [] : overlayFeatures(overlaid)) features.add(name);
  for (const f of followers) for (const name of featuresOf(f)) features.add(name);
  for (const o of orders) for (const name of orderFeatures(o)) features.add(name);
  for (const e of [...events, ...(overlaid?.events ?? [])]) features.add(eventFeature(e));
  return {
    vault: {
      instruments: Object.fromEntries(symbols.map((s) => [s, random.pick(instruments[s] ?? [])])),
      max_age_s: random.pick([300, 300, 60, 20]),
    },
    shardSize: random.int(2, 3),
    followers,
    orders,
    events: [...events, ...(overlaid?.events ?? [])],
    ...(overlaid === undefined ? {} : { overlaid }),
    endMs,
    features,
  };
}

function drawFollower(random: Random, i: number, symbols: readonly string[], calm: boolean): FollowerOf {
  const mode = random.pick(['proportional', 'proportional', 'capped', 'shadow'] as const);
  const capped = mode === 'capped' || random.chance(0.1);
  const joinsLate = random.chance(0.2);
  const deny = random.chance(0.1) ? { symbols: { deny: [random.pick(symbols)] } } : {};
  return {
    name: `f${i}`,
    joinsMs: joinsLate ? random.int(0, 40_000) : -100_000 + i,
    foreign: random.chance(0.3),
    body: {
      mode,
      scale: random.pick(['1', '0.5', '0.33', '1.5', '0.29', '2', '0.01', '0.7']),
      ...(capped ? { max_pos_usd: random.pick(['50', '200', '1000', '17.5']) } : {}),
      ...(random.chance(0.2) ? { allow_short: false } : {}),
      ...(random.chance(0.05) ? { kill_switch: true } : {}),
      ...(joinsLate && mode !== 'shadow' && random.chance(0.6) ? { join: 'sync' as const } : {}),
      ...(random.chance(0.05) ? { scale_basis: 'nav' as const } : {}),
      ...deny,
    },
    temper: drawTemper(random, calm),
    reports: random.pick(['no', 'no', 'no', 'fills', 'cancels']),
  };
}

function* featuresOf({ body, foreign, temper, reports, joinsMs }: FollowerOf): Iterable<string> {
  yield `mode ${body.mode}`;
  yield `endpoint ${temper.name}`;
  if (body.max_pos_usd !== undefined) yield 'cap';
  if (body.allow_short === false) yield 'no short';
  if (body.scale_basis === 'nav') yield 'nav';
  if (body.symbols !== undefined) yield 'denied symbol';
  if (foreign) yield 'foreign tenant';
  if (reports !== 'no') yield `reports ${reports}`;
  if (joinsMs > 0) yield body.join === 'sync' ? 'late join by sync' : 'late join';
}

function* orderFeatures({ way, copies, batch }: OrderOf): Iterable<string> {
  yield `order by ${way}`;
  if (copies > 1) yield 'duplicates at once';
  if (batch.length > 1) yield 'batch';
  for (const o of batch) {
    if (o.reduce_only === true) yield 'reduce_only';
    if (o.order_type === 'limit') yield 'limit';
    if (o.prev_external_id !== undefined) yield 'predecessor';
  }
}

function eventFeature(e: EventOf): string {
  if (e.kind === 'patch') return `patch ${Object.keys(e.patch).join('+')}`;
  if (e.kind === 'leave') return `leave ${e.positions}`;
  if (e.kind === 'switch' || e.kind === 'overlay') return e.body.kind;
  return e.kind === 'word' ? e.word : e.kind;
}

/** The manager's book, as far as the story knows what will be accepted. */
type Book = Map<string, number>;

function drawOrders(random: Random, symbols: readonly string[]): OrderOf[] {
  const book: Book = new Map();
  const gaps = random.pick([
    [0, 400],
    [0, 3000],
    [500, 20_000],
    [0, 60_000],
  ] as const);
  const orders: OrderOf[] = [];
  let atMs = 0;
  let made = 0;
  const count = random.int(3, random.chance(0.3) ? 10 : 6);
  while (made < count) {
    const way = random.pick(['api', 'bus'] as const);
    const size = way === 'bus' && random.chance(0.25) ? random.int(2, 3) : 1;
    const batch = Array.from({ length: size }, () => {
      made += 1;
      return drawOrder(random, { n: made, symbol: random.pick(symbols), book, way });
    });
    orders.push({ atMs, way, copies: random.chance(0.15) ? random.int(2, 3) : 1, batch });
    atMs += random.int(gaps[0], gaps[1]);
  }
  return orders;
}

function drawOrder(
  random: Random,
  { n, symbol, book, way }: { n: number; symbol: string; book: Book; way: 'api' | 'bus' },
): Omit<ManagerOrderBody, 'ts'> {
  const held = book.get(symbol) ?? 0;
  const unit = symbol === 'IBM' ? 1 : 0.05;
  const some = random.int(1, 40);
  const what = held === 0 ? 'more' : random.pick(['more', 'more', 'less', 'all', 'cross'] as const);
  const units =
    what === 'all'
      ? Math.abs(held)
      : what === 'less'
        ? Math.min(Math.abs(held), some)
        : what === 'cross'
          ? Math.abs(held) + some
          : some;
  const grows = held === 0 ? random.chance(0.7) : held > 0;
  const buys = what === 'more' ? grows : !grows;
  book.set(symbol, held + (buys ? units : -units));
  const price = random.pick(['10', '7.25', '100', '33.3']);
  const limit = random.chance(0.15);
  return {
    external_id: `order-${n}`,
    symbol,
    side: buys ? 'buy' : 'sell',
    qty: unit === 1 ? String(units) : (units * unit).toFixed(2),
    order_type: limit ? 'limit' : 'market',
    ...(limit ? { limit_price: price } : {}),
    time_in_force: random.pick(['day', 'gtc'] as const),
    ref_price: price,
    ...(random.chance(0.12) ? { reduce_only: true } : {}),
    ...(way === 'bus' && n > 1 && random.chance(0.25) ? { prev_external_id: `order-${n - 1}` } : {}),
  };
}

interface Cast {
  readonly followers: readonly FollowerOf[];
  readonly symbols: readonly string[];
  readonly endMs: number;
  readonly count: number;
}

function drawEvents(random: Random, { followers, symbols, endMs, count }: Cast): EventOf[] {
  return Array.from({ length: random.int(1, 5) }, (): EventOf => {
    const atMs = random.int(0, endMs);
    const { name: follower, body } = random.pick(followers);
    const kind = random.pick([
      'patch',
      'patch',
      'patch',
      'cancel',
      'cancel',
      'switch',
      'close_only',
      'settle',
      'redrive',
      'leave',
    ] as const);
    if (kind === 'leave') return { kind, atMs, follower, positions: random.pick(['keep', 'flatten', 'flatten'] as const) };
    if (kind === 'cancel') {
      const filled = random.pick([0, 0, 0, 0.5, 1]);
      return { kind, atMs, order: random.int(1, count), filled, twice: random.pick(['no', 'no', 'same', 'other'] as const) };
    }
    if (kind === 'settle' || kind === 'redrive') return { kind: 'word', atMs, word: kind };
    if (kind === 'close_only') return { kind, atMs, follower, on: random.chance(0.6) };
    if (kind === 'switch') {
      const ttl = random.chance(0.7) ? { ttl_seconds: random.int(5, 40) } : {};
      const endsMs = random.chance(0.5) || ttl.ttl_seconds === undefined ? atMs + random.int(500, 30_000) : undefined;
      return { kind, atMs, body: { kind: random.pick(['halt', 'maintenance'] as const), ...ttl }, endsMs };
    }
    const byManager = random.chance(0.15);
    return { kind, atMs, follower, byManager, patch: byManager ? { kill_switch: true } : drawPatch(random, body.mode, symbols) };
  });
}

function drawPatch(random: Random, mode: string, symbols: readonly string[]): FollowerPatch {
  if (mode === 'shadow' && random.chance(0.6)) return { mode: 'proportional' };
  const choices: readonly FollowerPatch[] = [
    { kill_switch: true },
    { kill_switch: true },
    { kill_switch: false },
    { scale: random.pick(['0.25', '3', '1']) },
    { max_pos_usd: random.pick(['30', '400']) },
    { mode: mode === 'shadow' ? 'proportional' : 'shadow' },
    { mode: 'proportional' },
    { symbols: { deny: [random.pick(symbols)] } },
    { symbols: null },
    { allow_short: random.chance(0.5) },
    { reduce_only: random.chance(0.6) },
    { webhook: { url: 'https://endpoint.example/moved' } },
    { join: 'sync' },
    { scale: '0.6', join: 'sync' },
  ];
  return random.pick(choices);
}
