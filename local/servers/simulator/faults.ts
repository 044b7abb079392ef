import { z } from 'zod';
import { hangUp, json, type SimAnswer, type SimRequest } from './server.ts';

const kinds = ['ok', 'refuse', 'reset', 'error', 'hang'] as const;

/** How the vendor's API misbehaves. */
export const apiFault = z.strictObject({
  /** refuse closes the port; reset tears the connection down; error answers `status`; hang keeps the caller waiting. */
  mode: z.enum(kinds),
  status: z.number().int().min(400).max(599).default(500),
  hang_ms: z.number().int().min(0).max(120_000).default(30_000),
  /** Whether the request has its effect all the same: the answer is lost, not the work. */
  execute: z.boolean().default(false),
  /** After so many requests all is well again. */
  times: z.number().int().min(1).optional(),
  /** Only requests whose `METHOD /path` begins with this. */
  only: z.string().optional(),
});

export type ApiFault = z.infer<typeof apiFault>;

/** Applies the faults that were ordered to requests, in front of the real work. */
export function createFaults() {
  let fault: ApiFault | undefined;
  let left = Number.POSITIVE_INFINITY;
  const due = (request: SimRequest) => {
    if (fault === undefined || fault.mode === 'ok' || fault.mode === 'refuse' || left <= 0) return undefined;
    if (fault.only !== undefined && !`${request.method} ${request.path}`.startsWith(fault.only)) return undefined;
    left -= 1;
    return fault;
  };
  return {
    set(next: ApiFault | undefined) {
      fault = next;
      left = next?.times ?? Number.POSITIVE_INFINITY;
    },
    current: () => fault,
    async around(request: SimRequest, work: () => Promise<SimAnswer | typeof hangUp>): Promise<SimAnswer | typeof hangUp> {
      const now = due(request);
      if (now === undefined) return work();
      if (now.execute) await work();
      if (now.mode === 'hang') await new Promise((done) => setTimeout(done, now.hang_ms).unref());
      if (now.mode !== 'error') return hangUp;
      return json(now.status, { error: { type: 'api_error', message: 'An unknown error occurred' } });
    },
  };
}

export type Faults = ReturnType<typeof createFaults>;
