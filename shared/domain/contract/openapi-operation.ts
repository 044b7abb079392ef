import type { z } from 'zod';
import type { Route } from '../../wiring/routes.ts';
import type { Code } from './codes.ts';
import { needsKey } from './door-codes.ts';
import { type Example, examples } from './examples.ts';
import { headerReference, parameterReference } from './openapi-parts.ts';
import { refusalsOf } from './openapi-problems.ts';
import { sampleOf } from './openapi-sample.ts';
import { answerName, bodyName, type Components, fieldSchema, type JsonSchema, reference } from './openapi-schemas.ts';
import type { RouteSchema } from './route-schema.ts';

export interface OperationParts {
  readonly id: string;
  readonly route: Route;
  readonly schema: RouteSchema;
  readonly codes: readonly Code[];
  readonly components: Components;
}

/** One route as an operation, and the responses that it shares with others. */
export function operationOf(parts: OperationParts) {
  const { id, route, schema, codes } = parts;
  const { responses, shared } = refusalsOf(route, codes);
  const operation = {
    operationId: id,
    summary: schema.summary,
    description: access(route),
    tags: [route.room],
    security: security(route),
    parameters: [...pathParameters(schema), ...queryParameters(schema), ...headerParameters(parts)],
    ...(schema.body === undefined ? {} : { requestBody: requestBody(parts, schema.body) }),
    responses: {
      [schema.answer.status]: success(parts),
      ...(schema.answer.conditional === true ? { 304: { description: 'You have it already' } } : {}),
      ...responses,
    },
  };
  return { operation, shared };
}

function access({ access: needed, ...route }: Route): string {
  const key = needsKey({ access: needed, ...route }) ? ' Needs an `Idempotency-Key`.' : '';
  switch (needed.kind) {
    case 'public':
      return `Public: no token is needed.${key}`;
    case 'signature':
      return `Signed by the follower (Standard Webhooks), at most 5 minutes before, or with a token: scope \`${needed.scope}\`, or the person of role follower whose follower it is. What is reported twice counts once, so it needs no key.`;
    case 'signed_in':
      return `Any valid token, also of a person without a tenant.${key}`;
    case 'scope':
      return `Scope \`${needed.scope}\`${needed.orSelf === true ? ', or the person of role follower whose follower it is' : ''}.${key}`;
  }
}

function security({ access: needed }: Route) {
  if (needed.kind === 'public') return [];
  if (needed.kind === 'signature') return [{ standardWebhooks: [] }, { bearer: [needed.scope] }];
  return [{ bearer: needed.kind === 'scope' ? [needed.scope] : [] }];
}

const pathParameters = ({ params }: RouteSchema) =>
  Object.entries<z.ZodType>(params).map(([name, field]) => ({ name, in: 'path', required: true, schema: fieldSchema(field) }));

function queryParameters({ query }: RouteSchema) {
  if (query === undefined) return [];
  const { properties = {}, required = [] } = fieldSchema(query);
  return Object.entries(properties as Record<string, JsonSchema>).map(([name, { description, ...field }]) => ({
    name,
    in: 'query',
    required: (required as string[]).includes(name),
    ...(description === undefined ? {} : { description }),
    schema: field,
  }));
}

const headerParameters = ({ route, schema, codes }: OperationParts) => [
  ...(needsKey(route) ? [parameterReference('IdempotencyKey')] : []),
  ...(schema.answer.conditional === true ? [parameterReference('IfNoneMatch')] : []),
  ...(codes.includes('precondition_failed') ? [parameterReference('IfMatch')] : []),
  ...(route.access.kind === 'signature' ? [parameterReference('WebhookId'), parameterReference('WebhookTimestamp')] : []),
  parameterReference('Traceparent'),
];

function requestBody({ id, components }: OperationParts, body: z.ZodType) {
  const name = bodyName(id, body);
  return {
    required: true,
    content: {
      'application/json': { schema: reference(name), example: exampleOf(id, 'body') ?? sampleOf(reference(name), components) },
    },
  };
}

function success({ id, route, schema, components }: OperationParts) {
  const { contentTypes, noStore } = schema.answer;
  const name = answerName(id, schema.answer.schema);
  const tagged = noStore !== true && !isList(components[name]);
  const known = route.access.kind === 'scope' || route.access.kind === 'signed_in';
  const json = () => ({ schema: reference(name), example: exampleOf(id, 'answer') ?? sampleOf(reference(name), components) });
  return {
    description: schema.summary,
    headers: {
      'X-Request-Id': headerReference('RequestId'),
      ...(tagged ? { ETag: headerReference('ETag') } : {}),
      ...(needsKey(route) ? { 'Idempotent-Replayed': headerReference('IdempotentReplayed') } : {}),
      ...(known ? { RateLimit: headerReference('RateLimit'), 'RateLimit-Policy': headerReference('RateLimitPolicy') } : {}),
    },
    content:
      contentTypes === undefined
        ? { 'application/json': json() }
        : Object.fromEntries(contentTypes.map((type) => [type, { schema: { type: 'string' } }])),
  };
}

/** A page of a list: it has no tag, its records have. */
export const isList = (schema: JsonSchema | undefined): boolean =>
  schema !== undefined && 'next_cursor' in ((schema['properties'] as JsonSchema | undefined) ?? {});

const exampleOf = (id: string, part: keyof Example): unknown => (examples as Record<string, Example | undefined>)[id]?.[part];
