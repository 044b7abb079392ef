import type { IncomingHttpHeaders } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { verifyWebhook } from '../../client/src/index.ts';

/** Checks one delivery; answers what is wrong with its signatures, or undefined. */
export type Verifier = (headers: IncomingHttpHeaders, body: string) => string | undefined;

/** Both signature sets of SPEC 6.4, each by its own means: the published client for ours, the `standardwebhooks` package for the other. */
export function createVerifier(secret: string, nowMs: () => number = Date.now): Verifier {
  const standard = new Webhook(secret);
  return (headers, body) =>
    fault('X-Vanta-Signature', () => verifyWebhook({ headers: ours(headers), body, secret, now: nowMs })) ??
    fault('Standard Webhooks', () => standard.verify(body, headers as Record<string, string>));
}

/** Without the other set, which the client would look at first. */
const ours = (headers: IncomingHttpHeaders) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('x-vanta-')));

function fault(what: string, verify: () => unknown): string | undefined {
  try {
    verify();
    return undefined;
  } catch (error) {
    return `${what}: ${error instanceof Error ? error.message : String(error)}`;
  }
}
