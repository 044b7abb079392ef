import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { type Exact, one, show } from '../../local/demo/decimal.ts';
import type { Wish } from '../../local/demo/mix.ts';
import { expectedChildren, type Trade } from '../../local/demo/oracle.ts';
import { delivery, secret } from './delivery.ts';

type Json = Record<string, unknown>;
interface Follower extends Wish {
  readonly id: string;
  readonly url: string;
}
interface Order extends Trade {
  readonly externalId: string;
  readonly progress: { ack: number; skipped: number };
}

/** What this platform does wrong. */
export interface Misbehaviour {
  readonly drops?: (seq: number, n: number) => boolean;
  readonly doubles?: boolean;
  readonly badKeyFor?: number;
  readonly refuses?: string;
  /** Tells this follower one share more than is due, and the position that follows from it. */
  readonly overbuys?: number;
}

/** Answers as SPEC 2-6 describe, as far as the demo asks, and delivers at once: it proves the demo, not the platform. */
class FakePlatform {
  private readonly followers: Follower[] = [];
  private readonly orders: Order[] = [];
  private readonly refused: string[] = [];
  private readonly acceptedAt = new Date().toISOString();
  private readonly misbehaviour: Misbehaviour;

  constructor(misbehaviour: Misbehaviour) {
    this.misbehaviour = misbehaviour;
  }

  answer({ url = '', method, headers }: IncomingMessage, body: Json): unknown {
    if (headers['x-amz-target'] === 'AWSEvents.PutEvents') return this.putEvents(body);
    if (url === '/local/token') return { access_token: 'token' };
    if (url === '/local/subscription') return {};
    if (url === '/v1/tenants') return { tenant_id: 'ten_1' };
    if (url === '/v1/vaults') return { vault_id: 'vlt_1' };
    if (method === 'POST' && url === '/v1/vaults/vlt_1/followers') return this.register(body);
    if (url.startsWith('/v1/manager-orders?')) return this.list();
    const order = this.orders.find((o) => url === `/v1/manager-orders/mo_${o.seq}`);
    return order && this.view(order);
  }

  private register({ mode, scale, max_pos_usd, webhook }: Json) {
    const url = (webhook as { url: string }).url;
    const n = Number(url.split('/').at(-1));
    const cap = max_pos_usd === undefined ? {} : { maxPosUsd: String(max_pos_usd) };
    this.followers.push({ n, mode: mode as Wish['mode'], scale: String(scale), ...cap, id: `fol_${n}`, url });
    return { follower_id: `fol_${n}`, signing_secret: secret };
  }

  private async putEvents({ Entries }: Json) {
    const [entry] = Entries as { Detail: string }[];
    const { orders } = JSON.parse(entry?.Detail ?? '') as { orders: Record<string, string>[] };
    for (const order of orders) await this.accept(order);
    return { FailedEntryCount: 0, Entries: [{ EventId: 'evt' }] };
  }

  private async accept({ external_id = '', symbol = '', side, qty = '', ref_price = '' }: Record<string, string>) {
    if (external_id === this.misbehaviour.refuses) return void this.refused.push(external_id);
    const progress = { ack: 0, skipped: this.followers.length };
    const trade = { seq: this.orders.length + 1, symbol, side: side as 'buy' | 'sell', qty, refPrice: ref_price };
    const order = { ...trade, externalId: external_id, progress };
    this.orders.push(order);
    await Promise.all(this.followers.map((follower) => this.deliver(follower, order)));
  }

  private async deliver(follower: Follower, { seq, progress }: Order) {
    const child = expectedChildren(follower, this.orders).get(seq);
    if (!child || this.misbehaviour.drops?.(seq, follower.n)) return;
    const extra = this.misbehaviour.overbuys === follower.n && child.side === 'buy' ? one : 0n;
    const shares = { qty: plain(child.qty + extra), positionAfter: plain(child.positionAfter + extra) };
    const numbers = { seq, symbol: child.symbol, side: child.side, ...shares };
    const key = this.misbehaviour.badKeyFor === follower.n ? { key: `whsec_${Buffer.alloc(32).toString('base64')}` } : {};
    const message = delivery({ id: `fo_${seq}_${follower.n}`, followerId: follower.id, ...numbers }, key);
    const times = this.misbehaviour.doubles ? 2 : 1;
    for (let i = 0; i < times; i++) await fetch(follower.url, { method: 'POST', ...message });
    progress.ack += 1;
    progress.skipped -= 1;
  }

  private list() {
    const refusal = { manager_order_id: 'mo_x', seq: null, state: 'refused', code: 'vault_halted' };
    const refusals = this.refused.map((external_id) => ({ ...refusal, external_id }));
    return { items: [...this.orders.map((order) => this.view(order)), ...refusals], next_cursor: null };
  }

  private view({ seq, externalId, progress }: Order) {
    const named = { manager_order_id: `mo_${seq}`, external_id: externalId };
    return { ...named, seq, state: 'completed', accepted_at: this.acceptedAt, progress };
  }
}

const plain = (value: Exact): string => show(value).replaceAll(',', '');

/** API and bus at one address. */
export async function startFakePlatform(misbehaviour: Misbehaviour = {}) {
  const platform = new FakePlatform(misbehaviour);
  const server = createServer(async (request, response) => {
    const body = request.method === 'POST' ? ((await json(request)) as Json) : {};
    const reply = await platform.answer(request, body);
    response.writeHead(reply ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(reply ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { api: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop };
}
