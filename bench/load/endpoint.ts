import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Follower {
  readonly key: Buffer;
  lastSeq: number;
  readonly seen: Set<string>;
}
interface Body {
  readonly seq: number;
  readonly meta: { readonly manager_order_id: string };
}

/** The endpoints of all followers on one server: each delivery is verified, and each follower's order is watched. */
export class Receivers {
  readonly faults: string[] = [];
  /** When a child of an order arrived, in ms. */
  readonly arrivals: { order: string; at: number }[] = [];
  readonly #followers = new Map<string, Follower>();
  readonly #server = createServer((request, response) => this.#take(request, response));
  #base = '';

  async listen(): Promise<void> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done));
    this.#base = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  url = (name: string): string => `${this.#base}/${name}`;

  join(name: string, secret: string): void {
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
    this.#followers.set(name, { key, lastSeq: 0, seen: new Set() });
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      this.#note(request, Buffer.concat(chunks).toString('utf8'));
      response.writeHead(200, { 'content-length': 0 }).end();
    });
  }

  #note({ url = '', headers }: IncomingMessage, raw: string): void {
    const at = Date.now();
    const name = url.slice(1);
    const follower = this.#followers.get(name);
    if (follower === undefined) return void this.faults.push(`${name}: nobody`);
    const hex = createHmac('sha256', follower.key).update(`${headers['x-vanta-timestamp']}.${raw}`).digest('hex');
    if (headers['x-vanta-signature'] !== `sha256=${hex}`) this.faults.push(`${name}: signature`);
    const id = String(headers['x-vanta-delivery']);
    const { seq, meta } = JSON.parse(raw) as Body;
    if (follower.seen.has(id)) this.faults.push(`${name}: ${id} came twice`);
    else if (seq !== follower.lastSeq + 1) this.faults.push(`${name}: ${seq} came after ${follower.lastSeq}`);
    follower.seen.add(id);
    follower.lastSeq = seq;
    this.arrivals.push({ order: meta.manager_order_id, at });
  }
}
