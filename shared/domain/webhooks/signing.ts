import { hmacSha256, sameText } from '../../kit/hash.ts';

/** A signing secret's 32 bytes as Standard Webhooks writes them. Both header sets use the decoded bytes (SPEC 4). */
export const secretText = (secret: Uint8Array): string => `whsec_${Buffer.from(secret).toString('base64')}`;

export interface Signed {
  readonly deliveryId: string;
  readonly attempt: number;
  /** Unix seconds. */
  readonly timestamp: number;
  /** As it is sent: text is made bytes for each signature anew. */
  readonly body: Uint8Array;
  /** The newest first; several while a key rotates. */
  readonly secrets: readonly Uint8Array[];
}

/** Headers of a delivery (SPEC 6.4): ours, and the Standard Webhooks set (standardwebhooks.com, version 1). */
export function deliveryHeaders({ deliveryId, attempt, timestamp, body, secrets }: Signed): Record<string, string> {
  const ours = secrets.map((s) => `sha256=${hmacSha256(s, 'hex', `${timestamp}.`, body)}`);
  const standard = secrets.map((s) => `v1,${hmacSha256(s, 'base64', `${deliveryId}.${timestamp}.`, body)}`);
  return {
    'content-type': 'application/json',
    'user-agent': 'VANTA-Platform/1',
    'x-vanta-timestamp': String(timestamp),
    'x-vanta-signature': ours.join(','),
    'x-vanta-delivery': deliveryId,
    'x-vanta-attempt': String(attempt),
    'webhook-id': deliveryId,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': standard.join(' '),
  };
}

/** How far a signed time may lie from ours, in seconds. */
const toleranceSeconds = 300;

export interface SignedRequest {
  readonly id: string | undefined;
  readonly timestamp: string | undefined;
  readonly signature: string | undefined;
  readonly body: string;
}

/** Why a Standard Webhooks signature over a raw body is not good, or undefined when one of the secrets made it. `now` in ms. */
export function whySignatureRefused(given: SignedRequest, secrets: readonly Uint8Array[], now: number): string | undefined {
  const { id, timestamp, signature, body } = given;
  if (id === undefined || timestamp === undefined || signature === undefined) return 'the webhook headers are missing';
  if (!/^\d{1,12}$/.test(timestamp)) return 'the timestamp is not a number';
  if (Math.abs(now / 1000 - Number(timestamp)) > toleranceSeconds) return 'the timestamp is too old or too new';
  const offered = signature.split(' ').flatMap((s) => (s.startsWith('v1,') ? [s.slice(3)] : []));
  const good = secrets.map((secret) => hmacSha256(secret, 'base64', `${id}.${timestamp}.${body}`));
  return offered.some((o) => good.some((g) => sameText(o, g))) ? undefined : 'no signature matches';
}
