import { goodOrder, type World } from './bad-input-world.ts';
import type { Client } from './client.ts';

export interface Ask {
  readonly by: Client;
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string | undefined>;
}
export type Case = readonly [what: string, ask: (w: World) => Ask, status: number, code: string, ...pointers: string[]];

type More = Partial<Ask>;
export const get = (w: World, path: string, by = w.manager): Ask => ({ by, method: 'GET', path });
export const sends = (w: World, path: string, body: unknown, more: More = {}): Ask => ({
  by: w.manager,
  method: 'POST',
  path,
  body,
  ...more,
});
export const order = (w: World, patch: object, vault = w.vaults.open, more: More = {}): Ask =>
  sends(w, `/v1/vaults/${vault}/manager-orders`, { ...goodOrder(), ...patch }, more);
export const keyed = (w: World, key: string | undefined): Ask =>
  order(w, {}, w.vaults.open, { headers: { 'idempotency-key': key } });
export const follower = (w: World, patch: object, more: More = {}): Ask =>
  sends(w, `/v1/vaults/${w.vaults.open}/followers`, { ...plain, ...patch }, more);
const plain = { mode: 'proportional', scale: '1', webhook: { url: 'http://127.0.0.1:9/' } };
export const hook = (w: World, url: string): Ask => follower(w, { webhook: { url } });
export const change = (w: World, body: unknown, more: More = {}): Ask =>
  sends(w, `/v1/followers/${w.follower}`, body, { method: 'PATCH', ...more });
export const overlay = (w: World, body: unknown, more: More = {}): Ask =>
  sends(w, `/v1/vaults/${w.vaults.open}/overlay`, body, more);
export const end = (w: World, id: string, more: More = {}): Ask =>
  sends(w, `/v1/vaults/${w.vaults.open}/overlays/${id}`, undefined, { method: 'DELETE', ...more });
export const settle = (w: World, more: More = {}): Ask =>
  sends(w, `/v1/follower-orders/${w.child}/settle`, { happened: true }, more);
export const orders = (w: World, query: string): Ask => get(w, `/v1/manager-orders?vault_id=${w.vaults.open}&${query}`);
export const foreign = (w: World): More => ({ by: w.stranger });

export const vaultBody = { label: 'New', rails: ['fiat'] };
export const ago = (seconds: number): string => new Date(Date.now() - seconds * 1000).toISOString();
export const cursor = (position: unknown): string => Buffer.from(JSON.stringify(position)).toString('base64url');
export const someId = (kind: string): string => `${kind}_01ARZ3NDEKTSV4RRFFQ69G5FAV`;
export const invalid = [400, 'validation_failed'] as const;
export const refusedUrl = [400, 'webhook_url_refused', '/webhook/url'] as const;
