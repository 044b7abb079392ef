import { closeOf } from '../../domain/overlays/revert.ts';
import type { Vault } from '../../domain/vaults/vault.ts';
import { canonicalJson } from '../../kit/hash.ts';
import { type Table, transacted } from './client.ts';
import { stopRow } from './flip-items.ts';
import { keys } from './keys.ts';
import { publicVaultItem } from './public-vault.ts';
import { isMarked, requestMark } from './request-mark.ts';
import { uncounted } from './usage.ts';
import { vaultListItem } from './vault-list.ts';

/** What a PATCH may change of a vault's item. All else (seq, shards, switches ...) moves by other hands and is left alone. */
const settingNames = [
  'label',
  'rails',
  'personas',
  'risk_profile',
  'public',
  'max_age_s',
  'flip_policy',
  'reconcile_policy',
  'instruments',
  'status',
] as const satisfies readonly (keyof Vault)[];

/** Whether a request has changed the vault already. */
export const vaultChangeMade = (table: Table, vault: Vault, seed: string): Promise<boolean> =>
  isMarked(table, keys.vaultChanged(vault, seed));

interface By {
  readonly by: string;
  readonly request_id: string;
  readonly seed: string;
}

/** Settings, the public list, the audit event and the request's mark, if the vault is as it was read: before it was asked for the mark. */
export async function saveVaultChange(table: Table, next: Vault, before: Vault, { by, request_id, seed }: By): Promise<boolean> {
  const { tenant_id, vault_id, updated_at } = next;
  const put = (Item: Record<string, unknown>) => ({ Put: { TableName: table.name, Item } });
  const closes = next.status !== before.status;
  const changed = settingNames.filter((name) => next[name] !== before[name]);
  const of = (vault: Vault) => Object.fromEntries(changed.map((name) => [name, vault[name]]));
  const stop = closeOf(next, before);
  const event = {
    ...keys.audit(tenant_id, vault_id, updated_at, seed),
    action: closes ? 'vault.closed' : 'vault.changed',
    by,
    request_id,
    before: of(before),
    after: of(next),
  };
  return transacted(table, [
    { Update: settingsUpdate(table, next, before, changed) },
    ...publicRow(table, next, before),
    put(vaultListItem(next)),
    put(event),
    put(requestMark(keys.vaultChanged(next, seed), updated_at)),
    // A closed vault takes no place in its tenant's plan, unless the tenant follows it itself.
    ...(closes ? await uncounted(table, { tenant_id, vault_id, followers: 0 }, updated_at) : []),
    ...(stop === undefined ? [] : [stopRow(table, stop)]),
  ]);
}

function settingsUpdate(table: Table, next: Vault, before: Vault, changed: readonly (typeof settingNames)[number][]) {
  const given = changed.filter((name) => next[name] !== undefined);
  const gone = changed.filter((name) => next[name] === undefined);
  const set = ['ver = :ver', 'updated_at = :at', ...given.map((name) => `#${name} = :${name}`)];
  return {
    TableName: table.name,
    Key: keys.vault(next),
    UpdateExpression: `SET ${set.join(', ')}${gone.length === 0 ? '' : ` REMOVE ${gone.map((name) => `#${name}`).join(', ')}`}`,
    ConditionExpression: 'ver = :read',
    ...(changed.length === 0 ? {} : { ExpressionAttributeNames: Object.fromEntries(changed.map((name) => [`#${name}`, name])) }),
    ExpressionAttributeValues: {
      ...Object.fromEntries(given.map((name) => [`:${name}`, next[name]])),
      ':ver': next.ver,
      ':at': next.updated_at,
      ':read': before.ver,
    },
  };
}

/** The list of public vaults, and what it shows of this one, follow in the same transaction. */
function publicRow(table: Table, next: Vault, before: Vault) {
  if (!next.public) return before.public ? [{ Delete: { TableName: table.name, Key: keys.publicVault(next.vault_id) } }] : [];
  const Item = publicVaultItem(next);
  const same = before.public && canonicalJson(publicVaultItem(before)) === canonicalJson(Item);
  return same ? [] : [{ Put: { TableName: table.name, Item } }];
}
