import { createHmac, timingSafeEqual } from 'node:crypto';
import type { webhooks } from './generated/types.ts';

type Hooks = {
  [Name in keyof webhooks]: webhooks[Name] extends { post: { requestBody?: { content: { 'application/json': infer B } } } }
    ? B
    : never;
};
/** What the platform sends to a follower's endpoint. */
export type Delivery = Hooks[keyof Hooks];

export type WebhookFault =
  | 'secret_malformed'
  | 'headers_missing'
  | 'timestamp_malformed'
  | 'timestamp_too_old'
  | 'timestamp_too_new'
  | 'signature_mismatch'
  | 'body_malformed';

/** The delivery is not to be believed; answer 4xx and do nothing. */
export class WebhookVerificationError extends Error {
  readonly reason: WebhookFault;
  constructor(reason: WebhookFault, message: string) {
    super(message);
    this.name = 'WebhookVerificationError';
    this.reason = reason;
  }
}

/** As Node's http, Express, Lambda or fetch give them. */
export type HeadersGiven = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

export interface Verification {
  readonly headers: HeadersGiven;
  /** The bytes as they came. A body that was parsed and written again is another one. */
  readonly body: string | Uint8Array;
  /** The `whsec_` secret; several while a key rotates. */
  readonly secret: string | readonly string[];
  /** How far the signed time may lie from now, both ways. Default 300. */
  readonly toleranceSeconds?: number;
  /** Milliseconds. Default the machine's clock. */
  readonly now?: () => number;
}

/**
 * The delivery, if one of the secrets signed these bytes within the tolerance; throws a WebhookVerificationError else. Takes
 * Standard Webhooks headers, or the `X-Vanta-*` set where those are not there.
 */
export function verifyWebhook({ headers, body, secret, toleranceSeconds = 300, now = Date.now }: Verification): Delivery {
  const secrets = (typeof secret === 'string' ? [secret] : secret).map(bytesOf);
  const signed = standard(headers) ?? vanta(headers);
  if (signed === undefined) throw new WebhookVerificationError('headers_missing', 'the signature headers are missing');
  checkTime(signed.timestamp, toleranceSeconds, now());
  const good = secrets.map((key) => createHmac('sha256', key).update(signed.prefix).update(body).digest());
  const matches = signed.macs.filter((mac) => good.some((key) => sameBytes(mac, key)));
  if (matches.length === 0) throw new WebhookVerificationError('signature_mismatch', 'no signature matches');
  return parse(body);
}

interface Signed {
  readonly timestamp: string;
  /** What is signed before the body. */
  readonly prefix: string;
  readonly macs: readonly Buffer[];
}

/** Standard Webhooks: `v1,` and base64, separated by spaces. */
function standard(headers: HeadersGiven): Signed | undefined {
  const [id, timestamp, signature] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((h) => header(headers, h));
  if (id === undefined || timestamp === undefined || signature === undefined) return undefined;
  const macs = signature.split(' ').flatMap((part) => (part.startsWith('v1,') ? [Buffer.from(part.slice(3), 'base64')] : []));
  return { timestamp, prefix: `${id}.${timestamp}.`, macs };
}

/** `sha256=` and hex, separated by commas. */
function vanta(headers: HeadersGiven): Signed | undefined {
  const [timestamp, signature] = ['x-vanta-timestamp', 'x-vanta-signature'].map((h) => header(headers, h));
  if (timestamp === undefined || signature === undefined) return undefined;
  const parts = signature.split(',').map((part) => part.trim());
  const macs = parts.flatMap((part) => (part.startsWith('sha256=') ? [Buffer.from(part.slice(7), 'hex')] : []));
  return { timestamp, prefix: `${timestamp}.`, macs };
}

function header(headers: HeadersGiven, wanted: string): string | undefined {
  if (headers instanceof Headers) return headers.get(wanted) ?? undefined;
  const [, value] = Object.entries(headers).find(([name]) => name.toLowerCase() === wanted) ?? [];
  return typeof value === 'string' ? value : value?.[0];
}

function checkTime(timestamp: string, toleranceSeconds: number, now: number): void {
  if (!/^\d{1,12}$/.test(timestamp)) throw new WebhookVerificationError('timestamp_malformed', 'the timestamp is not a number');
  const age = now / 1000 - Number(timestamp);
  if (age > toleranceSeconds) throw new WebhookVerificationError('timestamp_too_old', `signed ${Math.round(age)} s ago`);
  if (-age > toleranceSeconds) throw new WebhookVerificationError('timestamp_too_new', `signed ${Math.round(-age)} s ahead`);
}

/** Compares without telling by its time how much was right; a length is no secret. */
const sameBytes = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b);

function bytesOf(secret: string): Buffer {
  const bytes = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  // An empty key would sign as well, and everybody has it.
  if (bytes.length < 16) throw new WebhookVerificationError('secret_malformed', 'a secret is whsec_ and base64');
  return bytes;
}

function parse(body: string | Uint8Array): Delivery {
  try {
    const value: unknown = JSON.parse(typeof body === 'string' ? body : Buffer.from(body).toString('utf8'));
    if (typeof value === 'object' && value !== null && 'type' in value) return value as Delivery;
  } catch {
    // Said below, in the same words as for JSON that is no delivery.
  }
  throw new WebhookVerificationError('body_malformed', 'the body is not a delivery');
}

export interface Signing {
  readonly id: string;
  readonly secret: string;
  readonly body: string | Uint8Array;
  readonly now?: () => number;
}

/** The Standard Webhooks headers of a body: how a follower signs its reports. */
export function signWebhook({ id, secret, body, now = Date.now }: Signing): Record<string, string> {
  const timestamp = String(Math.floor(now() / 1000));
  const mac = createHmac('sha256', bytesOf(secret)).update(`${id}.${timestamp}.`).update(body).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${mac}` };
}
