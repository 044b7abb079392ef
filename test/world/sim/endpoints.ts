import { resultOf } from '../../../shared/adapters/webhook/dispatcher.ts';
import type { AttemptResult, Delivery } from '../../../shared/domain/mirroring/attempt.ts';
import { add, type Decimal, decimal, negate, subtract, zero } from '../../../shared/kit/decimal.ts';
import type { Random } from './prng.ts';

/** What an endpoint is like: what it does when it does not simply answer 200, and how often. */
export interface Temper {
  readonly name: string;
  readonly moody: number;
  readonly moods: readonly Mood[];
  /** Answers 409 instead of 200 to what it has. */
  readonly conflicts: boolean;
  readonly slowMs: number;
}

/** `status`: what it answers. `takes`: whether it takes the order at that. The others never answer. */
type Mood =
  | { readonly kind: 'status'; readonly status: number; readonly takes?: boolean; readonly retryAfter?: number }
  | { readonly kind: 'cut' | 'timeout'; readonly takes: boolean; readonly lateMs?: number }
  | { readonly kind: 'refused' };

const status = (code: number, takes = false): Mood => ({ kind: 'status', status: code, takes });
const retrying: readonly Mood[] = [
  status(500),
  status(503),
  status(503, true),
  status(408),
  status(408, true),
  status(425),
  { kind: 'status', status: 429, retryAfter: 3 },
  { kind: 'status', status: 429, retryAfter: 40 },
];
const broken: readonly Mood[] = [
  { kind: 'cut', takes: true },
  { kind: 'cut', takes: false },
  { kind: 'timeout', takes: true },
  { kind: 'timeout', takes: false },
  { kind: 'timeout', takes: true, lateMs: 9000 },
  { kind: 'timeout', takes: true, lateMs: 45_000 },
  { kind: 'refused' },
];
const refusing: readonly Mood[] = [status(400), status(404), status(301), status(409), status(422)];

const well: Temper = { name: 'well', moody: 0, moods: [], conflicts: false, slowMs: 0 };
const tempers: readonly Temper[] = [
  well,
  well,
  { ...well, name: 'flaky', moody: 0.4, moods: [...retrying, ...broken] },
  { ...well, name: 'cutting', moody: 0.5, moods: broken, conflicts: true },
  { ...well, name: 'refusing', moody: 0.3, moods: refusing },
  { ...well, name: 'wild', moody: 0.6, moods: [...retrying, ...broken, ...refusing], conflicts: true },
  { ...well, name: 'gone', moody: 0.15, moods: [status(410)] },
  { ...well, name: 'slow', slowMs: 1500 },
  { ...well, name: 'slow and flaky', moody: 0.3, moods: [...retrying, ...broken], slowMs: 2500 },
  { ...well, name: 'dead', moody: 1, moods: [status(500)] },
  { ...well, name: 'down', moody: 1, moods: [{ kind: 'refused' }] },
];

export const drawTemper = (random: Random, calm: boolean): Temper => (calm ? well : random.pick(tempers));

/** The parts of a delivery's body that endpoints and invariants read. */
export interface Body {
  readonly ts: string;
  readonly type: string;
  /** Of a cancel: the child that it takes back. */
  readonly cancels?: string;
  readonly follower_order_id: string;
  readonly follower_id: string;
  readonly seq: number;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly qty: string;
  readonly position_after: string;
  readonly audit: unknown;
}

/** One request: what was sent, and what came of it; `refused` when no connection came about. */
export interface Arrival {
  readonly id: string;
  readonly followerId: string;
  readonly attempt: number;
  readonly at: number;
  readonly body: Body;
  readonly answer: string;
  readonly took: boolean;
  /** What it asked to wait. */
  readonly retryAfterMs: number;
}

export interface Taken {
  readonly id: string;
  readonly followerId: string;
  readonly body: Body;
  /** Signed; what of it counts in the end: all, until a report says less. */
  readonly qty: Decimal;
  counts: Decimal;
  /** It landed behind a later one of its symbol. */
  readonly behind: boolean;
}

/** How one request will be treated, drawn when it leaves. */
export interface Treatment {
  readonly mood: Mood | undefined;
  readonly ms: number;
}

/** The followers' endpoints: each takes a delivery id once, and applies it to its position. */
export class Endpoints {
  readonly arrivals: Arrival[] = [];
  readonly taken = new Map<string, Taken>();
  /** Children that a cancel took back: what of them lands later is not taken any more. */
  readonly canceled = new Set<string>();
  /** The newest seq that a follower has taken in a symbol. */
  readonly newest = new Map<string, number>();
  /** Signed position by follower and symbol. */
  readonly positions = new Map<string, Decimal>();
  /** Requests that may still land though nobody waits for them. */
  landing = 0;
  /** Told of every request that comes in, before it is answered. */
  onArrival: (delivery: Delivery, body: Body) => void = () => undefined;
  onTaken: (taken: Taken) => void = () => undefined;
  readonly #tempers = new Map<string, Temper>();
  readonly #random: Random;
  #calm = false;

