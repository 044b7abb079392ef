import { greenfield } from '../../shared/adapters/btcpay/greenfield.ts';
import { btcBooks } from '../../shared/adapters/dynamo/btc-store.ts';
import type { Table } from '../../shared/adapters/dynamo/client.ts';
import { billingKeys } from '../../shared/adapters/secrets/billing-keys.ts';
import { btcMessageOf, openQueue, sendOne } from '../../shared/adapters/sqs/queue.ts';
import type { BtcPorts } from '../../shared/domain/billing/btc/ports.ts';
import { metrics as names } from '../../shared/wiring/metrics.ts';
import { clock, freshUlid } from '../edge/entropy.ts';
import { logger } from '../edge/observe.ts';
import { count } from '../edge/signed-webhook.ts';

export interface BtcEnv {
  readonly billing: string;
  readonly billingSecret: string;
  readonly btcpayBaseUrl: string;
  readonly btcpayStoreId: string;
}

/** What paying in bitcoin is made of; undefined on a platform that takes none. */
export function btcPorts(table: Table, env: BtcEnv): BtcPorts | undefined {
  if (env.btcpayBaseUrl === 'none') return undefined;
  const keys = billingKeys(env.billingSecret, clock);
  const queue = openQueue(env.billing);
  const onFailure = (what: string) => {
    logger.warn('BTCPay Server gave no answer', { call: what });
    count(names.btcpayFailures);
  };
  return {
    books: btcBooks(table),
    node: greenfield({
      baseUrl: env.btcpayBaseUrl,
      storeId: env.btcpayStoreId,
      apiKey: () => keys.key('btcpay_api_key'),
      onFailure,
    }),
    clock,
    ring: (tenantId) => sendOne(queue, btcMessageOf({ rail: 'btc', tenant_id: tenantId }, freshUlid())),
  };
}
