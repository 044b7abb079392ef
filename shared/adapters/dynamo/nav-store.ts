import type { NavSnapshot } from '../../domain/vaults/vault.ts';
import { type Table, transacted } from './client.ts';
import { keys, partitions, prefixes, type VaultKey } from './keys.ts';
import { getItem } from './lookups.ts';
import { isText, type Page, type PageRequest, pageOf, queryRange, readCursor } from './pages.ts';

interface By {
  readonly by: string;
  readonly request_id?: string;
  readonly event_id: string;
}

const snapshotOf = (item: Record<string, unknown>): NavSnapshot => item['snapshot'] as NavSnapshot;

/** Stores a snapshot with its audit event if there is none of its time; gives the one that stands there. */
export async function putNav(table: Table, vault: VaultKey, snapshot: NavSnapshot, by: By): Promise<NavSnapshot> {
  const { event_id, ...who } = by;
  const key = keys.nav(vault, snapshot.ts);
  const Item = {
    ...keys.audit(vault.tenant_id, vault.vault_id, snapshot.recorded_at, event_id),
    action: 'vault.nav_recorded',
    ...who,
  };
  const stored = await transacted(table, [
    { Put: { TableName: table.name, Item: { ...key, snapshot }, ConditionExpression: 'attribute_not_exists(pk)' } },
    { Put: { TableName: table.name, Item: { ...Item, after: snapshot } } },
  ]);
  if (stored) return snapshot;
  const earlier = await getItem(table, key);
  if (earlier === undefined) throw new Error(`the NAV of ${snapshot.ts} is there and is not`);
  return snapshotOf(earlier);
}

/** A vault's snapshots, the newest first, down to `since` (inclusive; RFC 3339 with milliseconds). */
export async function listNav(
  table: Table,
  vault: VaultKey,
  { limit, cursor, since }: PageRequest & { readonly since?: string | undefined },
): Promise<Page<NavSnapshot>> {
  const after = cursor === undefined ? undefined : readCursor(cursor, isText);
  const from = since === undefined ? undefined : keys.nav(vault, since).sk;
  const range = { pk: partitions.vault(vault), prefix: prefixes.nav, after, from, limit, newestFirst: true };
  return pageOf(await queryRange(table, range), limit, snapshotOf);
}
