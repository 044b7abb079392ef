import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, newTenant } from './support/client.ts';
import { Endpoints, until } from './support/endpoint.ts';
import { Platform } from './support/platform.ts';

/** Endpoints that fail, refuse, stumble and dawdle, on one vault with endpoints that are well (SPEC 6.4). */
const platform = new Platform();
const endpoints = new Endpoints();
const names = ['dead', 'refuses', 'stumbles', 'dawdles', 'gone', 'well0', 'well1'] as const;

let client: Client;
let vaultId: string;
const ids = new Map<string, string>();
let sent = 0;

async function order(side: 'buy' | 'sell', qty: number, symbol = 'IBM'): Promise<number> {
  sent += 1;
  const made = await client.post<{ seq: number }>(`/v1/vaults/${vaultId}/manager-orders`, {
    external_id: `lane-${sent}`,
    symbol,
    side,
    qty: String(qty),
    order_type: 'market',
    time_in_force: 'day',
    ref_price: '10',
    ts: new Date().toISOString(),
  });
  expect(made.status).toBe(202);
  return made.body.seq;
}

interface ChildRecord {
  readonly seq: number;
  readonly state: string;
  readonly code?: string;
  readonly unknown: boolean;
  readonly attempts: number;
  readonly symbol: string;
}
async function children(name: string): Promise<ChildRecord[]> {
  const { body } = await client.get<{ items: ChildRecord[] }>(`/v1/follower-orders?follower_id=${ids.get(name)}&limit=200`);
  return body.items;
}
const child = async (name: string, seq: number) => (await children(name)).find((c) => c.seq === seq);

beforeAll(async () => {
  await endpoints.listen();
  const { api } = await platform.startAlone();
  client = (await newTenant(api, 'manager', 'mia')).client;
  vaultId = (await client.post<{ vault_id: string }>('/v1/vaults', { label: 'Lane', rails: ['fiat'] })).body.vault_id;
  for (const name of names) {
    const follower = { mode: 'proportional', scale: '1', webhook: { url: endpoints.url(name) } };
    const { body } = await client.post<{ signing_secret: string; follower_id: string }>(
      `/v1/vaults/${vaultId}/followers`,
      follower,
    );
    endpoints.secrets.set(name, body.signing_secret);
    ids.set(name, body.follower_id);
  }
  const stumbled = new Map<number, number>();
  endpoints.answer = async (name, { body }) => {
    if (name === 'dead') return 500;
    if (name === 'refuses') return 404;
    if (name === 'gone') return 410;
    if (name === 'dawdles' && body.seq === 1) await new Promise((r) => setTimeout(r, 1500));
    if (name !== 'stumbles') return 200;
    const before = stumbled.get(body.seq) ?? 0;
    stumbled.set(body.seq, before + 1);
    return body.seq === 1 && before < 2 ? 503 : 200;
  };
  await order('buy', 10);
  await order('buy', 5);
  await order('buy', 7, 'MSFT');
  await order('sell', 3);
});

afterAll(async () => {
  await platform.stop();
  await endpoints.close();
});

const seqs = (name: string) => endpoints.of(name).map((r) => r.body.seq);

describe('the retry lane', () => {
  it('leaves endpoints that are well unaffected', async () => {
    await until(() => seqs('well0').length === 4 && seqs('well1').length === 4, 'all of the well ones', 20_000);
    expect([seqs('well0'), seqs('well1')]).toEqual([
      [1, 2, 3, 4],
      [1, 2, 3, 4],
    ]);
  });

  it('a 404 is refused after one attempt, and what was refused comes with the next increase, never as a sale', async () => {
    await until(() => seqs('refuses').length >= 3, 'the refused ones', 20_000);
    expect(seqs('refuses')).toEqual([1, 2, 3]);
    expect(endpoints.of('refuses').map((r) => r.body.qty)).toEqual(['10', '15', '7']);
    expect(await child('refuses', 1)).toMatchObject({ state: 'rejected', attempts: 1, unknown: false });
    expect(await child('refuses', 4)).toMatchObject({ state: 'skipped', code: 'no_change' });
  });

  it('a 410 stops the follower', async () => {
    await until(
      async () => (await client.get(`/v1/followers/${ids.get('gone')}`)).body['status'] === 'stopped',
      'the stop',
      10_000,
    );
    await until(async () => (await child('gone', 2))?.code === 'stopped', 'the second child', 10_000);
    expect(seqs('gone')).toEqual([1]);
  });

  it('an endpoint that fails twice and then answers receives everything once, in order', async () => {
    await until(async () => (await child('stumbles', 4))?.state === 'ack', 'the last child', 30_000);
    const all = endpoints.of('stumbles');
    expect(all.filter((r) => r.status === 200).map((r) => r.body.seq)).toEqual([1, 2, 3, 4]);
    expect(all.map((r) => [r.body.seq, r.attempt])).toEqual([
      [1, 1],
      [1, 2],
      [1, 3],
      [2, 1],
      [3, 1],
      [4, 1],
    ]);
    expect(new Set(all.filter((r) => r.body.seq === 1).map((r) => r.delivery)).size).toBe(1);
    expect(all.filter((r) => r.status === 200).map((r) => r.body.position_after)).toEqual(['10', '15', '7', '12']);
  });

  it('a slow endpoint is served through its lane until it is quick again', async () => {
    await until(async () => (await child('dawdles', 4))?.state === 'ack', 'the last child', 20_000);
    expect(seqs('dawdles')).toEqual([1, 2, 3, 4]);
    const fifth = await order('buy', 1);
    await until(() => seqs('dawdles').includes(fifth), 'the fifth', 10_000);
  });

  it('a dead endpoint is tried at about 0, 1, 6, 21 and 81 s, then its child is a dead letter and the next are withheld', async () => {
    await until(async () => (await child('dead', 1))?.state === 'dead_lettered', 'the dead letter', 110_000);
    const first = endpoints.of('dead').filter((r) => r.body.seq === 1);
    const start = first[0]?.arrived ?? 0;
    const at = first.map((r) => Math.round((r.arrived - start) / 1000));
    expect(first.map((r) => r.attempt)).toEqual([1, 2, 3, 4, 5]);
    for (const [i, expected] of [0, 1, 6, 21, 81].entries()) expect(Math.abs((at[i] ?? -1) - expected)).toBeLessThanOrEqual(3);
    const letters = await client.get<{ items: { follower_order_id: string; seq: number; unknown: boolean }[] }>(
      '/v1/dead-letters',
    );
    expect(letters.body.items.map((l) => [l.seq, l.unknown])).toEqual([[1, true]]);
    await until(async () => (await child('dead', 2))?.code === 'position_unknown', 'the withheld one', 20_000);
    expect(await child('dead', 2)).toMatchObject({ state: 'skipped', attempts: 0 });
    expect(seqs('dead').filter((seq) => seq === 2)).toEqual([]);
  });
});
