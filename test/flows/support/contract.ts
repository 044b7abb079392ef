import { problem } from '../../../shared/domain/contract/fields.ts';
import { routeSchemas } from '../../../shared/domain/contract/openapi.ts';
import { type Route, type RouteId, routes } from '../../../shared/wiring/routes.ts';
import type { Client, Reply } from './client.ts';

const shapes = (Object.entries(routes) as [RouteId, Route][]).map(([id, { method, path }]) => ({
  id,
  method,
  pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`),
}));

/** Codes that every route can give; all others stand in the route's own list, and so in the OpenAPI document. */
const everywhere = new Set([
  'unauthenticated',
  'scope_required',
  'tenant_required',
  'not_a_member',
  'tenant_suspended',
  'tenant_closed',
  'rate_limited',
  'validation_failed',
  'json_malformed',
  'body_too_large',
  'idempotency_key_required',
  'idempotency_key_invalid',
  'idempotency_key_reused',
  'idempotency_in_progress',
]);

/** What is wrong with an answer by the contract that the OpenAPI document is made from; undefined when nothing is. */
function faultOf(method: string, path: string, { status, headers, body }: Reply): string | undefined {
  const route = shapes.find((s) => s.method === method && s.pattern.test(path.split('?')[0] ?? ''));
  const type = headers.get('content-type');
  if (status === 401 && type === 'application/json') return undefined; // API Gateway's own
  if (headers.get('x-request-id') === null) return 'no X-Request-Id';
  if (status < 400) {
    if (route === undefined) return 'a 2xx of no route';
    const { answer } = routeSchemas[route.id];
    const read = answer.schema.safeParse(body);
    if (status !== answer.status) return `status ${status}, not ${answer.status}`;
    return read.success ? undefined : `${read.error.issues[0]?.path.join('/')}: ${read.error.issues[0]?.message}`;
  }
  if (type !== 'application/problem+json') return `content-type ${type}`;
  const read = problem.safeParse(body);
  if (!read.success) return `problem: ${read.error.issues[0]?.path.join('/')}: ${read.error.issues[0]?.message}`;
  if (read.data.status !== status) return 'the problem names another status';
  const replayed = headers.get('idempotent-replayed') === 'true';
  if (!replayed && read.data.instance !== `urn:vanta:request:${headers.get('x-request-id')}`)
    return 'instance is not the request';
  const known = route === undefined || everywhere.has(read.data.code) || routeSchemas[route.id].codes.includes(read.data.code);
  return known ? undefined : `${read.data.code} is not among the route's codes`;
}

/** The same client, all of whose answers are held against the contract; what is wrong is noted in `faults`. */
export function checked(client: Client, faults: Set<string>): Client {
  const call = client.call.bind(client);
  client.call = async <T>(...request: Parameters<typeof call>): Promise<Reply<T>> => {
    const reply = await call<T>(...request);
    const [method, path] = request;
    const fault = faultOf(method, path, reply as Reply);
    if (fault !== undefined) faults.add(`${method} ${path.replace(/_[0-9A-Z]{26,}/g, '_ID')} ${reply.status}: ${fault}`);
    return reply;
  };
  return client;
}
