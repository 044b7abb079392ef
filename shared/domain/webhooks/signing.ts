import { hmacSha256 } from '../../kit/hash.ts';

/** A signing secret's 32 bytes as Standard Webhooks writes them. Both header sets use the decoded bytes (SPEC 4). */
export const secretText = (secret: Uint8Array): string => `whsec_${Buffer.from(secret).toString('base64')}`;

export interface Signed {
  readonly deliveryId: string;
  readonly attempt: number;
  /** Unix seconds. */
  readonly timestamp: number;
  readonly body: string;
  /** The newest first; several while a key rotates. */
  readonly secrets: readonly Uint8Array[];
}

/** Headers of a delivery (SPEC 6.4): ours, and the Standard Webhooks set (standardwebhooks.com, version 1). */
export function deliveryHeaders({ deliveryId, attempt, timestamp, body, secrets }: Signed): Record<string, string> {
  const ours = secrets.map((s) => `sha256=${hmacSha256(s, `${timestamp}.${body}`).toString('hex')}`);
  const standard = secrets.map((s) => `v1,${hmacSha256(s, `${deliveryId}.${timestamp}.${body}`).toString('base64')}`);
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
