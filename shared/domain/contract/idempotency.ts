import type { Clock } from '../../kit/clock.ts';
import { Refusal } from '../../kit/refusal.ts';
import { limits } from '../../wiring/limits.ts';

/** An answer as it is kept and given again. Secrets are not in it: `sealed` says how to make them again (SPEC 2). */
export interface StoredAnswer {
  readonly status: number;
  readonly body: string;
  readonly contentType: string;
  readonly etag?: string;
  readonly noStore?: true;
  readonly sealed?: { readonly follower_id: string; readonly version: number };
}

export interface IdempotencyRecord {
  /** Tenant, or subject before there is one. */
  readonly owner: string;
  /** Of method, path and key. */
  readonly hash: string;
  /** Of the request's content. */
  readonly fingerprint: string;
  /** A ULID from which every id of the request is made: who runs it again meets the same ids. */
  readonly seed: string;
  readonly begun_at: number;
  /** Until then (ms) the first run may still be under way. */
  readonly lease_until: number;
  readonly ttl: number;
  readonly answer?: StoredAnswer;
}

export interface IdempotencyStore {
  /** Puts the record if there is none (or only one past its time); otherwise gives what is there. */
  readonly begin: (record: IdempotencyRecord) => Promise<IdempotencyRecord | undefined>;
  /** Takes an abandoned record over; false when somebody else did, or when it has its answer by now. */
  readonly resume: (record: IdempotencyRecord, leaseUntil: number) => Promise<boolean>;
  readonly complete: (record: IdempotencyRecord, answer: StoredAnswer) => Promise<void>;
  /** After an outage: the next try may begin at once. */
  readonly release: (record: IdempotencyRecord) => Promise<void>;
}

export interface IdempotentRequest {
  readonly owner: string;
  readonly hash: string;
  readonly fingerprint: string;
  /** A new ULID, used when this is the first run. */
  readonly freshSeed: string;
  readonly leaseMs: number;
}

/**
 * Runs an effect at most once per key (SPEC 2). A first run that died is run again with the same seed, so that its ids
 * are the same; a refusal is an answer too and is kept; an outage is not.
 */
export async function runOnce(
  request: IdempotentRequest,
  run: (seed: string) => Promise<StoredAnswer>,
  ports: { store: IdempotencyStore; clock: Clock },
): Promise<{ answer: StoredAnswer; replayed: boolean }> {
  const now = ports.clock();
  const fresh: IdempotencyRecord = {
    owner: request.owner,
    hash: request.hash,
    fingerprint: request.fingerprint,
    seed: request.freshSeed,
    begun_at: now,
    lease_until: now + request.leaseMs,
    ttl: Math.floor(now / 1000) + limits.idempotencyHours * 3600,
  };
  const found = await ports.store.begin(fresh);
  if (found === undefined) return { answer: await complete(fresh, run, ports.store), replayed: false };
  if (found.fingerprint !== request.fingerprint) {
    throw new Refusal(422, 'idempotency_key_reused', 'This Idempotency-Key was used for another request.');
  }
  if (found.answer !== undefined) return { answer: found.answer, replayed: true };
  const abandoned = found.lease_until < now && (await ports.store.resume(found, now + request.leaseMs));
  if (!abandoned) throw stillRunning(found.lease_until - now);
  return { answer: await complete(found, run, ports.store), replayed: false };
}

/** Who comes again when the first run's time is over finds its answer, or runs it again. */
const stillRunning = (leftMs: number): Refusal =>
  new Refusal(409, 'idempotency_in_progress', 'The first request with this Idempotency-Key is still running.', {
    extra: { retry_after_seconds: Math.max(1, Math.ceil(leftMs / 1000)) },
    passing: true,
  });

async function complete(
  record: IdempotencyRecord,
  run: (seed: string) => Promise<StoredAnswer>,
  store: IdempotencyStore,
): Promise<StoredAnswer> {
  try {
    const answer = await run(record.seed);
    await store.complete(record, answer);
    return answer;
  } catch (error) {
    // The first error is the one that matters; a record that was not released is free when its lease is over.
    await store.release(record).catch(() => undefined);
    throw error;
  }
}
