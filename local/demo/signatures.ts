import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Webhook } from 'standardwebhooks';

/** Checks one delivery; answers what is wrong with its signatures, or undefined. */
export type Verifier = (headers: IncomingHttpHeaders, body: string) => string | undefined;

const toleranceSeconds = 300;

/** Both signature sets of SPEC 6.4, each by its own means: node:crypto for ours, the `standardwebhooks` package for the other. */
export function createVerifier(secret: string, nowMs: () => number = Date.now): Verifier {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const standard = new Webhook(secret);
  return (headers, body) => hmacFault(key, headers, body, nowMs()) ?? standardFault(standard, headers, body);
}

function hmacFault(key: Buffer, headers: IncomingHttpHeaders, body: string, nowMs: number): string | undefined {
  const timestamp = String(headers['x-vanta-timestamp'] ?? '');
  const age = Math.abs(nowMs / 1000 - Number(timestamp));
  if (!/^\d+$/.test(timestamp) || age > toleranceSeconds) return 'X-Vanta-Timestamp is missing or more than 5 minutes off';
  const expected = Buffer.from(createHmac('sha256', key).update(`${timestamp}.${body}`).digest('hex'));
  // Several while a key rotates; one that fits is enough.
  const given = String(headers['x-vanta-signature'] ?? '').split(',');
  const fits = given.some((part) => sameBytes(Buffer.from(part.trim().replace(/^sha256=/, '')), expected));
  return fits ? undefined : 'X-Vanta-Signature does not fit';
}

const sameBytes = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b);

function standardFault(standard: Webhook, headers: IncomingHttpHeaders, body: string): string | undefined {
  try {
    standard.verify(body, headers as Record<string, string>);
    return undefined;
  } catch (error) {
    return `Standard Webhooks: ${error instanceof Error ? error.message : String(error)}`;
  }
}
