import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Table } from '../../shared/adapters/dynamo/client.ts';
import { markDone } from '../../shared/adapters/dynamo/inbox.ts';
import type { BtcPorts } from '../../shared/domain/billing/btc/ports.ts';
import { look, tick } from '../../shared/domain/billing/btc/work.ts';
import type { BtcMessage } from '../../shared/domain/billing/message.ts';
import { timestamp } from '../../shared/kit/clock.ts';
import { metrics as names } from '../../shared/wiring/metrics.ts';
import { clock } from '../edge/entropy.ts';
import { logger, metrics } from '../edge/observe.ts';

/** One message of billing.fifo for the bitcoin rail: looks at an invoice, or does what time has brought a tenant. */
export async function workBtc(table: Table, ports: BtcPorts | undefined, message: BtcMessage): Promise<void> {
  if (ports === undefined) return logger.error('a message of a rail that this platform does not have');
  const { source_id, tenant_id, event_id, event_at } = message;
  if (source_id !== undefined) logger.info('looked at an invoice', { source_id, looked: await look(ports, source_id) });
  else if (tenant_id !== undefined) await tick(ports, tenant_id);
  if (event_id === undefined) return;
  await markDone(table, 'btcpay', event_id, timestamp(clock()));
  if (event_at === undefined) return;
  metrics.addMetric(names.billingLagMs, MetricUnit.Milliseconds, Math.max(0, clock() - event_at));
  metrics.publishStoredMetrics();
}
