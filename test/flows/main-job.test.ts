import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, newTenant } from './support/client.ts';
import { Endpoints, type Received, until } from './support/endpoint.ts';
import { expected, type Order, type Rule } from './support/oracle.ts';
import { type LocalInfo, Platform } from './support/platform.ts';

/** The main job as a client sees it who knows only SPEC: 40 followers, 20 orders by the API and 20 by the bus. */
const platform = new Platform();
const endpoints = new Endpoints();
const followers = 40;
const rules: Rule[] = Array.from({ length: followers }, (_, i) => ({
  scale: ['0.29', '0.33', '0.5', '1', '1.5', '0.2', '2.75'][i % 7] as string,
  ...(i % 4 === 3 ? { cap: String(500 + 100 * i) } : {}),
}));
const symbols = ['AAPL', 'IBM', 'MSFT'];
/** Buys, part sales, sales to zero and one crossing below it, in three symbols. */
const orders: Order[] = Array.from({ length: 40 }, (_, i) => {
  const step = Math.floor(i / 3) % 6;
  const { side, qty } = [
    { side: 'buy', qty: 37 },
    { side: 'buy', qty: 100 },
    { side: 'sell', qty: 60 },
    { side: 'sell', qty: 77 },
    { side: 'buy', qty: 10 },
    { side: 'sell', qty: 15 },
  ][step] as { side: 'buy' | 'sell'; qty: number };
  return { symbol: symbols[i % 3] as string, side, qty, ref_price: '10.5' };
});

let info: LocalInfo;
let manager: Client;
let vaultId: string;
const sentAt = new Map<string, number>();

const bodyOf = (order: Order, i: number) => ({
  external_id: `o-${i}`,
  symbol: order.symbol,
  side: order.side,
  qty: String(order.qty),
  order_type: 'market',
  time_in_force: 'day',
  ref_price: order.ref_price,
  ts: new Date().toISOString(),
});

async function register(client: Client, i: number): Promise<void> {
  const { scale, cap } = rules[i] as Rule;
  const made = await client.post<{ signing_secret: string; follower_id: string }>(`/v1/vaults/${vaultId}/followers`, {
    mode: cap === undefined ? 'proportional' : 'capped',
    scale,
    ...(cap === undefined ? {} : { max_pos_usd: cap }),
    webhook: { url: endpoints.url(`f${i}`) },
  });
  expect(made.status).toBe(201);
  endpoints.secrets.set(`f${i}`, made.body.signing_secret);
}

beforeAll(async () => {
  await endpoints.listen();
  info = await platform.startAlone();
  manager = (await newTenant(info.api, 'manager', 'mia')).client;
  const vault = await manager.post<{ vault_id: string }>('/v1/vaults', { label: 'Momentum', rails: ['fiat'], public: true });
  expect(vault.status).toBe(201);
  vaultId = vault.body.vault_id;
  const client = (await newTenant(info.api, 'client', 'carl')).client;
  for (let i = 0; i < followers; i += 8) {
    await Promise.all(Array.from({ length: Math.min(8, followers - i) }, (_, n) => register(client, i + n)));
  }
});

afterAll(async () => {
  await platform.stop();
  await endpoints.close();
});

const expectedOf = (i: number): { seq: number; qty: bigint }[] =>
  expected(orders, rules[i] as Rule)
    .map((qty, n) => ({ seq: n + 1, qty }))
    .filter(({ qty }) => qty !== 0n);

const told = (r: Received) => ({ seq: r.body.seq, qty: BigInt(r.body.qty) * (r.body.side === 'buy' ? 1n : -1n) });

describe('the main job', () => {
  it('takes 20 orders over the API and 20 from the bus', async () => {
    for (let i = 0; i < 20; i += 1) {
      const accepted = await manager.post<{ manager_order_id: string; seq: number }>(
        `/v1/vaults/${vaultId}/manager-orders`,
        bodyOf(orders[i] as Order, i),
      );
      sentAt.set(accepted.body.manager_order_id, Date.now());
      expect([accepted.status, accepted.body.seq]).toEqual([202, i + 1]);
    }
    const bus = new EventBridgeClient({
      endpoint: info.bus,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    const rest = orders.slice(20).map((order, n) => bodyOf(order, 20 + n));
    const event = (DetailType: string, detail: unknown) => ({
      EventBusName: info.bus_name,
      Source: 'vanta.os',
      DetailType,
      Detail: JSON.stringify(detail),
    });
    const single = rest
      .slice(0, 1)
      .map((order) => event('ManagerOrder', { vault_id: vaultId, ...order, prev_external_id: 'o-19' }));
    const batch = event('ManagerOrderBatch', {
      vault_id: vaultId,
      orders: rest.slice(1).map((o, n) => (n === 0 ? { ...o, prev_external_id: 'o-20' } : o)),
    });
    const put = await bus.send(new PutEventsCommand({ Entries: [...single, batch] }));
    expect(put.FailedEntryCount).toBe(0);
  });

  it('every follower receives exactly the children of SPEC 6.2, in sequence, once, with both signatures', async () => {
    const all = rules.map((_, i) => expectedOf(i));
    const total = all.reduce((n, list) => n + list.length, 0);
    await until(() => endpoints.received.length >= total, `${total} deliveries`, 60_000);
    for (const [i, list] of all.entries()) expect(endpoints.of(`f${i}`).map(told)).toEqual(list);
    expect(endpoints.faults).toEqual([]);
    expect(new Set(endpoints.received.map((r) => r.delivery)).size).toBe(endpoints.received.length);
  });

  it('the p95 from the 202 to the first attempt is under two seconds', () => {
    const waits = endpoints.received.flatMap((r) => {
      const at = sentAt.get(r.body.meta.manager_order_id);
      return at === undefined ? [] : [r.arrived - at];
    });
    waits.sort((a, b) => a - b);
    expect(waits.length).toBeGreaterThan(300);
    expect(waits[Math.floor(waits.length * 0.95)]).toBeLessThan(2000);
  });

  it('orders end completed, with the counts of their children', async () => {
    const page = await manager.get<{
      items: { state: string; seq: number; progress: Record<string, number> }[];
      next_cursor: string | null;
    }>(`/v1/manager-orders?vault_id=${vaultId}&limit=200`);
    expect(page.body.items.map((o) => o.seq)).toEqual(orders.map((_, i) => i + 1));
    expect(new Set(page.body.items.map((o) => o.state))).toEqual(new Set(['completed']));
    const acked = page.body.items.reduce((n, o) => n + (o.progress['ack'] ?? 0), 0);
    expect(acked).toBe(endpoints.received.length);
  });
});
