import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { goodOrder } from './support/bad-input-world.ts';
import { type Client, newTenant } from './support/client.ts';
import { Platform } from './support/platform.ts';

/** Lists while others insert, and requests whose platform is killed in the middle. */
const platform = new Platform();
let api: string;
let manager: Client;

beforeAll(async () => {
  api = (await platform.start('--no-rate-limit')).api;
  manager = (await newTenant(api, 'manager', 'mia')).client;
});
afterAll(() => platform.stop());

/** Enough for several pages; `PAGES=1000` for a list of a thousand. */
const many = Number(process.env['PAGES'] ?? 120);
const pageSize = Math.floor(many / 10) - 3;

const atOnce = async (workers: number, count: number, work: (i: number) => Promise<unknown>): Promise<void> => {
  let next = 0;
  const worker = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: workers }, worker));
};

const vault = (i: number) => ({ label: `V${i}`, rails: ['fiat'] });
const order = (i: number) => goodOrder(`page-${i}`);

async function created<T>(path: string, body: unknown): Promise<T> {
  const reply = await manager.post<T>(path, body);
  if (reply.status > 202) throw new Error(`${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
  return reply.body;
}

/** All ids that a list gives, page by page, with something done between the pages. */
async function walk(path: string, id: string, between: () => Promise<unknown>): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const { body }: { body: { items: Record<string, string>[]; next_cursor: string | null } } = await manager.get(
      `${path}limit=${pageSize}${cursor === '' ? '' : `&cursor=${cursor}`}`,
    );
    ids.push(...body.items.map((item) => item[id] ?? ''));
    cursor = body.next_cursor;
    await between();
  }
  return ids;
}

describe('a list of many', () => {
  it('vaults, while others are created, misses none of them and gives none twice', async () => {
    const before = new Set<string>();
    await atOnce(20, many, async (i) => before.add((await created<{ vault_id: string }>('/v1/vaults', vault(i))).vault_id));
    let more = many;
    const ids = await walk('/v1/vaults?', 'vault_id', () => created('/v1/vaults', vault(more++)));
    expect(new Set(ids).size).toBe(ids.length);
    expect([...before].filter((id) => !ids.includes(id))).toEqual([]);
    expect(more).toBeGreaterThan(many + 10);
  });

  it('orders, while others are accepted, misses none of them and gives none twice', async () => {
    const { vault_id } = await created<{ vault_id: string }>('/v1/vaults', vault(-1));
    const path = `/v1/vaults/${vault_id}/manager-orders`;
    const before = new Set<string>();
    await atOnce(4, many, async (i) => {
      before.add((await created<{ manager_order_id: string }>(path, order(i))).manager_order_id);
    });
    let more = many;
    const ids = await walk(`/v1/manager-orders?vault_id=${vault_id}&`, 'manager_order_id', () => created(path, order(more++)));
    expect(new Set(ids).size).toBe(ids.length);
    expect([...before].filter((id) => !ids.includes(id))).toEqual([]);
  });
});

describe('requests whose platform is killed in the middle', () => {
  it('and that are repeated with their keys have one effect each', async () => {
    const fresh = (await newTenant(api, 'manager', 'cut')).client;
    const keys = Array.from({ length: 60 }, () => randomUUID());
    const send = (client: Client, key: string, i: number) =>
      client.post<{ vault_id: string }>('/v1/vaults', vault(i), { 'idempotency-key': key });
    // The kill cuts some of them: they are sent again below.
    const first = keys.map((key, i) => send(fresh, key, i).catch(() => undefined));
    await Promise.race(first);
    await platform.killAll();
    const answered = (await Promise.all(first)).map((reply) => reply?.body.vault_id);
    const { token = '' } = fresh;
    api = (await platform.start('--no-rate-limit')).api;
    const after = new (fresh.constructor as new (api: string, token: string) => Client)(api, token);
    const ids: string[] = [];
    for (const [i, key] of keys.entries()) {
      let reply = await send(after, key, i);
      // Who died with it under way holds the key until its lease is over: the function's timeout.
      for (let tries = 0; reply.status === 409 && tries < 40; tries += 1) {
        await new Promise((r) => setTimeout(r, 500));
        reply = await send(after, key, i);
      }
      expect(reply.status).toBe(201);
      ids.push(reply.body.vault_id);
    }
    expect(new Set(ids).size).toBe(60);
    answered.forEach((id, i) => {
      if (id !== undefined) expect(ids[i]).toBe(id);
    });
    const listed = await after.get<{ items: { vault_id: string }[] }>('/v1/vaults?limit=200');
    expect(listed.body.items.map((v) => v.vault_id).sort()).toEqual([...ids].sort());
  });
});
