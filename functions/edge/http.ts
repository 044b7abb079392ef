import middy from '@middy/core';
import type { APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { type IdempotencyStore, runOnce, type StoredAnswer } from '../../shared/domain/contract/idempotency.ts';
import type { RoomSchemas, RouteSchema } from '../../shared/domain/contract/route-schema.ts';
import { mayTry } from '../../shared/domain/tenants/policy.ts';
import { type Claims, type Principal, principalOf } from '../../shared/domain/tenants/principal.ts';
import { subjectText } from '../../shared/domain/tenants/scope.ts';
import { canonicalJson, sha256Hex } from '../../shared/kit/hash.ts';
import { assert, Refusal } from '../../shared/kit/refusal.ts';
import { limits } from '../../shared/wiring/limits.ts';
import type { RouteIdOf } from '../../shared/wiring/route-types.ts';
import { type ApiRoom, type Route, type RouteId, routes } from '../../shared/wiring/routes.ts';
import { type Admission, admit, type CallerPorts } from './admit.ts';
import { clock, freshUlid } from './entropy.ts';
import { fileAnswer } from './file.ts';
import { logger } from './observe.ts';
import { internalError, problemBody } from './problem.ts';
import {
  type ApiAnswer,
  type ApiEvent,
  type ApiRequest,
  bodyText,
  principalIn,
  type RecordAnswer,
  traceparentOf,
} from './request.ts';
import { actFor, actingAs } from './scope.ts';
import { parsedJson, validated } from './validate.ts';

// biome-ignore lint/suspicious/noExplicitAny: each route's body has the type that its own schema gives it
export type RoomHandlers<R extends ApiRoom> = { readonly [Id in RouteIdOf<R>]: (request: ApiRequest<any>) => Promise<ApiAnswer> };

export interface HttpDoor {
  /** Where callers stand and what is left of their bucket; a door without it serves public routes only. */
  readonly callers?: CallerPorts;
  /** The claims of an access token, for routes that no gateway checks one for. */
  readonly claimsOf?: (token: string) => Promise<Claims | undefined>;
  readonly idempotency?: IdempotencyStore;
  /** Makes the secret that a sealed answer names. */
  readonly unseal?: (sealed: NonNullable<ApiAnswer['sealed']>) => Promise<string>;
}

type Answer = APIGatewayProxyStructuredResultV2;
type Handle = (request: ApiRequest) => Promise<ApiAnswer>;
interface Bound {
  readonly id: RouteId;
  readonly route: Route;
  readonly schema: RouteSchema;
  readonly handle: Handle;
}

/** A room's HTTP door: one chain for all of its routes, so that no handler can forget a part of SPEC 2. */
export function httpDoor<R extends ApiRoom>(room: R, schemas: RoomSchemas<R>, handlers: RoomHandlers<R>, door: HttpDoor = {}) {
  const bound = new Map<string, Bound>();
  for (const [id, route] of Object.entries(routes) as [RouteIdOf<R>, Route][]) {
    if (route.room !== room) continue;
    bound.set(`${route.method} ${route.path}`, { id, route, schema: schemas[id] as RouteSchema, handle: handlers[id] as Handle });
  }
  return chain((event, context) => serve(event, context, bound, door));
}

/** The chain alone: correlation, logs, and errors as problem documents. */
export function chain(serveEvent: (event: ApiEvent, context: Context) => Promise<Answer>) {
  return middy<ApiEvent, Answer>(serveEvent).use(correlated()).use(problems());
}

const correlated = (): middy.MiddlewareObj<ApiEvent, Answer> => ({
  before: ({ event }) => {
    logger.resetKeys();
    logger.appendKeys({
      request_id: event.requestContext.requestId,
      route: event.routeKey,
      traceparent: traceparentOf(event.headers),
    });
  },
  after: ({ event, response }) => {
    if (response) response.headers = { ...response.headers, 'x-request-id': event.requestContext.requestId };
  },
});

const problems = (): middy.MiddlewareObj<ApiEvent, Answer> => ({
  onError: (request) => {
    const { error, event } = request;
    if (!(error instanceof Refusal)) logger.error('request failed', { error: error as Error });
    const refusal = error instanceof Refusal ? error : internalError();
    request.response = problemAnswer(refusal, event.requestContext.requestId);
  },
});

export const problemAnswer = (refusal: Refusal, requestId: string): Answer => ({
  statusCode: refusal.status,
  headers: {
    'content-type': 'application/problem+json',
    'x-request-id': requestId,
    // RFC 9110, 15.5.6: a 405 names what the path takes.
    ...(Array.isArray(refusal.extra['allow']) ? { allow: refusal.extra['allow'].join(', ') } : {}),
    // RFC 9110, 10.2.3: who must wait is told how long.
    ...(typeof refusal.extra['retry_after_seconds'] === 'number' ? { 'retry-after': refusal.extra['retry_after_seconds'] } : {}),
  },
  body: problemBody(refusal, requestId),
});

async function serve(event: ApiEvent, context: Context, bound: ReadonlyMap<string, Bound>, door: HttpDoor): Promise<Answer> {
  const found = bound.get(event.routeKey);
  if (found === undefined) throw new Error(`no handler is bound to ${event.routeKey}`);
  const caller = await claimant(event, found.route, door);
  return actingAs(caller, () => served(event, context, { ...found, caller, door }));
}

async function served(event: ApiEvent, context: Context, { caller, ...work }: Calling): Promise<Answer> {
  const admission = await admit(caller, work.route.access, work.door.callers);
  actFor(admission.principal);
  try {
    return told(await carryOut(event, context, { ...work, admission }), admission);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return told(problemAnswer(error, event.requestContext.requestId), admission);
  }
}

/** Who calls, as a verified token says: the gateway verified it, or, where a signature does as well, we do. Public routes have no caller. */
async function claimant(event: ApiEvent, { access }: Route, { claimsOf }: HttpDoor): Promise<Principal | undefined> {
  if (access.kind === 'public') return undefined;
  if (access.kind !== 'signature' || claimsOf === undefined) return principalIn(event);
  const token = /^bearer +(.+)$/i.exec(event.headers['authorization'] ?? '')?.[1];
  if (token === undefined) return undefined;
  const claims = await claimsOf(token);
  if (claims === undefined) throw new Refusal(401, 'unauthenticated', 'The access token is not valid.');
  return principalOf(claims);
}

/** Every answer to a known caller says what is left of its bucket. */
const told = (given: Answer, { headers }: Admission): Answer => ({ ...given, headers: { ...headers, ...given.headers } });

interface Calling extends Bound {
  readonly door: HttpDoor;
  readonly caller: Principal | undefined;
}
interface Work extends Bound {
  readonly admission: Admission;
  readonly door: HttpDoor;
}

async function carryOut(event: ApiEvent, context: Context, work: Work): Promise<Answer> {
  const { id, route, schema, handle, admission, door } = work;
  if (admission.refusal !== undefined) throw admission.refusal;
  mayTry(admission.principal, id);
  const request = parse(event, schema, admission.principal);
  const give = (seed: string) => handle({ ...request, seed });
  if (route.method === 'GET' || route.unkeyed === true || door.idempotency === undefined) {
    const given = await give(freshUlid());
    return given.file === undefined ? answer(toStored(given, schema), false, door) : fileAnswer(given.file, event);
  }
  const run = async (seed: string) => toStored(recordOf(await give(seed)), schema);
  const once = { ...identity(event, request), freshSeed: freshUlid(), leaseMs: context.getRemainingTimeInMillis() };
  const { answer: stored, replayed } = await runOnce(once, (seed) => kept(() => run(seed), request.requestId), {
    store: door.idempotency,
    clock,
  });
  return answer(stored, replayed, door);
}

function parse(event: ApiEvent, schema: RouteSchema, principal: ApiRequest['principal']): Omit<ApiRequest, 'seed'> {
  const traceparent = traceparentOf(event.headers);
  const ifMatch = event.headers['if-match'];
  return {
    principal,
    params: validatedParams(event, schema),
    query: schema.query === undefined ? noQuery(event) : validated(schema.query, { ...event.queryStringParameters }, 'query'),
    body: schema.body === undefined ? undefined : validated(schema.body, readBody(event), 'body'),
    requestId: event.requestContext.requestId,
    raw: event,
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(ifMatch === undefined ? {} : { ifMatch }),
  };
}

/** A path's id that cannot exist is a thing that does not exist: 404, not 400. */
function validatedParams(event: ApiEvent, schema: RouteSchema): Record<string, string> {
  const given = event.pathParameters ?? {};
  for (const [name, field] of Object.entries(schema.params)) {
    if (field.safeParse(given[name]).success) continue;
    const what = name.replace(/_id$/, '');
    throw new Refusal(404, `${what}_not_found`, `There is no such ${what.replaceAll('_', ' ')}.`);
  }
  return given as Record<string, string>;
}

function noQuery(event: ApiEvent): Record<string, string | undefined> {
  const names = Object.keys(event.queryStringParameters ?? {});
  if (names.length === 0) return {};
  const errors = names.map((name) => ({ pointer: `/${name}`, detail: 'unknown field' }));
  throw new Refusal(400, 'validation_failed', 'The query is not valid: see errors.', { errors });
}

function readBody(event: ApiEvent): unknown {
  const text = bodyText(event);
  if (Buffer.byteLength(text) > limits.bodyBytes)
    throw new Refusal(413, 'body_too_large', `A body is at most ${limits.bodyBytes} bytes.`);
  return parsedJson(text);
}

/**
 * Who runs what: keys are per tenant (before there is one: per subject), method and path. A person of role follower, who may not
 * do all that its tenant may, has keys of its own: a replay is answered before anybody asks whose the thing is.
 */
function identity(event: ApiEvent, request: Omit<ApiRequest, 'seed'>) {
  const key = event.headers['idempotency-key'];
  if (key === undefined || key === '') throw new Refusal(400, 'idempotency_key_required', 'An Idempotency-Key header is needed.');
  if (!/^[\x21-\x7e]+$/.test(key) || key.length > limits.idempotencyKeyCharacters) {
    throw new Refusal(
      400,
      'idempotency_key_invalid',
      `An Idempotency-Key has 1 to ${limits.idempotencyKeyCharacters} visible ASCII characters.`,
    );
  }
  const { method } = event.requestContext.http;
  return {
    owner: ownerOf(request.principal),
    hash: sha256Hex(`${method} ${event.rawPath}\n${request.principal?.followerId ?? ''}\n${key}`),
    fingerprint: sha256Hex(canonicalJson({ query: request.query, body: request.body, ifMatch: request.ifMatch })),
  };
}

/** Who is no member of the tenant that its token names has none: its keys are its own. */
function ownerOf(principal: Principal | undefined): string {
  if (principal === undefined) return 'nobody';
  const { tenant, tenantId, subject } = principal;
  return tenant === undefined || tenantId === undefined ? subjectText(subject) : tenantId;
}

/** A refusal of the effect is its answer, kept like any other; an outage, and what may be asked again later, go up and are not kept. */
async function kept(run: () => Promise<StoredAnswer>, requestId: string): Promise<StoredAnswer> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof Refusal) || error.passing) throw error;
    return { status: error.status, body: problemBody(error, requestId), contentType: 'application/problem+json' };
  }
}

