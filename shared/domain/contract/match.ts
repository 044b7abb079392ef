import { Refusal } from '../../kit/refusal.ts';

/** A PATCH with an If-Match that no longer holds is 412 (SPEC 2; RFC 9110, 13.1.1): `*`, or a list of entity tags. */
export function requireMatch(ifMatch: string | undefined, etag: string, what: string): void {
  if (ifMatch === undefined) return;
  const tags = ifMatch.split(',').map((tag) => tag.trim());
  if (tags.includes('*') || tags.includes(etag)) return;
  throw new Refusal(412, 'precondition_failed', `The ${what} has changed since it was read.`);
}
