import { type Delivery, type HeadersGiven, verifyWebhook, WebhookVerificationError } from '../../../client/src/index.ts';

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface Verdict {
  /** The sets of signature headers that hold. */
  readonly signatures: readonly ('standard' | 'vanta')[];
  /** Why it is not to be believed. */
  readonly fault?: string;
  readonly delivery?: Delivery;
}

const sets = {
  standard: ['webhook-id', 'webhook-timestamp', 'webhook-signature'],
  vanta: ['x-vanta-timestamp', 'x-vanta-signature'],
} as const;

/** Both sets of signature headers must hold; a receiver needs one, but what sends a wrong one is wrong. */
export function verdictOn(headers: Headers, body: Uint8Array, secrets: readonly string[]): Verdict {
  const signatures: ('standard' | 'vanta')[] = [];
  let delivery: Delivery | undefined;
  for (const set of ['standard', 'vanta'] as const) {
    try {
      delivery = verifyWebhook({ headers: only(headers, sets[set]), body, secret: secrets });
      signatures.push(set);
    } catch (error) {
      if (!(error instanceof WebhookVerificationError)) throw error;
      return { signatures, fault: `${set}: ${error.reason}` };
    }
  }
  return { signatures, ...(delivery === undefined ? {} : { delivery }) };
}

const only = (headers: Headers, names: readonly string[]): HeadersGiven =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => names.includes(name.toLowerCase())));