/** What may be asked again with its key has to be a record. */
function recordOf(given: ApiAnswer): RecordAnswer {
  assert(given.file === undefined, 'a request with an Idempotency-Key was answered with a file');
  return given;
}

function toStored(given: RecordAnswer, schema: RouteSchema): StoredAnswer {
  const body = JSON.stringify(given.body);
  const isList = typeof given.body === 'object' && given.body !== null && 'items' in given.body;
  // Records carry a tag (SPEC 2): the one that a PATCH compares where there is a version, else one of the content.
  const etag = given.etag ?? (isList || schema.answer.noStore === true ? undefined : `"${sha256Hex(body).slice(0, 32)}"`);
  return {
    status: given.status ?? schema.answer.status,
    body,
    contentType: 'application/json',
    ...(etag === undefined ? {} : { etag }),
    ...(given.sealed === undefined ? {} : { sealed: given.sealed }),
    ...(schema.answer.noStore === true ? { noStore: true } : {}),
  };
}

async function answer(stored: StoredAnswer, replayed: boolean, door: HttpDoor): Promise<Answer> {
  return {
    statusCode: stored.status,
    headers: {
      'content-type': stored.contentType,
      ...(stored.etag === undefined ? {} : { etag: stored.etag }),
      ...(stored.noStore === true ? { 'cache-control': 'no-store' } : {}),
      ...(replayed ? { 'idempotent-replayed': 'true' } : {}),
    },
    body: stored.sealed === undefined ? stored.body : await withSecret(stored, door),
  };
}

async function withSecret(stored: StoredAnswer, door: HttpDoor): Promise<string> {
  if (stored.sealed === undefined || door.unseal === undefined) throw new Error('a sealed answer met a door that cannot unseal');
  return JSON.stringify({ ...JSON.parse(stored.body), signing_secret: await door.unseal(stored.sealed) });
}
