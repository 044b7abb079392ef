import { resultOf } from '../../../shared/adapters/webhook/dispatcher.ts';
import type { AttemptResult, Delivery } from '../../../shared/domain/mirroring/attempt.ts';

/**
 * What an endpoint does with a request: a status; `cut`: it takes the order, and its answer is lost; `refused`: no
 * connection; `broken`: our own side throws before anything leaves.
 */
export type Answer = number | 'cut' | 'refused' | 'broken';
export interface Arrival {
  readonly deliveryId: string;
  readonly name: string;
  readonly attempt: number;
  readonly at: number;
  readonly body: ChildOrder;
  readonly answer: Answer;
}
export interface ChildOrder {
  readonly ts: string;
  readonly follower_order_id: string;
  readonly follower_id: string;
  readonly seq: number;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly qty: string;
  readonly position_after: string;
  readonly audit: unknown;
  readonly [field: string]: unknown;
}
/** `count` is the number of requests that this endpoint has seen, this one too. */
export type Script = (request: { seq: number; count: number; name: string }) => Answer | Promise<Answer>;

/** Scripted endpoints that record what they got and take every delivery id once. */
export class Endpoints {
  readonly arrivals: Arrival[] = [];
  readonly #scripts: ReadonlyMap<string, Script>;
  readonly #counts = new Map<string, number>();
  readonly #answerMs: ReadonlyMap<string, number>;

  constructor(scripts: ReadonlyMap<string, Script>, answerMs: ReadonlyMap<string, number>) {
    this.#scripts = scripts;
    this.#answerMs = answerMs;
  }

  async answer(delivery: Delivery, at: number): Promise<AttemptResult> {
    const name = new URL(delivery.follower.webhook.url).pathname.slice(1);
    const body = JSON.parse(delivery.body) as ChildOrder;
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    const script = this.#scripts.get(name);
    if (script === undefined) throw new Error(`nobody listens at ${delivery.follower.webhook.url}`);
    const answer = await script({ seq: body.seq, count, name });
    if (answer === 'broken') throw new Error('the signing key could not be had');
    if (answer !== 'refused') {
      const { deliveryId, attempt } = delivery;
      this.arrivals.push({ deliveryId, name, attempt, at, body, answer });
    }
    return { ...said(answer), ms: this.#answerMs.get(name) ?? 20 };
  }

  of(name: string): Arrival[] {
    return this.arrivals.filter((a) => a.name === name);
  }

  /** True when the receiver took this delivery: how often it came does not matter to one that knows its ids. */
  took(deliveryId: string): boolean {
    return this.arrivals.some((a) => a.deliveryId === deliveryId && isTaken(a.answer));
  }
}

const isTaken = (answer: Answer): boolean => answer === 'cut' || (typeof answer === 'number' && answer >= 200 && answer < 300);

function said(answer: Exclude<Answer, 'broken'>): ReturnType<typeof resultOf> {
  if (typeof answer === 'number') return resultOf(answer);
  return { kind: 'retry', certain: answer === 'refused', error: answer === 'cut' ? 'UND_ERR_SOCKET' : 'ECONNREFUSED' };
}
