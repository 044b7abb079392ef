import type { Table } from '../../shared/adapters/dynamo/client.ts';
import { type Client, readStanding, takeToken } from '../../shared/adapters/dynamo/standing.ts';
import { defaultPlanOf } from '../../shared/domain/entitlements/effective.ts';
import { baseRequestsPerMinute } from '../../shared/domain/entitlements/plans.ts';
import type { Principal } from '../../shared/domain/tenants/principal.ts';
import { type Bucket, type Rate, rateHeaders, rateRefusal, type Taking, taking } from '../../shared/domain/tenants/rate.ts';
import { present, type Standing } from '../../shared/domain/tenants/standing.ts';
import type { Refusal } from '../../shared/kit/refusal.ts';
import { metrics as names } from '../../shared/wiring/metrics.ts';
import type { RouteAccess } from '../../shared/wiring/routes.ts';
import { clock } from './entropy.ts';
import { logger, metrics } from './observe.ts';
import { answerHeaders } from './scope.ts';

/** What admits callers: how they stand now, and their bucket of requests (SPEC 2 and 3). */
export interface CallerPorts {
  readonly read: (client: Client) => Promise<{ standing: Standing | undefined; bucket: Bucket }>;
  readonly take: (client: Client, take: Taking) => Promise<{ taken: boolean; fullAt: number }>;
  readonly limited: boolean;
}

export function callersIn(table: Table, env: { readonly defaultPlan: string; readonly rateLimit: string }): CallerPorts {
  const defaultPlan = defaultPlanOf(env.defaultPlan);
  return {
    read: (client) => readStanding(table, client, { now: clock(), defaultPlan }),
    take: (client, take) => takeToken(table, client, take),
    limited: env.rateLimit !== 'off',
  };
}

export interface Admission {
  readonly principal: Principal | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** Why the caller has to come back later. */
  readonly refusal?: Refusal;
}

/**
 * The caller as it stands at this moment, after one token was taken from its bucket: one read and at most one write. Who
 * calls a public route stays unknown; so does who signs, until its signature was checked (`admitSigner`).
 */
export async function admit(
  claimed: Principal | undefined,
  access: RouteAccess,
  callers: CallerPorts | undefined,
): Promise<Admission> {
  if (access.kind === 'public' || claimed === undefined) return { principal: undefined, headers: answerHeaders() };
  if (callers === undefined) throw new Error('a route that needs a caller met a door that cannot admit any');
  const { standing, bucket } = await callers.read(claimed);
  const principal = standing === undefined ? claimed : present(claimed, standing);
  const rate: Rate = { perMinute: principal.tenant?.entitlements.requests_per_minute ?? baseRequestsPerMinute };
  if (!callers.limited) return { principal, headers: {} };
  return { principal, ...(await limited(claimed, { bucket, rate, callers })) };
}

/**
 * Takes one token of a follower that has signed, from a bucket of its own at the rate of its tenant's plan; what is left of it
 * stands on the answer. One read and at most one write. Nothing else is asked of the read: without it the limiter is open.
 */
export async function admitSigner(
  { tenant_id, follower_id }: { readonly tenant_id: string; readonly follower_id: string },
  callers: CallerPorts,
): Promise<void> {
  if (!callers.limited) return;
  const signer = { tenantId: tenant_id, subject: follower_id };
  const read = await callers.read(signer).catch(openedBy);
  if (read === undefined) return;
  const rate: Rate = { perMinute: read.standing?.effective.entitlements.requests_per_minute ?? baseRequestsPerMinute };
  const { headers, refusal } = await limited(signer, { bucket: read.bucket, rate, callers });
  Object.assign(answerHeaders(), headers);
  if (refusal !== undefined) throw refusal;
}

interface Limiting {
  readonly bucket: Bucket;
  readonly rate: Rate;
  readonly callers: CallerPorts;
}

async function limited(client: Client, { bucket, rate, callers }: Limiting): Promise<Omit<Admission, 'principal'>> {
  const now = clock();
  const take = taking(bucket, rate, now);
  // A bucket that is read empty refuses without a write.
  const { taken, fullAt } = take === undefined ? { taken: false, fullAt: bucket.fullAt } : await tried(client, take, callers);
  const headers = rateHeaders(fullAt, rate, now);
  return taken ? { headers } : { headers, refusal: rateRefusal(fullAt, rate, now) };
}

/** A limiter that cannot be asked lets everybody in, and says so. */
async function tried(client: Client, take: Taking, callers: CallerPorts): Promise<{ taken: boolean; fullAt: number }> {
  try {
    return await callers.take(client, take);
  } catch (error) {
    openedBy(error);
    return { taken: true, fullAt: take.startsAt + take.intervalMs };
  }
}

function openedBy(error: unknown): undefined {
  logger.warn('the request limiter is open', { error: error as Error });
  metrics.addMetric(names.rateLimitOpen, 'Count', 1);
  metrics.publishStoredMetrics();
}
