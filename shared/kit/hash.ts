import { createHmac, hash, timingSafeEqual } from 'node:crypto';

/** SHA-256 of UTF-8 text. Deterministic, hence allowed below the edge. */
export const sha256 = (text: string): Buffer => hash('sha256', text, 'buffer');
/** In hex, which sorts as the bytes do. */
export const sha256Hex = (content: string | Uint8Array): string => hash('sha256', content, 'hex');

/** The first 40 bits of it, as a whole number. */
export function sha256Start(text: string): number {
  const bytes = hash('sha256', text, 'binary');
  let start = 0;
  for (let i = 0; i < 5; i += 1) start = start * 256 + bytes.charCodeAt(i);
  return start;
}

/** HMAC-SHA-256 (RFC 2104) of all parts one behind the other; texts are UTF-8. */
export function hmacSha256(secret: Uint8Array, encoding: 'hex' | 'base64', ...parts: readonly (string | Uint8Array)[]): string {
  const mac = createHmac('sha256', secret);
  for (const part of parts) mac.update(part);
  return mac.digest(encoding);
}

/** Compares two texts in a time that does not tell where they differ. */
export function sameText(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
}

/** JSON with object keys sorted at every level, so that equal values have equal text. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value)
    .filter(([, v]) => v !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${canonicalJson(v)}`).join(',')}}`;
}
