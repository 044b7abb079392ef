import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

export type Json = Record<string, unknown>;

/** Speaks for one person of one tenant. */
export interface Client {
  get(path: string): Promise<Json>;
  post(path: string, body: Json): Promise<Json>;
  /** All items of a list, page by page. */
  list(path: string): Promise<Json[]>;
}

const attempts = 5;
const timeoutMs = 15_000;

/** A token of the local issuer for that person. */
export async function tokenFor(api: string, claims: Json): Promise<string> {
  const { access_token } = await call(`${api}/local/token`, { method: 'POST', body: JSON.stringify(claims) });
  return String(access_token);
}

export function createClient(api: string, token: string): Client {
  const authorization = `Bearer ${token}`;
  const get = (path: string) => call(api + path, { headers: { authorization } });
  return {
    get,
    // One key for all attempts: an answer that was lost is given again, not done again.
    post: (path, body) =>
      call(api + path, {
        method: 'POST',
        headers: { authorization, 'idempotency-key': randomUUID() },
        body: JSON.stringify(body),
      }),
    list: (path) => pages(get, path),
  };
}

async function pages(get: Client['get'], path: string): Promise<Json[]> {
  const items: Json[] = [];
  let cursor: unknown;
  do {
    const page = await get(cursor ? `${path}&cursor=${encodeURIComponent(String(cursor))}` : path);
    items.push(...(page.items as Json[]));
    cursor = page.next_cursor;
  } while (cursor);
  return items;
}

/** Waits as long as a 429 or 503 asks; anything else that is not a success is an error in plain words. */
async function call(url: string, init: { method?: string; headers?: Record<string, string>; body?: string }): Promise<Json> {
  for (let attempt = 1; ; attempt++) {
    const headers = { 'content-type': 'application/json', ...init.headers };
    const response = await fetch(url, { ...init, headers, signal: AbortSignal.timeout(timeoutMs) });
    const text = await response.text();
    if (response.ok) return JSON.parse(text) as Json;
    if (![429, 503].includes(response.status) || attempt === attempts) {
      throw new Error(`${init.method ?? 'GET'} ${url} answered ${response.status}: ${text.slice(0, 500)}`);
    }
    await sleep(Math.min(Number(response.headers.get('retry-after') ?? 1), 10) * 1000);
  }
}
