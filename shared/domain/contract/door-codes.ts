import type { Route } from '../../wiring/routes.ts';
import { type Code, codes } from './codes.ts';
import type { RouteSchema } from './route-schema.ts';

/** Whether a route takes an Idempotency-Key (SPEC 2): all that is no GET, but for those whose content is a key itself. */
export const needsKey = (route: Route): boolean => route.method !== 'GET' && route.access.kind !== 'signature';

const ofKeys: readonly Code[] = [
  'idempotency_key_required',
  'idempotency_key_invalid',
  'idempotency_in_progress',
  'idempotency_key_reused',
];

/** What the door in front of a room refuses by itself, before the room is asked. */
function doorCodes(route: Route, schema: RouteSchema): Code[] {
  const { kind } = route.access;
  const anonymous = kind === 'public' || kind === 'signature';
  return [
    ...(schema.body === undefined ? [] : (['json_malformed', 'body_too_large'] as const)),
    'validation_failed',
    ...(anonymous ? [] : (['unauthenticated'] as const)),
    ...(kind === 'scope' ? (['tenant_required', 'scope_required'] as const) : []),
    ...(needsKey(route) ? ofKeys : []),
    ...Object.keys(schema.params).map(notFoundCode),
    'internal',
  ];
}

/** An id in the path that cannot exist is a thing that does not exist. */
function notFoundCode(parameter: string): Code {
  const code = `${parameter.replace(/_id$/, '')}_not_found`;
  if (!(code in codes)) throw new Error(`${code}, of the path's {${parameter}}, is not in the table of codes`);
  return code as Code;
}

/** Every code that a route can answer with: the door's, and the room's own. */
export function codesOf(route: Route, schema: RouteSchema): readonly Code[] {
  return [...new Set([...doorCodes(route, schema), ...schema.codes])];
}
