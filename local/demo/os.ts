import { setTimeout as sleep } from 'node:timers/promises';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { Json } from './client.ts';
import type { Decision, Intent } from './strategy.ts';

export interface Bus {
  readonly endpoint: string;
  readonly name: string;
}

/** An order as VANTA OS states it (SPEC 6.1). */
export interface OsOrder extends Json {
  readonly external_id: string;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly qty: string;
  readonly ref_price: string;
}

/** The months' orders, one batch each; a batch's first order names the last one before it. */
export function batchesOf(decisions: readonly Decision[]): OsOrder[][] {
  let previous: string | undefined;
  return decisions.map(({ month, intents }) => {
    const orders = intents.map((intent, i) => order(month, intent, i === 0 ? previous : undefined));
    previous = orders.at(-1)?.external_id ?? previous;
    return orders;
  });
}

function order(month: string, { symbol, side, shares, refPrice, strength, why }: Intent, previous: string | undefined): OsOrder {
  return {
    external_id: `momentum-${month}-${symbol}`,
    symbol,
    side,
    qty: String(shares),
    order_type: 'market',
    time_in_force: 'day',
    ref_price: refPrice,
    // The bus keeps no order between events: only this makes February wait for January.
    ...(previous === undefined ? {} : { prev_external_id: previous }),
    conviction: { score: { none: '0.2', half: '0.6', full: '0.9' }[strength], band: strength, persona: 'Apollo', overrides: {} },
    reason_vector: [`${symbol} is ${why}`],
    provenance: { strategy: 'monthly momentum', month, prices: 'vega-datasets' },
  };
}

/** Sends the batches as VANTA OS would, a batch an event and the next one after a pause. */
export async function play(bus: Bus, plan: { vaultId: string; batches: readonly OsOrder[][]; paceMs: number }): Promise<void> {
  const client = new EventBridgeClient({
    endpoint: bus.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'demo', secretAccessKey: 'demo' },
  });
  for (const batch of plan.batches) {
    const ts = new Date().toISOString();
    await put(client, bus.name, { vault_id: plan.vaultId, orders: batch.map((o) => ({ ...o, ts })) });
    await sleep(plan.paceMs);
  }
  client.destroy();
}

async function put(client: EventBridgeClient, busName: string, detail: Json): Promise<void> {
  const entry = { EventBusName: busName, Source: 'vanta.os', DetailType: 'ManagerOrderBatch', Detail: JSON.stringify(detail) };
  const { FailedEntryCount, Entries } = await client.send(new PutEventsCommand({ Entries: [entry] }));
  if (FailedEntryCount) throw new Error(`the bus refused an event: ${Entries?.[0]?.ErrorCode} ${Entries?.[0]?.ErrorMessage}`);
}
