import type { Child } from '../../domain/mirroring/child.ts';
import type { DeadLetter } from '../../domain/mirroring/schemas.ts';
import { deadLetterView } from '../../domain/mirroring/views.ts';
import { milliseconds } from '../../kit/clock.ts';
import { limits } from '../../wiring/limits.ts';
import type { Table } from './client.ts';
import { type Key, keys, partitions } from './keys.ts';
import { isText, type Page, type PageRequest, pageOf, queryRange, readCursor } from './pages.ts';

/** Rows of a dead letter, one per tenant that has to do with it; they vanish after 14 days. */
export function deadLetterItems(
  child: Child,
  how: { code?: string; error?: string; unknown: boolean; at: string },
): Record<string, unknown>[] {
  const whole = {
    follower_order_id: child.follower_order_id,
    follower_id: child.follower_id,
    tenant_id: child.tenant_id,
    vault_id: child.vault_id,
    manager_order_id: child.manager_order_id ?? null,
    seq: child.seq,
    symbol: child.symbol,
    code: how.code ?? 'internal',
    last_error: how.error ?? '',
    attempts: child.attempts,
    unknown: how.unknown,
    dead_at: how.at,
  };
  const ttl = Math.floor(milliseconds(how.at) / 1000) + limits.dlqRetentionDays * 86_400;
  const tenants = [...new Set([child.tenant_id, child.vault_tenant_id])];
  return tenants.map((tenant) => {
    const letter = deadLetterView(whole, child.tenant_id === tenant);
    return { ...keys.dead(tenant, how.at, child.follower_order_id), letter, ttl };
  });
}

/** Where a child's dead letters stand, until somebody said how it ended: after that they are none any more. */
export const deadLetterKeys = (child: Child): Key[] =>
  child.state !== 'dead_lettered'
    ? []
    : [...new Set([child.tenant_id, child.vault_tenant_id])].map((t) => keys.dead(t, child.updated_at, child.follower_order_id));

/** A dead letter's place in its list: when it died, and which child it was. */
const isPlace = (value: unknown): value is string => isText(value) && /^\d{4}-[\d-]+T[\d:.]+Z#fo_[0-9A-Z]{36}$/.test(value);

/** A tenant's dead letters, the oldest first. */
export async function listDeadLetters(table: Table, tenantId: string, page: PageRequest): Promise<Page<DeadLetter>> {
  const after = page.cursor === undefined ? undefined : readCursor(page.cursor, isPlace);
  const items = await queryRange(table, { pk: partitions.dead(tenantId), prefix: '', after, limit: page.limit });
  return pageOf(items, page.limit, (item) => item['letter'] as DeadLetter);
}
