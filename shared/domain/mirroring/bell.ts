import type { LogEntry } from './entry.ts';

/**
 * A doorbell (ARCHITECTURE 2): says that a shard has work up to `seq`. Lost, doubled or late it changes nothing; the copy
 * of the entry only saves a read.
 */
export interface Bell {
  readonly tenant_id: string;
  readonly vault_id: string;
  readonly shard: number;
  readonly seq: number;
  readonly entry?: LogEntry;
  /** Earlier entries that lack the shard's mark: those that it has done it marks. */
  readonly unmarked?: readonly number[];
}
