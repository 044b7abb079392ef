import type { Route } from '../../wiring/routes.ts';
import { type Code, codes } from './codes.ts';
import type { RouteSchema } from './route-schema.ts';

/** Whether a route takes an Idempotency-Key (SPEC 2): all that is no GET, but for those whose content is a key itself. */
export const needsKey = (route: Route): boolean => route.method !== 'GET' && route.unkeyed !== true;

const ofKeys: readonly Code[] = [
  'idempotency_key_required',
  'idempotency_key_invalid',
  'idempotency_in_progress',
  'idempotency_key_reused',
];

/** What the door in front of a room refuses by itself, before the room is asked. */
function doorCodes(route: Route, schema: RouteSchema): Code[] {
  // An id in the path that cannot exist is a thing that does not exist, and so is a thing that the policy does not show.
  const things = [
    ...Object.keys(schema.params).map((name) => name.replace(/_id$/, '')),
    ...(route.on === undefined ? [] : [route.on]),
  ];
  return [
    ...(schema.body === undefined ? [] : (['json_malformed', 'body_too_large'] as const)),
    'validation_failed',
    ...policyCodes(route),
    ...(needsKey(route) ? ofKeys : []),
    ...things.map(notFoundCode),
    'internal',
  ];
}

/** What the policy says before anything is read (policy.ts), and the limit of requests. */
function policyCodes({ access, method, tenants }: Route): Code[] {
  if (access.kind === 'public') return [];
  if (access.kind === 'signed_in') return ['unauthenticated', 'rate_limited', 'entitlement_required'];
  const readsOrPays = method === 'GET' || access.scope === 'billing:manage';
  return [
    'unauthenticated',
    'rate_limited',
    'tenant_required',
    'not_a_member',
    'scope_required',
    'tenant_closed',
    // Of machine clients.
    'entitlement_required',
    ...(readsOrPays ? [] : (['tenant_suspended'] as const)),
    ...(tenants === 'manager' ? (['tenant_kind'] as const) : []),
  ];
}

function notFoundCode(thing: string): Code {
  const code = `${thing}_not_found`;
  if (!(code in codes)) throw new Error(`${code} is not in the table of codes`);
  return code as Code;
}

/** Every code that a route can answer with: the door's, and the room's own. */
export function codesOf(route: Route, schema: RouteSchema): readonly Code[] {
  return [...new Set([...doorCodes(route, schema), ...schema.codes])];
}
