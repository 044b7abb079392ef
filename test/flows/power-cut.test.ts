import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, newTenant, personOf, signIn } from './support/client.ts';
import { Endpoints, until } from './support/endpoint.ts';
import { Platform } from './support/platform.ts';

/** kill -9 of all of the platform's processes in the middle of 500 deliveries; started again on the same data. */
const platform = new Platform();
const endpoints = new Endpoints();
const followers = 25;
const orders = 20;
const total = followers * orders;

let manager: Client;
let tenantId: string;
let vaultId: string;

beforeAll(async () => {
  await endpoints.listen();
  const { api } = await platform.start();
  const made = await newTenant(api, 'manager', 'mia');
  manager = made.client;
  tenantId = made.tenant_id;
  const vault = await manager.post<{ vault_id: string }>('/v1/vaults', { label: 'Cut', rails: ['fiat'] });
  vaultId = vault.body.vault_id;
  for (let i = 0; i < followers; i += 1) {
    const follower = { mode: 'proportional', scale: '1', webhook: { url: endpoints.url(`f${i}`) } };
    const { body } = await manager.post<{ signing_secret: string }>(`/v1/vaults/${vaultId}/followers`, follower);
    endpoints.secrets.set(`f${i}`, body.signing_secret);
  }
});

afterAll(async () => {
  await platform.stop();
  await endpoints.close();
});

const order = (i: number) => ({
  external_id: `cut-${i}`,
  symbol: 'IBM',
  side: 'buy',
  qty: String(i + 1),
  order_type: 'market',
  time_in_force: 'day',
  ref_price: '10',
  ts: new Date().toISOString(),
});

describe('a power cut', () => {
  it('in the middle of 500 deliveries loses nothing and doubles nothing', async () => {
    // Some answers take a while, so that the cut meets attempts on their way, claims without results and rings unread.
    endpoints.answer = async (follower) => {
      await new Promise((r) => setTimeout(r, follower === 'f3' ? 300 : 5));
      return 200;
    };
    await Promise.all(Array.from({ length: orders }, (_, i) => manager.post(`/v1/vaults/${vaultId}/manager-orders`, order(i))));
    await until(() => endpoints.received.length >= total / 4, 'a quarter of the deliveries');
    await platform.killAll();
    const atCut = endpoints.received.length;
    expect(atCut).toBeLessThan(total);

    const { api } = await platform.start();
    const distinct = () => new Set(endpoints.received.map((r) => r.delivery)).size;
    await until(() => distinct() >= total, `${total} different deliveries`, 90_000);
    const again = await signIn(api, { sub: personOf('mia'), tenant_id: tenantId, role: 'owner' });
    const states = async () => {
      const page = await again.get<{ items: { state: string }[] }>(`/v1/manager-orders?vault_id=${vaultId}`);
      return page.body.items.map((o) => o.state);
    };
    await until(async () => (await states()).every((s) => s === 'completed'), 'all orders completed', 60_000);
    expect((await states()).length).toBe(orders);
    expect(distinct()).toBe(total);
    expect(endpoints.faults).toEqual([]);
  });

  it('a delivery that came twice came with the same content, and each follower in sequence', () => {
    for (let i = 0; i < followers; i += 1) {
      const mine = endpoints.of(`f${i}`);
      const content = new Map<string, string>();
      for (const { delivery, raw } of mine) {
        const { ts: _ts, audit: _audit, ...rest } = JSON.parse(raw) as Record<string, unknown>;
        expect(content.get(delivery) ?? JSON.stringify(rest)).toBe(JSON.stringify(rest));
        content.set(delivery, JSON.stringify(rest));
      }
      const firsts = mine.filter((r, n) => mine.findIndex((o) => o.delivery === r.delivery) === n).map((r) => r.body.seq);
      expect(firsts).toEqual([...firsts].sort((a, b) => a - b));
      const position = [...new Map(mine.map((r) => [r.delivery, Number(r.body.qty)])).values()].reduce((a, b) => a + b, 0);
      expect(position).toBe((orders * (orders + 1)) / 2);
    }
  });
});
