import { type Route, type RouteId, routes } from '../../wiring/routes.ts';
import { billingSchemas } from '../billing/routes.ts';
import { entitlementsSchemas } from '../entitlements/routes.ts';
import { followerSchemas } from '../followers/follower.ts';
import { mirroringSchemas } from '../mirroring/schemas.ts';
import { overlaySchemas } from '../overlays/overlay.ts';
import { tenantSchemas } from '../tenants/tenant.ts';
import { vaultSchemas } from '../vaults/vault.ts';
import type { Code } from './codes.ts';
import { codesOf } from './door-codes.ts';
import { problem } from './fields.ts';
import { operationOf } from './openapi-operation.ts';
import { headers, info, parameters, securitySchemes, tags, webhookTag } from './openapi-parts.ts';
import { gatewayMessage, problemExamples } from './openapi-problems.ts';
import { componentsOf } from './openapi-schemas.ts';
import { deliverySchemas, webhooksOf } from './openapi-webhooks.ts';
import type { RouteSchema } from './route-schema.ts';
import { contractSchemas } from './routes.ts';

/** Every route's schemas: a route without one does not compile. */
export const routeSchemas: { readonly [Id in RouteId]: RouteSchema } = {
  ...contractSchemas,
  ...tenantSchemas,
  ...vaultSchemas,
  ...followerSchemas,
  ...mirroringSchemas,
  ...overlaySchemas,
  ...billingSchemas,
  ...entitlementsSchemas,
};

/** The OpenAPI 3.1 document, made from the schemas that validate requests and answers (SPEC 2). */
export function openApiDocument(version: string) {
  const components = componentsOf(routeSchemas, { Problem: problem, ...deliverySchemas });
  const paths: Record<string, Record<string, unknown>> = {};
  const responses: Record<string, unknown> = {};
  const named = new Set<Code>();
  for (const [id, route] of Object.entries(routes) as [RouteId, Route][]) {
    const schema = routeSchemas[id];
    const list = codesOf(route, schema);
    const { operation, shared } = operationOf({ id, route, schema, codes: list, components });
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation };
    Object.assign(responses, shared);
    for (const code of list) named.add(code);
  }
  return {
    openapi: '3.1.0',
    info: info(version),
    servers: [{ url: '/', description: 'The stage that serves this document' }],
    tags: [...tags, webhookTag],
    paths,
    webhooks: webhooksOf(components),
    components: {
      schemas: { ...components, GatewayMessage: gatewayMessage },
      headers,
      parameters,
      responses,
      examples: problemExamples(named),
      securitySchemes,
    },
  };
}
