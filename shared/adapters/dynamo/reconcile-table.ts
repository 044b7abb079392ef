import type { ReconcilePorts } from '../../domain/reconciliation/reconcile.ts';
import { putAuditEvent } from './audit-store.ts';
import type { Table } from './client.ts';
import { readVault } from './lookups.ts';
import { readUnknown } from './position-reads.ts';
import { newestChildren, newestClaims, putFixup, readLedgers, readPositions } from './reconcile-store.ts';
import { askAgain } from './resend-store.ts';
import { shardStore } from './shard-store.ts';

type OfTable = 'vault' | 'positions' | 'view' | 'ledgers' | 'children' | 'claims' | 'unknown' | 'fix' | 'audit' | 'askAgain';

/** What reconciliation reads and writes of the table. Per shard without findings: three reads. */
export function reconcileTable(table: Table): Pick<ReconcilePorts, OfTable> {
  const store = shardStore(table);
  return {
    vault: (of) => readVault(table, of),
    positions: (of) => readPositions(table, of),
    view: (key) => store.load(key),
    ledgers: (key) => readLedgers(table, key),
    children: (follower) => newestChildren(table, follower),
    claims: (key) => newestClaims(table, key),
    unknown: (follower) => readUnknown(table, follower),
    fix: (key, fixup) => putFixup(table, key, fixup),
    audit: (event) => putAuditEvent(table, event),
    askAgain: (follower, at) => askAgain(table, follower, at),
  };
}
