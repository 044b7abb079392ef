import type { Child } from '../mirroring/child.ts';
import type { Claim } from '../mirroring/claim.ts';
import type { LogEntry } from '../mirroring/entry.ts';

/** What a change in the table says to the audit trail. */
export type Recorded =
  | { readonly kind: 'order'; readonly record: LogEntry }
  | { readonly kind: 'claim' | 'result'; readonly record: Claim }
  | { readonly kind: 'child'; readonly record: Child }
  | { readonly kind: 'event'; readonly record: unknown };

/** One line of the trail: JSON, with where it comes from. `id` is the change's own: a line written twice has one id. */
export const auditLine = (source: { id: string; pk: string; sk: string; at: number }, recorded: Recorded): string =>
  JSON.stringify({ id: source.id, at: new Date(source.at).toISOString(), pk: source.pk, sk: source.sk, ...recorded });

/**
 * Where a batch of lines goes: by the hour, then named after its first and last line, so that a batch that comes again
 * writes the same object.
 */
export function auditObjectKey(first: { id: string; at: number }, last: { id: string }): string {
  const hour = new Date(first.at).toISOString().slice(0, 13).replaceAll('-', '/').replace('T', '/');
  return `audit/${hour}/${first.id}-${last.id}.jsonl`;
}
