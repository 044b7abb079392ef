import { createHash } from 'node:crypto';
import type { SimAnswer, SimRequest } from '../simulator/server.ts';
import { StripeFailure } from './failure.ts';

interface Remembered {
  readonly digest: string;
  readonly at: number;
  /** Missing while the first request runs. */
  answer?: SimAnswer;
}

const keepSeconds = 24 * 3600;

/** Stripe's Idempotency-Key: the same request gets the first answer again, for at least 24 hours. */
export function createIdempotency(kept: readonly (readonly [string, Remembered])[] = []) {
  // What ran when the simulator was stopped has no answer, and never will: it can be tried again.
  const known = new Map(kept.filter(([, { answer }]) => answer !== undefined));
  return {
    /** The answer that there is already; otherwise the key is taken, and `done` or `forget` must follow. */
    begin(key: string, { method, path, body }: SimRequest, now: number): SimAnswer | undefined {
      const digest = createHash('sha256')
        .update(JSON.stringify([method, path, body]))
        .digest('hex');
      const before = known.get(key);
      if (before === undefined || before.at + keepSeconds < now) {
        known.set(key, { digest, at: now });
        return undefined;
      }
      if (before.digest !== digest) throw otherRequest(key);
      if (before.answer === undefined) throw stillRunning(key);
      return { ...before.answer, headers: { ...before.answer.headers, 'idempotent-replayed': 'true' } };
    },
    done(key: string, answer: SimAnswer) {
      const entry = known.get(key);
      if (entry !== undefined) known.set(key, { ...entry, answer });
    },
    forget: (key: string) => void known.delete(key),
    clear: () => known.clear(),
    dump: () => [...known],
  };
}

export type Idempotency = ReturnType<typeof createIdempotency>;

const otherRequest = (key: string) =>
  new StripeFailure(
    400,
    {
      type: 'idempotency_error',
      message:
        'Keys for idempotent requests can only be used with the same parameters they were first used with. ' +
        `Try using a key other than '${key}' if you meant to execute a different request.`,
    },
    { early: true },
  );

const stillRunning = (key: string) =>
  new StripeFailure(
    409,
    {
      type: 'idempotency_error',
      code: 'idempotency_key_in_use',
      message: `There is currently another in-progress request using this Stripe Idempotency Key (${key}).`,
    },
    { early: true },
  );
