import { Agent, request, type Dispatcher as Sender } from 'undici';
import type { AttemptResult, Delivery, Dispatcher } from '../../domain/mirroring/attempt.ts';
import { deliveryHeaders } from '../../domain/webhooks/signing.ts';
import { limits } from '../../wiring/limits.ts';
import type { SigningKeys } from '../secrets/signing-keys.ts';
import { checkUrl, type Targets, type UrlVerdict } from './address.ts';
import { guardedLookup, type Resolve } from './resolve.ts';

/** Followers of a shard may share one receiver: all of its children then go out at once, and none waits for a connection. */
const connectionsPerOrigin = 128;
/** URLs whose verdict is kept: it follows from the text alone. */
const verdictsKept = 200_000;

interface DispatcherOptions {
  readonly targets: Targets;
  readonly keys: SigningKeys;
  /** In place of the system's resolver. */
  readonly resolve?: Resolve;
}

/** One agent per process: kept-alive connections cost 0.15 CPU-ms a request where a new TLS one costs two. */
export function webhookDispatcher({ targets, keys, resolve }: DispatcherOptions): Dispatcher {
  const agent = new Agent({
    connect: { lookup: guardedLookup(targets, resolve), timeout: limits.webhookTimeoutMs },
    connections: connectionsPerOrigin,
    pipelining: 1,
    // A second net: what ends an attempt is its signal.
    headersTimeout: 2 * limits.webhookTimeoutMs,
    bodyTimeout: 2 * limits.webhookTimeoutMs,
    keepAliveTimeout: 30_000,
  }).compose(noting);
  const verdictOn = keptVerdicts(targets);
  const deliver = (delivery: Delivery): Promise<AttemptResult> => {
    const sent = { at: performance.now(), notAfter: delivery.notAfter };
    return post(delivery, { verdict: verdictOn(delivery.follower), keys, agent, sent });
  };
  return { ready: keys.ready, deliver };
}

interface KeptVerdict {
  readonly text: string;
  readonly verdict: UrlVerdict;
}

/**
 * Verdicts on URLs, which follow from the text alone: never what a name resolves to. Found by where the follower stands, because to look
 * a long text up takes longer than to compare it with the one text that it should be.
 */
function keptVerdicts(targets: Targets): (follower: Delivery['follower']) => UrlVerdict {
  const shards = new Map<number, (KeptVerdict | undefined)[]>();
  let kept = 0;
  return function verdictOn({ webhook, vault_id, shard, place }) {
    // Two shards may come to the same slot: then the one that comes later is checked again.
    const slot = (vault_id.charCodeAt(vault_id.length - 1) << 20) ^ shard;
    const known = shards.get(slot)?.[place];
    if (known?.text === webhook.url) return known.verdict;
    if (kept >= verdictsKept) {
      shards.clear();
      kept = 0;
    }
    const verdict = checkUrl(webhook.url, targets);
    const places = shards.get(slot) ?? [];
    // A list with holes is a slow one.
    while (places.length < place) places.push(undefined);
    places[place] = { text: webhook.url, verdict };
    shards.set(slot, places);
    kept += 1;
    return verdict;
  };
}

interface Way {
  readonly verdict: UrlVerdict;
  readonly keys: SigningKeys;
  readonly agent: Sender;
  /** When the request left us: what it waited for before, a connection or our own turn, is not its endpoint's doing. */
  readonly sent: { at: number; readonly notAfter: number };
}

/**
 * Notes the moment at which a request is written to its connection, in what the caller passed along as `opaque`; too late for
 * its sender, it is not written at all.
 */
const noting: Sender.DispatcherComposeInterceptor = (dispatch) =>
  function noted(options, handler) {
    const { opaque: sent } = options as { opaque?: Way['sent'] };
    const started = handler.onRequestStart?.bind(handler);
    handler.onRequestStart = (controller, context) => {
      started?.(controller, context);
      if (sent === undefined) return;
      sent.at = performance.now();
      if (Date.now() > sent.notAfter) controller.abort(tooLate());
    };
    return dispatch(options, handler);
  };

