import { lintFromString, loadConfig } from '@redocly/openapi-core';
import { describe, expect, it } from 'vitest';
import { type Code, codes } from '../../shared/domain/contract/codes.ts';
import { codesOf } from '../../shared/domain/contract/door-codes.ts';
import { problem } from '../../shared/domain/contract/fields.ts';
import { routeSchemas } from '../../shared/domain/contract/openapi.ts';
import { childOrderDelivery } from '../../shared/domain/webhooks/delivery-schema.ts';
import { type Route, type RouteId, routes } from '../../shared/wiring/routes.ts';
import { document, type Media, type Operation, operations, resolve, responseOf } from './support/document.ts';

const ids = Object.keys(routes) as RouteId[];
const operation = (id: RouteId): Operation => {
  const found = operations.find((o) => o.operation.operationId === id);
  if (found === undefined) throw new Error(`${id} is not in the document`);
  return found.operation;
};
const media = (content: Readonly<Record<string, Media>> | undefined, type: string) => content?.[type] as Media;

/** The problem documents of an operation: status, and the codes that it names. */
const refusals = (id: RouteId) =>
  Object.entries(operation(id).responses).flatMap(([status, response]) => {
    const { schema, examples } = responseOf(response).content?.['application/problem+json'] ?? {};
    const own = (schema?.['allOf'] as { properties?: { code: { enum: Code[] }; status: { const: number } } }[] | undefined)?.[1];
    return own?.properties === undefined ? [] : [{ status: Number(status), own: own.properties, examples }];
  });

describe('the OpenAPI document', () => {
  it('passes its linter without an error and without a warning', async () => {
    const config = await loadConfig({ configPath: 'redocly.yaml' });
    const said = await lintFromString({ source: JSON.stringify(document), absoluteRef: 'openapi.json', config });
    expect(said.map(({ ruleId, message, location }) => `${ruleId} ${location[0]?.pointer}: ${message}`)).toEqual([]);
  });

  it('has every route of the list, and nothing else', () => {
    const wanted = (Object.entries(routes) as [RouteId, Route][]).map(([id, r]) => `${id} ${r.method.toLowerCase()} ${r.path}`);
    expect(operations.map(({ path, method, operation: o }) => `${o.operationId} ${method} ${path}`).toSorted()).toEqual(
      wanted.toSorted(),
    );
  });

  it('has no reference that leads nowhere', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, to]) => to as string);
    for (const to of new Set(references)) expect(resolve(to), to).toBeDefined();
  });

  it('tells what each tag is', () => {
    const known = new Set(document.tags.map(({ name }) => name));
    expect(operations.flatMap(({ operation: o }) => o.tags).filter((tag) => !known.has(tag))).toEqual([]);
  });

  it('has limits and forms for what stands in a path or a query', () => {
    const open = operations.flatMap(({ operation: { operationId, parameters } }) =>
      parameters.flatMap(({ name, schema = {} }) =>
        name === undefined || ['pattern', 'enum', 'const', 'maximum', 'maxLength', 'anyOf'].some((word) => word in schema)
          ? []
          : [`${operationId}: ${name}`],
      ),
    );
    expect(open).toEqual([]);
  });
});

describe.each(ids)('%s', (id) => {
  const { body, answer } = routeSchemas[id];
  const success = responseOf(operation(id).responses[answer.status] ?? {});

  it('has examples that its own schemas take', () => {
    if (body !== undefined)
      expect(body.parse(media(operation(id).requestBody?.content, 'application/json').example)).toBeDefined();
    if (answer.contentTypes === undefined)
      expect(answer.schema.parse(media(success.content, 'application/json').example)).toBeDefined();
  });

  it('names all of its codes, each under its status', () => {
    const named = refusals(id).flatMap(({ status, own }) => own.code.enum.map((code) => [code, status, own.status.const]));
    const wanted = codesOf(routes[id], routeSchemas[id]).map((code) => [code, codes[code].status, codes[code].status]);
    expect(named.toSorted()).toEqual(wanted.toSorted());
  });

  it('shows each of them', () => {
    for (const { own, examples = {} } of refusals(id)) {
      const shown = Object.values(examples as Record<string, { $ref: string }>).map(({ $ref }) =>
        resolve<{ value: unknown }>($ref),
      );
      expect(shown.map(({ value }) => problem.parse(value).code).toSorted()).toEqual(own.code.enum.toSorted());
    }
  });

  it('asks for a key, a token and a tag as SPEC 2 and 3 say', () => {
    const route: Route = routes[id];
    const references = operation(id).parameters.map(({ $ref }) => $ref?.split('/').at(-1));
    expect(references.includes('IfMatch')).toBe(route.method === 'PATCH' || /\/rotate-key$/.test(route.path));
    expect(references.includes('IdempotencyKey')).toBe(route.method !== 'GET' && !/(\/auth\/token|\/fills)$/.test(route.path));
    const schemes = operation(id).security.flatMap((s) => Object.keys(s));
    const wanted = { public: [], signature: ['standardWebhooks', 'bearer'], signed_in: ['bearer'], scope: ['bearer'] };
    expect(schemes).toEqual(wanted[route.access.kind]);
  });
});

describe('webhooks', () => {
  const { post } = document.webhooks['childOrder'] ?? {};

  it('have examples that their schemas take', () => {
    expect(childOrderDelivery.parse(media(post?.requestBody?.content, 'application/json').example)).toBeDefined();
  });

  it('name the headers of SPEC 6.4', () => {
    const names = [...(post?.parameters ?? []).map(({ name }) => name?.toLowerCase()), 'webhook-signature'];
    const wanted = ['attempt', 'delivery', 'signature', 'timestamp'].map((n) => `x-vanta-${n}`);
    expect(names.toSorted()).toEqual([...['id', 'signature', 'timestamp'].map((n) => `webhook-${n}`), ...wanted].toSorted());
  });
});
