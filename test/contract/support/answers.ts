import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { document, operations, type Response, responseOf } from './document.ts';

/** An answer as it came over HTTP, its body read as JSON. */
export interface Given {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

const ajv = new Ajv2020({ strict: false, allErrors: false, validateSchema: false });
formats.default(ajv);
ajv.addSchema(document as object, 'openapi');
const validators = new Map<string, ValidateFunction>();

const shapes = operations.map(({ path, method, operation }) => ({
  path,
  method: method.toUpperCase(),
  operation,
  pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`),
}));
/** A literal path before one with a parameter, as API Gateway chooses. */
const find = (method: string, path: string) =>
  shapes
    .filter((s) => s.method === method && s.pattern.test(path))
    .toSorted((a, b) => a.path.split('{').length - b.path.split('{').length)[0];

const escaped = (step: string): string => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'));

function validator(steps: readonly string[]): ValidateFunction {
  const pointer = `openapi#/${steps.map(escaped).join('/')}`;
  const known = validators.get(pointer) ?? ajv.compile({ $ref: pointer });
  validators.set(pointer, known);
  return known;
}

/** Where a response stands in the document: under its operation, or shared under `components`. */
const placeOf = (response: Response, inline: readonly string[]): readonly string[] =>
  response.$ref === undefined ? inline : response.$ref.replace('#/', '').split('/');

/**
 * What is wrong with an answer by the OpenAPI document; undefined when nothing is. What no operation takes must be refused
 * as such.
 */
export function faultOf(method: string, pathAndQuery: string, { status, headers, body }: Given): string | undefined {
  const found = find(method, pathAndQuery.split('?')[0] ?? '');
  const type = headers.get('content-type')?.split(';')[0] ?? '';
  if (found === undefined) return faultOfUnknown(status, body);
  const listed = found.operation.responses[status];
  if (listed === undefined) return `the contract has no ${status} for it`;
  const response = responseOf(listed);
  if (response.content?.[type] === undefined) return `the contract has no ${type} for it`;
  const absent = absentHeader(response, type, headers);
  if (absent !== undefined) return `no ${absent}`;
  const inline = ['paths', found.path, method.toLowerCase(), 'responses', String(status)];
  const check = validator([...placeOf(listed, inline), 'content', type, 'schema']);
  if (!check(body))
    return `${check.errors?.[0]?.instancePath} ${check.errors?.[0]?.message} ${JSON.stringify(check.errors?.[0]?.params)}`;
  return type === 'application/problem+json' ? faultOfProblem(status, headers, body as Problem) : undefined;
}

interface Problem {
  readonly status: number;
  readonly code: string;
  readonly type: string;
  readonly instance: string;
}

/** Headers that every answer has which names them; the others depend on what was asked. */
function absentHeader(response: Response, type: string, headers: Headers): string | undefined {
  const always = type === 'application/json' && response.headers?.['ETag'] === undefined ? [] : ['X-Request-Id', 'ETag'];
  const wanted = type === 'application/problem+json' ? ['X-Request-Id'] : always;
  return wanted.find((name) => response.headers?.[name] !== undefined && headers.get(name) === null);
}

function faultOfProblem(status: number, headers: Headers, body: Problem): string | undefined {
  const replayed = headers.get('idempotent-replayed') === 'true';
  if (body.status !== status) return 'the problem names another status';
  if (body.type !== `urn:vanta:problem:${body.code}`) return `the problem's type is ${body.type}`;
  if (!replayed && body.instance !== `urn:vanta:request:${headers.get('x-request-id')}`) return 'instance is not the request';
  return undefined;
}

function faultOfUnknown(status: number, body: unknown): string | undefined {
  const { code } = (body ?? {}) as Partial<Problem>;
  const wanted = { 404: 'route_not_found', 405: 'method_not_allowed' }[status];
  return wanted === undefined || wanted !== code ? `no operation takes it, and it is a ${status} ${code}` : undefined;
}
