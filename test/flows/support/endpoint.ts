import { createHmac, randomInt } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

export interface Received {
  readonly follower: string;
  readonly delivery: string;
  readonly attempt: number;
  readonly arrived: number;
  readonly body: DeliveryBody;
  readonly raw: string;
  readonly headers: IncomingHttpHeaders;
  readonly status: number;
}
export interface DeliveryBody {
  readonly type: 'child_order' | 'cancel' | 'test';
  /** In a cancel: the child that it takes back. */
  readonly cancels?: string;
  readonly seq: number;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly qty: string;
  readonly position_after: string;
  readonly follower_order_id: string;
  readonly meta: { readonly manager_order_id: string };
  readonly sizing: { readonly target: string; readonly want: string; readonly told: string };
}
/** The status to answer with; 0 cuts the connection. */
export type Answerer = (follower: string, request: { body: DeliveryBody; attempt: number }) => number | Promise<number>;

/** Followers' endpoints on one server: each under its own path, each with its own secret, each verifying on its own. */
export class Endpoints {
  readonly received: Received[] = [];
  readonly secrets = new Map<string, string>();
  answer: Answerer = () => 200;
  private readonly signed: Signed[] = [];
  private readonly server: Server;
  private port = 0;

  constructor() {
    this.server = createServer((request, response) => void this.take(request, response));
  }

  async listen(): Promise<void> {
    await new Promise<void>((done) => this.server.listen(this.port, '127.0.0.1', done));
    this.port = (this.server.address() as AddressInfo).port;
  }
  /** Addresses at which connections are refused until `listen`: of a port that the system gives to nobody else. */
  reserve(): void {
    this.port = randomInt(20_000, 30_000);
  }
  url = (follower: string): string => `http://127.0.0.1:${this.port}/${follower}`;
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
    this.signed.push({ follower, raw, arrived, headers: request.headers });
    const body = JSON.parse(raw) as DeliveryBody;
    const attempt = Number(header('x-vanta-attempt'));
    const status = await this.answer(follower, { body, attempt });
    this.received.push({
      follower,
      delivery: header('x-vanta-delivery'),
      attempt,
      arrived,
      body,
      raw,
      headers: request.headers,
      status,
    });
    if (status === 0) request.socket.destroy();
    else response.writeHead(status).end();
  }

  /** What is wrong with the signatures of what arrived. A delivery may arrive before the answer that shows its secret. */
  get faults(): string[] {
    return this.signed.flatMap((s) => faultsOf(s, this.secrets.get(s.follower)));
  }
}

interface Signed {
  readonly follower: string;
  readonly raw: string;
  readonly arrived: number;
  readonly headers: IncomingHttpHeaders;
}

function faultsOf({ follower, raw, arrived, headers }: Signed, secret: string | undefined): string[] {
  if (secret === undefined) return [`${follower} has no secret`];
  const header = (name: string) => String(headers[name] ?? '');
  const timestamp = header('x-vanta-timestamp');
  const hex = createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64'))
    .update(`${timestamp}.${raw}`)
    .digest('hex');
  const faults: string[] = [];
  // Several while a key rotates: one that fits is enough.
  if (!header('x-vanta-signature').split(',').includes(`sha256=${hex}`)) faults.push(`${follower}: X-Vanta-Signature`);
  if (Math.abs(arrived / 1000 - Number(timestamp)) > 300) faults.push(`${follower}: timestamp`);
  try {
    new Webhook(secret).verify(raw, {
      'webhook-id': header('webhook-id'),
      'webhook-timestamp': header('webhook-timestamp'),
      'webhook-signature': header('webhook-signature'),
    });
  } catch (error) {
    faults.push(`${follower}: ${(error as Error).message}`);
  }
  return faults;
}

/** Polls until the condition holds; throws with `what` when it does not in time. */
export async function until(holds: () => boolean | Promise<boolean>, what: string, ms = 30_000, every = 50): Promise<void> {
  const end = Date.now() + ms;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited ${ms} ms in vain: ${what}`);
    await new Promise((r) => setTimeout(r, every));
  }
}
