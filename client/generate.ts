import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript';

/**
 * Makes `src/generated` from an OpenAPI document on standard input: the types of bodies and answers, and a table of the
 * operations with one documented method each. `node generate.ts [FOLDER] < openapi.json`
 */
interface Parameter {
  readonly $ref?: string;
  readonly name?: string;
  readonly in?: string;
}
interface Response {
  readonly $ref?: string;
  readonly description: string;
  readonly content?: Readonly<
    Record<string, { schema: { $ref?: string; properties?: object; allOf?: { properties?: Codes }[] } }>
  >;
}
interface Codes {
  readonly code?: { readonly enum?: readonly string[] };
}
interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly security: readonly Readonly<Record<string, unknown>>[];
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly content: Response['content'] };
  readonly responses: Readonly<Record<string, Response>>;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly webhooks: Readonly<Record<string, { readonly post: Operation }>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, { readonly properties?: object }>>;
    readonly responses: Readonly<Record<string, Response>>;
  };
}

const banner = '// Made by `npm run client:generate` from the OpenAPI document; change the schemas instead.\n\n';
const document = JSON.parse(await text(process.stdin)) as Document;
const folder = process.argv[2] ?? fileURLToPath(new URL('src/generated', import.meta.url));

/** Pages for browsers are no calls. */
const isCall = ({ responses }: Operation): boolean =>
  Object.entries(responses).some(
    ([status, { content }]) => status.startsWith('2') && content?.['application/json'] !== undefined,
  );

const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item)
    .filter(([, operation]) => isCall(operation))
    .map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
);
type Listed = (typeof operations)[number];

/** Only what a caller gives and gets: the client itself sees to headers and refusals. */
function slim({ parameters, responses, requestBody, ...operation }: Operation): Operation {
  const given = Object.entries(responses)
    .filter(([status]) => status.startsWith('2'))
    .map(([status, { description, content }]) => [status, { description, content: withoutExamples(content) }]);
  return {
    ...operation,
    ...(requestBody === undefined ? {} : { requestBody: { ...requestBody, content: withoutExamples(requestBody.content) } }),
    parameters: parameters.filter(({ in: place }) => place === 'path' || place === 'query'),
    responses: Object.fromEntries(given),
  };
}

const withoutExamples = (content: Response['content'] = {}) =>
  Object.fromEntries(Object.entries(content).map(([type, { schema }]) => [type, { schema }]));

const slimAll = <T extends object>(items: Readonly<Record<string, T>>) =>
  Object.fromEntries(
    Object.entries(items).map(([path, item]) => [
      path,
      Object.fromEntries(Object.entries(item).map(([method, operation]) => [method, slim(operation as Operation)])),
    ]),
  );

async function typesOf(): Promise<string> {
  const { responses: _shared, ...others } = document.components;
  const source = {
    ...document,
    paths: slimAll(
      Object.fromEntries(Object.entries(document.paths).filter(([path]) => operations.some((o) => o.path === path))),
    ),
    webhooks: slimAll(document.webhooks),
    components: { ...others, headers: {}, parameters: {}, examples: {} },
  };
  // A field with a default may be left out of a body: what is required says the schema alone.
  // The document is ours, typed more narrowly than the tool's own type of any document.
  return astToString(await openapiTS(source as unknown as OpenAPI3, { defaultNonNullable: false }));
}

const references = ({ operation }: Listed, name: string): boolean =>
  operation.parameters.some(({ $ref }) => $ref?.endsWith(`/${name}`) === true);

const schemes = ({ operation }: Listed): string[] => operation.security.flatMap((scheme) => Object.keys(scheme));

function isList({ operation }: Listed): boolean {
  const answer = Object.entries(operation.responses).find(([status]) => status.startsWith('2'))?.[1];
  const name = answer?.content?.['application/json']?.schema.$ref?.split('/').at(-1) ?? '';
  return 'next_cursor' in (document.components.schemas[name]?.properties ?? {});
}

function rowOf(listed: Listed): string {
  const auth = schemes(listed).includes('standardWebhooks') ? 'signature' : schemes(listed).includes('bearer') ? 'token' : 'none';
  const key = references(listed, 'IdempotencyKey');
  const row = {
    method: listed.method,
    path: listed.path,
    auth,
    key,
    match: references(listed, 'IfMatch'),
    body: listed.operation.requestBody !== undefined,
    list: isList(listed),
    // A report is told apart by its own id, so that it can be sent again without a key.
    safe: listed.method === 'GET' || key || auth === 'signature',
  };
  return `  ${listed.operation.operationId}: ${JSON.stringify(row)},`;
}

const methodOf = ({ operation: { operationId, summary, description = '' } }: Listed): string =>
  `  /** ${summary}. ${description.replaceAll('\n', ' ').replace(' Needs an `Idempotency-Key`.', '')} */\n  ${operationId}: Method<'${operationId}'>;`;

function codesOf(): string[] {
  const all = [
    ...operations.flatMap(({ operation }) => Object.values(operation.responses)),
    ...Object.values(document.components.responses),
  ];
  const named = all.flatMap(({ content }) => content?.['application/problem+json']?.schema.allOf ?? []);
  return [...new Set(named.flatMap(({ properties }) => properties?.code?.enum ?? []))].toSorted();
}

const table = () =>
  [
    "import type { Method } from '../operation.ts';\n",
    '/** How each operation is called. */',
    'export const operations = {',
    ...operations.map(rowOf),
    '} as const;\n',
    '/** One method per operation. */',
    'export interface Methods {',
    ...operations.map(methodOf),
    '}\n',
    '/** Every code that a refusal can have. */',
    `export type Code =\n${codesOf()
      .map((code) => `  | '${code}'`)
      .join('\n')};\n`,
  ].join('\n');

mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'types.ts'), banner + (await typesOf()));
writeFileSync(join(folder, 'operations.ts'), banner + table());
