import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

export interface Received {
  readonly follower: string;
  readonly delivery: string;
  readonly attempt: number;
  readonly arrived: number;
  readonly body: DeliveryBody;
  readonly raw: string;
  readonly status: number;
}
export interface DeliveryBody {
  readonly seq: number;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly qty: string;
  readonly position_after: string;
  readonly follower_order_id: string;
  readonly meta: { readonly manager_order_id: string };
}
export type Answerer = (follower: string, request: { body: DeliveryBody; attempt: number }) => number | Promise<number>;

/** Followers' endpoints on one server: each under its own path, each with its own secret, each verifying on its own. */
export class Endpoints {
  readonly received: Received[] = [];
  readonly faults: string[] = [];
  readonly secrets = new Map<string, string>();
  answer: Answerer = () => 200;
  private readonly server: Server;
  private base = '';

  constructor() {
    this.server = createServer((request, response) => void this.take(request, response));
  }

  async listen(): Promise<void> {
    await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
    this.base = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }
  url = (follower: string): string => `${this.base}/${follower}`;
  of = (follower: string): Received[] => this.received.filter((r) => r.follower === follower);

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const arrived = Date.now();
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const raw = Buffer.concat(chunks).toString('utf8');
    const follower = (request.url ?? '').slice(1);
    const header = (name: string) => String(request.headers[name] ?? '');
    this.verify(follower, raw, header);
    const body = JSON.parse(raw) as DeliveryBody;
    const attempt = Number(header('x-vanta-attempt'));
    const status = await this.answer(follower, { body, attempt });
    this.received.push({ follower, delivery: header('x-vanta-delivery'), attempt, arrived, body, raw, status });
    response.writeHead(status).end();
  }

  private verify(follower: string, raw: string, header: (name: string) => string): void {
    const secret = this.secrets.get(follower);
    if (secret === undefined) return void this.faults.push(`${follower} has no secret`);
    const timestamp = header('x-vanta-timestamp');
    const hex = createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64'))
      .update(`${timestamp}.${raw}`)
      .digest('hex');
    if (header('x-vanta-signature') !== `sha256=${hex}`) this.faults.push(`${follower}: X-Vanta-Signature`);
    if (Math.abs(Date.now() / 1000 - Number(timestamp)) > 300) this.faults.push(`${follower}: timestamp`);
    try {
      new Webhook(secret).verify(raw, {
        'webhook-id': header('webhook-id'),
        'webhook-timestamp': header('webhook-timestamp'),
        'webhook-signature': header('webhook-signature'),
      });
    } catch (error) {
      this.faults.push(`${follower}: ${(error as Error).message}`);
    }
  }
}

/** Polls until the condition holds; throws with `what` when it does not in time. */
export async function until(holds: () => boolean | Promise<boolean>, what: string, ms = 30_000): Promise<void> {
  const end = Date.now() + ms;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited ${ms} ms in vain: ${what}`);
    await new Promise((r) => setTimeout(r, 50));
  }
}
