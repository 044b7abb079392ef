import { Refusal } from '../../shared/kit/refusal.ts';
import { limits } from '../../shared/wiring/limits.ts';
import { metrics as names } from '../../shared/wiring/metrics.ts';
import { chain } from './http.ts';
import { logger, metrics } from './observe.ts';
import type { ApiEvent } from './request.ts';

export interface SignedWebhook<E> {
  /** What the bytes say, if they are signed by whom they should be; undefined otherwise. Nothing may be stored here. */
  readonly verify: (raw: Uint8Array, headers: ApiEvent['headers']) => Promise<E | undefined>;
  /** Takes it in, so that it cannot be lost any more. Throws when it could not: the sender then sends it again. */
  readonly take: (event: E) => Promise<void>;
}

/** The door of a payment provider's webhook: size, then signature over the raw bytes, then everything else (SPEC 4 and 7). */
export function signedWebhookDoor<E>({ verify, take }: SignedWebhook<E>) {
  return chain(async (event) => {
    if (event.requestContext.http.method !== 'POST')
      throw new Refusal(405, 'method_not_allowed', 'A webhook is posted.', { extra: { allow: ['POST'] } });
    const raw = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
    if (raw.byteLength > limits.bodyBytes)
      throw new Refusal(413, 'body_too_large', `A body is at most ${limits.bodyBytes} bytes.`);
    const said = await verify(raw, event.headers);
    if (said === undefined) throw unsigned();
    await take(said);
    return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: '{"received":true}' };
  });
}

/** Who signs badly learns nothing of what was wrong. */
function unsigned(): Refusal {
  count(names.webhookUnsigned);
  logger.warn('a webhook was not signed as it must be');
  return new Refusal(400, 'webhook_unsigned', 'The signature is missing, wrong, or not of now.');
}

export function count(metric: string, value = 1): void {
  metrics.addMetric(metric, 'Count', value);
  metrics.publishStoredMetrics();
}
