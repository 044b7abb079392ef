import { randomUUID } from 'node:crypto';
import { retryAfterSeconds, VantaConnectionError, VantaError } from './errors.ts';
import type { Answer, AnyInput, Operation } from './operation.ts';
import { brokeInTheMiddle, delayBefore, isPassing, type RetryOptions, type Surroundings, surroundings } from './retry.ts';
import { signWebhook } from './webhooks.ts';

/** An access token, or what gives one: asked before each call, and once more, told of the token that was refused, after a 401. */
export type Token = string | ((context: { readonly refused: string | undefined }) => string | Promise<string>);

export interface ClientOptions {
  /** Where the API is, without `/v1`: `https://api.example.com`. */
  readonly baseUrl: string;
  /** Left out for what is public. */
  readonly token?: Token;
  /** Of each try. Default 30,000. */
  readonly timeoutMs?: number;
  readonly retry?: RetryOptions;
  /** Stands before the client's own name in `User-Agent`. */
  readonly userAgent?: string;
  readonly fetch?: typeof globalThis.fetch;
  /** Time and chance; for tests. */
  readonly surroundings?: Partial<Surroundings>;
}

export interface RawRequest {
  readonly body?: string | Uint8Array;
  /** Beside the client's own, or instead of them; `undefined` leaves one of those out. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
}

const name = 'vanta-client/0.1';
const defaultTimeoutMs = 30_000;

/** Carries calls over HTTP: one key per call, tries again what may be tried again, gives answers or throws. */
export class Transport {
  readonly #options: ClientOptions;
  readonly #around: Surroundings;
  readonly #base: string;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#around = { ...surroundings, ...options.surroundings };
    this.#base = options.baseUrl.replace(/\/+$/, '');
  }

  /** One call, with as many tries as it takes and may take. */
  async send(id: string, operation: Operation, input: AnyInput): Promise<Answer<unknown>> {
    const request = this.#requestOf(operation, input);
    const startedAt = this.#around.now();
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await this.#attempt(operation, request, input);
      if (!('cause' in outcome) && outcome.response.ok) return answerOf(outcome, attempt);
      const delay = this.#mayRepeat(operation, outcome) ? this.#delay(outcome, attempt, startedAt) : undefined;
      if (delay === undefined) throw errorOf(id, outcome, attempt);
      await this.#around.sleep(delay, input.signal);
    }
  }

  /** One request as it is said, with the client's token: no key, no second try, no error for a refusal. */
  async raw(method: string, path: string, { body, headers, signal }: RawRequest = {}): Promise<Response> {
    const token = await this.#token(undefined);
    return this.#fetch(`${this.#base}${path}`, {
      method,
      headers: withoutUndefined({ ...this.#common(token), ...lowerCased(headers) }),
      ...(body === undefined ? {} : { body: body as NonNullable<RequestInit['body']> }),
      ...(signal === undefined ? {} : { signal }),
    });
  }

  #requestOf(operation: Operation, input: AnyInput): Prepared {
    const body = operation.body ? JSON.stringify(input.body ?? {}) : undefined;
    return {
      url: this.#base + pathOf(operation.path, input.path) + queryOf(input.query),
      method: operation.method,
      body,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(operation.key ? { 'idempotency-key': input.idempotencyKey ?? randomUUID() } : {}),
        ...(input.ifMatch === undefined ? {} : { 'if-match': input.ifMatch }),
        ...(input.traceparent === undefined ? {} : { traceparent: input.traceparent }),
        ...lowerCased(input.headers),
      },
    };
  }

  /** One try. A 401 to a token that can be renewed is asked again at once, with a new one. */
  async #attempt(operation: Operation, request: Prepared, input: AnyInput): Promise<Outcome> {
    const signs = operation.auth === 'signature' && input.secret !== undefined;
    const token = operation.auth === 'none' || signs ? undefined : await this.#token(undefined);
    const first = await this.#exchange(request, this.#speaker(request, input, token), input.signal);
    const renewable = token !== undefined && typeof this.#options.token === 'function';
    if ('cause' in first || first.response.status !== 401 || !renewable) return first;
    return this.#exchange(request, this.#speaker(request, input, await this.#token(token)), input.signal);
  }

  /** Who speaks: a token, or the follower's signature, which holds for five minutes and is therefore made for each try. */
  #speaker(request: Prepared, { secret }: AnyInput, token: string | undefined): Record<string, string> {
    if (secret === undefined) return this.#common(token);
    const signed = signWebhook({ id: `msg_${randomUUID()}`, secret, body: request.body ?? '', now: this.#around.now });
    return { ...this.#common(undefined), ...signed };
  }

  async #exchange(request: Prepared, headers: Record<string, string>, signal: AbortSignal | undefined): Promise<Outcome> {
    signal?.throwIfAborted();
    const limit = AbortSignal.timeout(this.#options.timeoutMs ?? defaultTimeoutMs);
    try {
      const response = await this.#fetch(request.url, {
        method: request.method,
        headers: { ...headers, ...request.headers },
        ...(request.body === undefined ? {} : { body: request.body }),
        signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
      });
      return { response, body: bodyOf(await response.text(), response) };
    } catch (cause) {
      // Who gave up is told so, and not that the network failed.
      signal?.throwIfAborted();
      return { cause };
    }
  }

  #mayRepeat(operation: Operation, outcome: Outcome): boolean {
    if (!operation.safe) return false;
    if ('cause' in outcome) return true;
    const { status } = outcome.response;
    return brokeInTheMiddle(status, operation.key) || isPassing(status, (outcome.body as { code?: unknown } | null)?.code);
  }

  #delay(outcome: Outcome, attempt: number, startedAt: number): number | undefined {
    const wait = 'cause' in outcome ? undefined : retryAfterSeconds(outcome.response.headers, this.#around.now());
    return delayBefore({ attempt, startedAt, retryAfterSeconds: wait }, this.#options.retry ?? {}, this.#around);
  }

  async #token(refused: string | undefined): Promise<string | undefined> {
    const { token } = this.#options;
    return typeof token === 'function' ? token({ refused }) : token;
  }

  #common(token: string | undefined): Record<string, string> {
    const { userAgent } = this.#options;
    return {
      accept: 'application/json',
      'user-agent': userAgent === undefined ? name : `${userAgent} ${name}`,
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
  }

  #fetch(url: string, init: RequestInit): Promise<Response> {
    return (this.#options.fetch ?? globalThis.fetch)(url, { redirect: 'error', ...init });
  }
}

