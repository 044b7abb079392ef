import { routeSchemas } from '../../../shared/domain/contract/openapi.ts';
import type { RouteId } from '../../../shared/wiring/routes.ts';
import type { Reply, Seen } from '../../client/support/server.ts';
import { operations, responseOf } from '../../contract/support/document.ts';

const rows = operations
  .map(({ path, method, operation }) => ({
    id: operation.operationId as RouteId,
    method: method.toUpperCase(),
    pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`),
    literal: !path.includes('{'),
    operation,
  }))
  .toSorted((a, b) => Number(b.literal) - Number(a.literal));

/** Answers every route of the contract with its example, if the request's body is one that the contract takes. */
export function exampleOf({ method, url, body }: Pick<Seen, 'method' | 'url' | 'body'>): Reply {
  const path = url.split('?')[0] ?? '';
  const row = rows.find((one) => one.method === method && one.pattern.test(path));
  if (row === undefined) return { status: 404, body: { code: 'route_not_found', detail: path } };
  const schema = routeSchemas[row.id].body;
  const read = schema?.safeParse(body === '' ? undefined : JSON.parse(body));
  if (read?.success === false) return { status: 400, body: { code: 'validation_failed', detail: read.error.message } };
  const [status, response] = Object.entries(row.operation.responses).find(([code]) => code.startsWith('2')) ?? [];
  const [media] = Object.values(response === undefined ? {} : (responseOf(response).content ?? {}));
  return { status: Number(status), body: media?.example };
}