/** So long (ms) an attempt may take longer than its time, that all of a shard's need one timer. */
const timerShared = 50;
let timer: { readonly until: number; readonly signal: AbortSignal } | undefined;

/**
 * What ends an attempt that begins now (`performance.now()`) and takes too long. A timer of its own is never taken back, and makes its error
 * long after the answer has come: of all that an attempt costs here besides its signatures, that would be the most.
 */
function endAfter(now: number): AbortSignal {
  if (timer === undefined || now >= timer.until)
    timer = { until: now + timerShared, signal: AbortSignal.timeout(limits.webhookTimeoutMs + timerShared) };
  return timer.signal;
}

const tooLate = (): Error => Object.assign(new Error('the sender’s time was over before it left'), { code: 'TOO_LATE' });

/** An attempt's result but for how long it took. */
type Answered = AttemptResult extends infer R ? (R extends { ms: number } ? Omit<R, 'ms'> : never) : never;

async function post(delivery: Delivery, { verdict, keys, agent, sent }: Way): Promise<AttemptResult> {
  if (!verdict.ok) return within(sent, { kind: 'retry', certain: true, error: `url ${verdict.why}` });
  const bytes = Buffer.from(delivery.body);
  const headers = deliveryHeaders({
    deliveryId: delivery.deliveryId,
    attempt: delivery.attempt,
    timestamp: Math.floor(delivery.at / 1000),
    body: bytes,
    secrets: await keys.of(delivery.follower, delivery.at),
  });
  try {
    const {
      statusCode,
      headers: answered,
      body,
    } = await request(verdict.url, {
      method: 'POST',
      headers,
      body: bytes,
      dispatcher: agent,
      opaque: sent,
      signal: endAfter(sent.at),
    });
    // The status is the answer; what the endpoint says besides is read no further than needed to reuse the connection.
    await body.dump({ limit: 64 * 1024 }).catch(() => undefined);
    return within(sent, resultOf(statusCode, retryAfter(answered['retry-after'], delivery.at)));
  } catch (error) {
    return within(sent, { kind: 'retry', certain: neverLeft(error), error: describe(error) });
  }
}

const within = ({ at }: Way['sent'], answered: Answered): AttemptResult => ({
  ...answered,
  ms: Math.round(performance.now() - at),
});

const retryable = new Set([408, 425, 429]);

/** What a status means (SPEC 6.4): 2xx ack; 408, 425, 429 and 5xx come again; any other 3xx or 4xx is a refusal. */
export function resultOf(status: number, retryAfterSeconds?: number): Answered {
  if (status >= 200 && status < 300) return { kind: 'ack', status };
  const error = `HTTP ${status}`;
  if (!retryable.has(status) && status < 500) return { kind: 'rejected', status, error };
  const certain = status !== 408 && status < 500;
  return { kind: 'retry', certain, status, error, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) };
}

/** Retry-After as seconds or as an HTTP date (RFC 9110, 10.2.3). */
function retryAfter(header: string | string[] | undefined, nowMs: number): number | undefined {
  const text = Array.isArray(header) ? header[0] : header;
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - nowMs) / 1000));
}

/** Failures before a request can have left: name resolution, refused or unreachable, TLS handshake, our own address check. */
const beforeSending = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
  'ADDRESS_REFUSED',
  'TOO_LATE',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_HAS_EXPIRED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'EPROTO',
]);

/** Node's and undici's string code, else the error's name: an aborted request's code is a number (DOMException). */
function codeOf(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: string };
  return typeof code === 'string' ? code : (name ?? 'error');
}
const neverLeft = (error: unknown): boolean => beforeSending.has(codeOf(error));
const describe = (error: unknown): string => (codeOf(error) === 'TimeoutError' ? 'timeout' : codeOf(error).slice(0, 64));
