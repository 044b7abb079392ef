import Stripe from 'stripe';

/** The version of the API that this code was written for: shapes, and the package's types, are its. */
export const apiVersion = '2026-10-28.endive';

export interface ClientOptions {
  /** `https://api.stripe.com`, or where a simulator answers. */
  readonly base: string;
  /** The secret key, read when it is needed: it can be rolled. */
  readonly key: () => Promise<string>;
  readonly timeoutMs: number;
}

/** A client for each key that the secret has had, made when it is first needed. */
export function stripeClient({ base, key, timeoutMs }: ClientOptions): () => Promise<Stripe> {
  let last: { readonly key: string; readonly client: Stripe } | undefined;
  return async () => {
    const present = await key();
    if (last?.key !== present) last = { key: present, client: clientAt(base, present, timeoutMs) };
    return last.client;
  };
}

/** No retries of its own: requests and queues retry, and who waits for an answer is not made to wait twice. */
export function clientAt(base: string, key: string, timeoutMs: number): Stripe {
  const { hostname, port, protocol } = new URL(base);
  return new Stripe(key, {
    apiVersion,
    host: hostname,
    port: port === '' ? (protocol === 'http:' ? 80 : 443) : Number(port),
    protocol: protocol === 'http:' ? 'http' : 'https',
    timeout: timeoutMs,
    maxNetworkRetries: 0,
    telemetry: false,
    appInfo: { name: 'vanta-platform' },
  });
}
