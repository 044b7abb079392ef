import { openTable } from '../../shared/adapters/dynamo/client.ts';
import { listedVaults } from '../../shared/adapters/dynamo/vault-list.ts';
import { openQueue, reconcileMessage, ringAll } from '../../shared/adapters/sqs/queue.ts';
import { timestamp } from '../../shared/kit/clock.ts';
import { readEnv } from '../../shared/wiring/env.ts';
import { limits } from '../../shared/wiring/limits.ts';
import { clock } from '../edge/entropy.ts';
import { logger } from '../edge/observe.ts';

const env = readEnv('reconcile-vaults');
const table = openTable(env.table);
const queue = openQueue(env.reconcile);

/** Every few minutes: one message per vault. What is sent twice, or by two at once, changes nothing. */
export async function handler(): Promise<void> {
  const run_at = timestamp(clock());
  let vaults = 0;
  for (let partition = 0; partition < limits.openPartitions; partition += 1) {
    const listed = await listedVaults(table, partition);
    await ringAll(
      queue,
      listed.map(({ tenant_id, vault_id }) => reconcileMessage({ tenant_id, vault_id, run_at, from: 0 })),
    );
    vaults += listed.length;
  }
  logger.info('vaults are to be reconciled', { vaults, run_at });
}
