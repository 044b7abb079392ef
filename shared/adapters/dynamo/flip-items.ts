import { TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import type { FlipEnd } from '../../domain/overlays/ended.ts';
import type { Overlay } from '../../domain/overlays/overlay.ts';
import type { VaultStop } from '../../domain/overlays/revert.ts';
import { milliseconds } from '../../kit/clock.ts';
import { ulidFromCause, ulidOf } from '../../kit/ids.ts';
import { failedConditions, metAnother, type Table } from './client.ts';
import { keys, type VaultKey } from './keys.ts';

export type Writes = NonNullable<TransactWriteCommandInput['TransactItems']>;
type Item = Record<string, unknown>;

/** Who did it, by which request; the platform by none. */
export interface By {
  readonly by: string;
  readonly request_id?: string;
}

export const put = (table: Table, Item: Item, absent = false): Writes[number] => ({
  Put: { TableName: table.name, Item, ...(absent ? { ConditionExpression: 'attribute_not_exists(pk)' } : {}) },
});
const remove = (table: Table, Key: { pk: string; sk: string }): Writes[number] => ({ Delete: { TableName: table.name, Key } });

/** TTL deletes the alarm after the end, never before: the timer is first. */
const alarmAfterSeconds = 1;

/** What finds a flip when it is over, whoever fails: the sweep's row, and the one that TTL deletes. */
export function flipRows(table: Table, vault: VaultKey, { overlay_id, expires_at = '' }: Overlay): Writes {
  const { tenant_id, vault_id } = vault;
  const flip = { tenant_id, vault_id, overlay_id };
  const ttl = Math.ceil(milliseconds(expires_at) / 1000) + alarmAfterSeconds;
  return [
    put(table, { ...keys.liveFlip(vault, overlay_id), overlay_id }),
    put(table, { ...keys.due(expires_at, vault_id, overlay_id), ...flip, due: expires_at }),
    put(table, { ...keys.flipAlarm(overlay_id), ...flip, ttl }),
  ];
}

/** Of a flip that ended early: sweep finds it at that time. */
export const endedRow = (table: Table, { tenant_id, vault_id }: VaultKey, { overlay_id, ended_at }: FlipEnd): Writes[number] =>
  put(table, { ...keys.due(ended_at, vault_id, overlay_id), tenant_id, vault_id, overlay_id, due: ended_at });

/** Once it is reverted nothing finds it any more. */
export const withoutFlipRows = (table: Table, vault: VaultKey, overlay: Overlay): Writes =>
  [
    keys.liveFlip(vault, overlay.overlay_id),
    keys.flipAlarm(overlay.overlay_id),
    ...[overlay.expires_at, overlay.ended_at].flatMap((at) =>
      at === undefined ? [] : [keys.due(at, vault.vault_id, overlay.overlay_id)],
    ),
  ].map((key) => remove(table, key));

/** The stop of a vault, for sweep: what it ends is ended also when who stopped it dies. */
export const stopRow = (table: Table, stop: VaultStop): Writes[number] => put(table, { ...stopKey(stop), stop, due: stop.at });
export const stopKey = ({ at, vault_id, cause }: VaultStop) => keys.due(at, vault_id, cause);

/** Holds while no order was accepted at or after a time. */
export const noOrderSince = (table: Table, vault: VaultKey, at: string): Writes[number] => ({
  ConditionCheck: {
    TableName: table.name,
    Key: keys.vault(vault),
    ConditionExpression: 'attribute_not_exists(last_time) OR last_time < :at',
    ExpressionAttributeValues: { ':at': at },
  },
});

const actionTimes = { started: 'starts_at', ended: 'ended_at', reverted: 'reverted_at' } as const;

/** What the trail says of an overlay: of a follower's in its tenant's, else in the vault's. */
export function overlayEvent(
  table: Table,
  vault: VaultKey,
  what: keyof typeof actionTimes,
  overlay: Overlay,
  who: By,
): Writes[number] {
  const at = overlay[actionTimes[what]] ?? overlay.starts_at;
  const id = what === 'started' ? ulidOf(overlay.overlay_id) : ulidFromCause(milliseconds(at), `${overlay.overlay_id}/${what}`);
  const { follower } = overlay;
  const key =
    follower === undefined
      ? keys.audit(vault.tenant_id, vault.vault_id, at, id)
      : keys.audit(follower.tenant_id, follower.follower_id, at, id);
  return put(table, { ...key, action: `overlay.${what}`, ...who, vault_tenant_id: vault.tenant_id, after: overlay });
}

/** A flip's record says that and why it ended; holds once. */
export const endedRecord = (table: Table, vault: VaultKey, { overlay_id, ended_at, cause }: FlipEnd): Writes[number] => ({
  Update: {
    TableName: table.name,
    Key: keys.overlay(vault, overlay_id),
    UpdateExpression: 'SET #overlay.#ended = :at, #overlay.#cause = :cause',
    ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(#overlay.#ended)',
    ExpressionAttributeNames: { '#overlay': 'overlay', '#ended': 'ended_at', '#cause': 'cause' },
    ExpressionAttributeValues: { ':at': ended_at, ':cause': cause },
  },
});

/** False when something was not as it was read. */
export async function tried(table: Table, TransactItems: Writes): Promise<boolean> {
  try {
    await table.client.send(new TransactWriteCommand({ TransactItems }));
    return true;
  } catch (error) {
    if (failedConditions(error).length > 0 || metAnother(error)) return false;
    throw error;
  }
}
