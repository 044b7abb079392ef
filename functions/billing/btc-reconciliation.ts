import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { openTable } from '../../shared/adapters/dynamo/client.ts';
import { reconcile } from '../../shared/domain/billing/btc/work.ts';
import { readEnv } from '../../shared/wiring/env.ts';
import { limits } from '../../shared/wiring/limits.ts';
import { metrics as names } from '../../shared/wiring/metrics.ts';
import { clock } from '../edge/entropy.ts';
import { logger, metrics } from '../edge/observe.ts';
import { btcPorts } from './btc-ports.ts';

const env = readEnv('btc-reconciliation');
const ports = btcPorts(openTable(env.table), env);

/**
 * Compares what BTCPay Server has with what we know, and applies what was missed: every day, or when it is invoked by hand
 * (docs/runbooks/bitcoin.md). Says how much money waits to be given back.
 */
export async function handler(): Promise<void> {
  if (ports === undefined) return;
  const found = await reconcile(ports, clock() - limits.btcpayLookBackDays * 86_400_000);
  metrics.addMetric(names.billingRepairs, MetricUnit.Count, found.repaired);
  metrics.addMetric(names.btcHeldCents, MetricUnit.Count, found.heldCents);
  metrics.addMetric(names.btcOdd, MetricUnit.Count, found.odd);
  metrics.publishStoredMetrics();
  logger.info('compared with BTCPay Server', { ...found });
}
