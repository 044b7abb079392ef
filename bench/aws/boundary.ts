/**
 * The boundary of the process. Below it stands what a network would reach: the SDK's clients are the real ones up to their
 * request handler (marshalling, signing, parsing included), undici's request up to its dispatcher. No socket is opened.
 */
import { createHmac } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Agent, type Dispatcher } from 'undici';
import { deriveKey } from '../../shared/adapters/secrets/signing-keys.ts';
import type { Meter } from '../meter/meter.ts';
import type { WireQueues } from './queue.ts';
import { AwsFault, type WireTable } from './table.ts';

/** The secret that all signing keys are derived from. */
export const masterSecret = 'bench-master-secret-of-forty-characters!';

export interface World {
  table: WireTable;
  queues: WireQueues;
  meter: Meter;
  /** Called at every call of the SDK: where a worker's memory is read. */
  onCall: () => void;
  /** Called when all deliveries that were started are under way, before they are answered. */
  onFlight: () => void;
}

interface WireRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** Answers what the SDK's clients of this process send. */
export function answerSdk(world: World): void {
  const { requestHandler } = new DynamoDBClient({ region: 'us-east-1' }).config;
  const prototype = Object.getPrototypeOf(requestHandler) as { handle: (request: WireRequest) => Promise<unknown> };
  prototype.handle = async (request) => ({ response: respond(world, request) });
}

function respond(world: World, { headers, body }: WireRequest) {
  world.onCall();
  const [service, action = ''] = (headers['x-amz-target'] ?? '').split('.');
  const input = JSON.parse(textOf(body)) as Record<string, unknown>;
  try {
    return response(200, answer(world, service ?? '', action, input));
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error;
    return response(400, JSON.stringify({ __type: `com.amazonaws#${error.type}`, message: error.type, ...error.more }));
  }
}

const textOf = (body: unknown): string =>
  body instanceof Uint8Array ? Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8') : String(body);

function answer(world: World, service: string, action: string, input: Record<string, unknown>): string {
  if (service.startsWith('DynamoDB')) return world.table.answer(action, input);
  if (service === 'AmazonSQS') return JSON.stringify(world.queues.answer(action, input));
  world.meter.call(`${service}:${action}`);
  return JSON.stringify({ SecretString: masterSecret });
}

const response = (statusCode: number, body: string) => ({
  statusCode,
  headers: { 'content-type': 'application/x-amz-json-1.0' },
  body: Buffer.from(body),
});

/** Every so many deliveries one is verified as a receiver would. */
const verifyEvery = 997;

/** The followers' endpoints: take every delivery that undici would send, and answer 200 in the next turn of the loop. */
export class Endpoints {
  readonly #world: World;
  readonly #seen = new Set<string>();
  readonly faults: string[] = [];
  /** False while memory is watched: ids that are kept for the check would be taken for the platform's. */
  checks = true;
  #waiting: (() => void)[] = [];

  constructor(world: World) {
    this.#world = world;
  }

  listen(): void {
    const take = (options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler) => this.#take(options, handler);
    Agent.prototype.dispatch = (options, handler) => take(options, handler);
  }

  /** Forgets what arrived; gives how many different deliveries there were. */
  clear(): number {
    const { size } = this.#seen;
    this.#seen.clear();
    return size;
  }

  #take(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const headers = options.headers as Record<string, string>;
    const body = options.body as string;
    const id = headers['x-vanta-delivery'] ?? '';
    if (this.checks) this.#check(id, headers, body);
    this.#world.meter.delivery(requestBytes(options, headers, body));
    if (this.#waiting.push(() => finish(handler)) === 1) setImmediate(() => this.#answerAll());
    return true;
  }

  #check(id: string, headers: Record<string, string>, body: string): void {
    if (this.#seen.has(id)) this.faults.push(`${id} arrived twice`);
    this.#seen.add(id);
    if (this.#seen.size % verifyEvery === 1) this.#verify(headers, body);
  }

  #answerAll(): void {
    // All that was sent is under way now: a worker holds most.
    this.#world.onFlight();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const done of waiting) done();
  }

  #verify(headers: Record<string, string>, body: string): void {
    const { follower_id } = JSON.parse(body) as { follower_id: string };
    const key = deriveKey(masterSecret, follower_id, 1);
    const hex = createHmac('sha256', key).update(`${headers['x-vanta-timestamp']}.${body}`).digest('hex');
    if (headers['x-vanta-signature'] !== `sha256=${hex}`) this.faults.push(`${follower_id}: signature`);
  }
}

/** Request line, headers and body as HTTP/1.1 writes them. */
function requestBytes({ path, origin }: Dispatcher.DispatchOptions, headers: Record<string, string>, body: string): number {
  const lines = [`POST ${path} HTTP/1.1`, `host: ${String(origin)}`, ...Object.entries(headers).map(([n, v]) => `${n}: ${v}`)];
  return lines.reduce((sum, line) => sum + line.length + 2, 2) + Buffer.byteLength(body);
}

// The handlers in play answer at once and in full: they neither pause nor abort.
const controller = {
  rawHeaders: [],
  pause: () => undefined,
  resume: () => undefined,
  abort: () => undefined,
} as unknown as Dispatcher.DispatchController;

function finish(handler: Dispatcher.DispatchHandler): void {
  handler.onRequestStart?.(controller, {});
  handler.onResponseStart?.(controller, 200, { 'content-length': '0' }, 'OK');
  handler.onResponseEnd?.(controller, {});
}