  constructor(random: Random) {
    this.#random = random;
  }

  open(followerId: string, temper: Temper): void {
    this.#tempers.set(followerId, temper);
  }

  /** From now on all of them are well. */
  calm(): void {
    this.#calm = true;
  }

  /** What a follower took in a symbol, in sequence. */
  takenBy(followerId: string, symbol: string): Taken[] {
    return [...this.taken.values()].filter((t) => t.followerId === followerId && t.body.symbol === symbol);
  }

  treat(followerId: string): Treatment {
    const temper = this.#tempers.get(followerId) ?? well;
    const random = this.#random;
    const moody = random.chance(temper.moody) && !this.#calm;
    const mood = moody ? random.pick(temper.moods) : undefined;
    const slow = temper.slowMs > 0 && !this.#calm && random.chance(0.7);
    const ms = mood?.kind === 'timeout' ? 5000 : slow ? temper.slowMs + random.int(-400, 2000) : random.int(5, 60);
    return { mood, ms };
  }

  /** A request comes in. */
  answer(delivery: Delivery, { mood, ms }: Treatment, at: number, later: (ms: number, run: () => void) => void): AttemptResult {
    const body = JSON.parse(delivery.body) as Body;
    const { deliveryId: id, attempt } = delivery;
    const retryAfterMs = mood?.kind === 'status' ? (mood.retryAfter ?? 0) * 1000 : 0;
    const record = (answer: string, took: boolean) =>
      this.arrivals.push({ id, followerId: body.follower_id, attempt, at, body, answer, took, retryAfterMs });
    if (mood?.kind === 'refused') {
      record('refused', false);
      return { kind: 'retry', certain: true, error: 'ECONNREFUSED', ms };
    }
    this.onArrival(delivery, body);
    const had = this.taken.has(id);
    if (mood !== undefined && mood.kind !== 'status') {
      if (mood.takes && mood.lateMs !== undefined) {
        this.landing += 1;
        later(mood.lateMs, () => {
          this.landing -= 1;
          this.#take(id, body);
        });
      } else if (mood.takes) this.#take(id, body);
      record(mood.kind, mood.takes);
      return { kind: 'retry', certain: false, error: mood.kind === 'cut' ? 'UND_ERR_SOCKET' : 'timeout', ms };
    }
    const code = this.#code(mood, had, attempt, body);
    if (code < 300 || mood?.takes === true) this.#take(id, body);
    record(String(code), code < 300 || mood?.takes === true);
    return { ...resultOf(code, mood?.retryAfter), ms };
  }

  #code(mood: Extract<Mood, { kind: 'status' }> | undefined, had: boolean, attempt: number, body: Body): number {
    const temper = this.#tempers.get(body.follower_id) ?? well;
    if (mood === undefined) return had && temper.conflicts ? 409 : 200;
    // 409 means `I have it` after an attempt of unknown outcome: an honest endpoint says so only when it is true.
    return mood.status === 409 && !had && attempt > 1 ? 422 : mood.status;
  }

  #take(id: string, body: Body): void {
    if (this.taken.has(id) || this.canceled.has(id)) return;
    if (body.cancels !== undefined) this.canceled.add(body.cancels);
    const key = `${body.follower_id} ${body.symbol}`;
    const stood = this.positions.get(key) ?? zero;
    const signed = body.side === 'sell' ? negate(decimal(body.qty)) : decimal(body.qty);
    // Who works with absolute positions goes by seq: what lands behind a later one says where it stood before that.
    const behind = body.seq < (this.newest.get(key) ?? 0);
    const qty = body.type === 'cancel' && !behind ? subtract(decimal(body.position_after), stood) : signed;
    this.newest.set(key, Math.max(body.seq, this.newest.get(key) ?? 0));
    const taken: Taken = { id, followerId: body.follower_id, body, qty, counts: qty, behind };
    this.taken.set(id, taken);
    this.positions.set(key, add(stood, qty));
    this.onTaken(taken);
  }

  /** A child ended with only a part of it filled; one that was taken back ended with nothing. */
  correct(taken: Taken, counts: Decimal): void {
    if (this.canceled.has(taken.id)) return;
    const key = `${taken.followerId} ${taken.body.symbol}`;
    this.positions.set(key, subtract(add(this.positions.get(key) ?? zero, counts), taken.counts));
    taken.counts = counts;
  }
}