const withoutUndefined = (given: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));

interface Prepared {
  readonly url: string;
  readonly method: string;
  readonly body: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

/** What came of one try: an answer, or none. */
type Outcome = { readonly response: Response; readonly body: unknown } | { readonly cause: unknown };

function errorOf(id: string, outcome: Outcome, attempts: number): Error {
  if ('cause' in outcome) return new VantaConnectionError(id, attempts, outcome.cause);
  const { status, headers } = outcome.response;
  return new VantaError({ operation: id, status, headers, body: outcome.body, attempts });
}

function answerOf({ response, body }: { response: Response; body: unknown }, attempts: number): Answer<unknown> {
  const { status, headers } = response;
  return {
    data: body,
    status,
    headers,
    etag: headers.get('etag') ?? undefined,
    requestId: headers.get('x-request-id') ?? undefined,
    replayed: headers.get('idempotent-replayed') === 'true',
    attempts,
  };
}

/** JSON as a value, anything else as text; what says that it is JSON and is none is text, too. */
function bodyOf(text: string, response: Response): unknown {
  if (!/json/.test(response.headers.get('content-type') ?? '')) return text;
  try {
    return JSON.parse(text);
  } catch {
    // A gateway's page, not ours: the error carries it as text.
    return text;
  }
}

function pathOf(path: string, given: AnyInput['path'] = {}): string {
  return path.replace(/\{(\w+)\}/g, (_, parameter: string) => {
    const value = given[parameter];
    if (value === undefined || value === '') throw new TypeError(`path.${parameter} is missing`);
    return encodeURIComponent(value);
  });
}

function queryOf(query: AnyInput['query'] = {}): string {
  const given = Object.entries(query).flatMap(([field, value]) => (value === undefined ? [] : [[field, String(value)] as const]));
  return given.length === 0 ? '' : `?${new URLSearchParams(Object.fromEntries(given))}`;
}

/** Header names mean the same in any case; two spellings of one would be sent as two values. */
const lowerCased = <V>(headers: Readonly<Record<string, V>> | undefined): Record<string, V> =>
  Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
