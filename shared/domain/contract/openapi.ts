import { z } from 'zod';
import { type Route, type RouteId, routes } from '../../wiring/routes.ts';
import { followerSchemas } from '../followers/follower.ts';
import { mirroringSchemas } from '../mirroring/schemas.ts';
import { overlaySchemas } from '../overlays/overlay.ts';
import { tenantSchemas } from '../tenants/tenant.ts';
import { vaultSchemas } from '../vaults/vault.ts';
import { childOrderDelivery } from '../webhooks/delivery-schema.ts';
import { problem } from './fields.ts';
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
};

const pascal = (id: string): string => id.charAt(0).toUpperCase() + id.slice(1);
const reference = (name: string) => ({ $ref: `#/components/schemas/${name}` });

/** Names under which a schema stands in the document: its own (`meta({id})`) or its route's. */
function nameOf(schema: z.ZodType, otherwise: string): string {
  return (z.globalRegistry.get(schema)?.id as string | undefined) ?? otherwise;
}

type Named = ReadonlyMap<string, z.ZodType>;

/** JSON Schemas (draft 2020-12, as OpenAPI 3.1 takes them) that refer to each other within the document. */
function componentsOf(named: Named, io: 'input' | 'output'): Record<string, unknown> {
  const registry = z.registry<{ id: string }>();
  for (const [name, schema] of named) registry.add(schema, { id: name });
  const { schemas } = z.toJSONSchema(registry, { io, uri: (id) => `#/components/schemas/${id}`, unrepresentable: 'any' });
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [name, withoutIds(schema as Record<string, unknown>)]),
  );
}

/** `$id` and `$schema` would change what the references mean inside an OpenAPI document. */
function withoutIds({ $id: _id, $schema: _schema, ...rest }: Record<string, unknown>): Record<string, unknown> {
  return rest;
}

function collect(): { bodies: Map<string, z.ZodType>; answers: Map<string, z.ZodType> } {
  const bodies = new Map<string, z.ZodType>();
  const answers = new Map<string, z.ZodType>([
    ['Problem', problem],
    ['ChildOrderDelivery', childOrderDelivery],
  ]);
  for (const [id, schema] of Object.entries(routeSchemas)) {
    if (schema.body !== undefined) bodies.set(nameOf(schema.body, `${pascal(id)}Body`), schema.body);
    answers.set(nameOf(schema.answer.schema, `${pascal(id)}Answer`), schema.answer.schema);
  }
  return { bodies, answers };
}

const pathParameters = (route: Route) =>
  [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));

function queryParameters(schema: RouteSchema) {
  if (schema.query === undefined) return [];
  const { properties = {}, required = [] } = z.toJSONSchema(schema.query, { io: 'input', unrepresentable: 'any' });
  return Object.entries(properties).map(([name, field]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema: field,
  }));
}

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: true,
  description: 'The same key with the same request gives the first answer again, for 24 hours',
  schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x21-\\x7e]+$' },
};

function operation(id: RouteId, route: Route) {
  const schema = routeSchemas[id];
  const writes = route.method !== 'GET' && (route as Route).unkeyed !== true;
  return {
    operationId: id,
    summary: schema.summary,
    tags: [route.room],
    security:
      route.access.kind === 'public' || route.access.kind === 'signature'
        ? []
        : [{ bearer: route.access.kind === 'scope' ? [route.access.scope] : [] }],
    parameters: [...pathParameters(route), ...queryParameters(schema), ...(writes ? [idempotencyKey] : [])],
    ...(schema.body === undefined ? {} : { requestBody: json(reference(nameOf(schema.body, `${pascal(id)}Body`)), true) }),
    responses: {
      [schema.answer.status]: {
        description: schema.summary,
        ...json(reference(nameOf(schema.answer.schema, `${pascal(id)}Answer`))),
      },
      default: {
        description: `A problem document${schema.codes.length === 0 ? '' : `; codes of this route: ${schema.codes.join(', ')}`}`,
        content: { 'application/problem+json': { schema: reference('Problem') } },
      },
    },
  };
}

const json = (schema: object, required?: true) => ({
  ...(required === undefined ? {} : { required }),
  content: { 'application/json': { schema } },
});

/** The OpenAPI 3.1 document, made from the schemas that validate requests (SPEC 2). */
export function openApiDocument(version: string) {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [id, route] of Object.entries(routes) as [RouteId, Route][]) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(id, route) };
  }
  const { bodies, answers } = collect();
  return {
    openapi: '3.1.0',
    info: { title: 'VANTA Platform', version, description: "Mirrors a vault manager's orders to followers' own accounts." },
    servers: [{ url: '/' }],
    paths,
    webhooks: {
      childOrder: {
        post: {
          operationId: 'childOrder',
          summary: 'What a follower must do because of one order; signed, at least once, in sequence',
          requestBody: json(reference('ChildOrderDelivery'), true),
          responses: { '2XX': { description: 'Done; answer 2xx too for a delivery id that was seen before' } },
        },
      },
    },
    components: {
      schemas: { ...componentsOf(bodies, 'input'), ...componentsOf(answers, 'output') },
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  };
}
