import type { Route } from '../../wiring/routes.ts';
import { type Code, codes } from './codes.ts';
import { headerReference } from './openapi-parts.ts';
import { pascal, reference } from './openapi-schemas.ts';
import { titles } from './titles.ts';

/** Refusals of an operation, by status: each a closed list of codes (SPEC 2). */

const camel = (code: string): string => code.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
const componentName = (code: Code): string => pascal(camel(code));

/** What API Gateway answers by itself, and why (SPEC 3). */
const gateway: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  413: 'Request Entity Too Large',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

export const gatewayMessage = {
  type: 'object',
  description: 'The form of what API Gateway answers by itself',
  properties: { message: { type: 'string' } },
  required: ['message'],
};

const example = (code: Code) => {
  const { status, means } = codes[code];
  const fields = code === 'validation_failed' ? { errors: [{ pointer: '/label', detail: 'unknown field' }] } : {};
  return {
    summary: means,
    value: {
      type: `urn:vanta:problem:${code}`,
      title: titles[status] ?? 'Error',
      status,
      detail: means,
      instance: 'urn:vanta:request:b7c0f2c2-6b5b-4d4e-9a53-1a1f0f6a1f10',
      code,
      ...fields,
    },
  };
};

function problemsOf(status: number, list: readonly Code[]) {
  return {
    'application/problem+json': {
      schema: {
        allOf: [
          reference('Problem'),
          { type: 'object', properties: { status: { const: status }, code: { type: 'string', enum: [...list] } } },
        ],
      },
      examples: Object.fromEntries(list.map((code) => [code, { $ref: `#/components/examples/${componentName(code)}` }])),
    },
  };
}

function response(status: number, list: readonly Code[], anonymous: boolean) {
  const own = anonymous && (status === 401 || status === 403) ? undefined : gateway[status];
  const waits = status === 429 || status === 503;
  return {
    description: [
      ...list.map((code) => `\`${code}\`: ${codes[code].means}`),
      ...(own === undefined ? [] : [`API Gateway itself: ${own}`]),
    ].join('\n\n'),
    headers: {
      ...(list.length === 0 ? {} : { 'X-Request-Id': headerReference('RequestId') }),
      ...(waits ? { 'Retry-After': headerReference('RetryAfter') } : {}),
    },
    content: {
      ...(list.length === 0 ? {} : problemsOf(status, list)),
      ...(own === undefined ? {} : { 'application/json': { schema: reference('GatewayMessage'), example: { message: own } } }),
    },
  };
}

const anonymousOf = ({ access }: Route): boolean => access.kind === 'public' || access.kind === 'signature';

/** A status with one code is the same everywhere, and stands in the document once. */
function sharedName(status: number, list: readonly Code[], anonymous: boolean): string | undefined {
  if (list.length > 1) return undefined;
  const name = list[0] === undefined ? `Gateway${status}` : componentName(list[0]);
  return anonymous && (status === 401 || status === 403) ? undefined : name;
}

/** The responses of a route's refusals, and those of them that go to `components/responses`. */
export function refusalsOf(route: Route, list: readonly Code[]) {
  const anonymous = anonymousOf(route);
  // Throttled, or the function did not answer: any route can meet these at the gateway.
  const byStatus = new Map<number, Code[]>([429, 503].map((status) => [status, []]));
  for (const code of list) byStatus.set(codes[code].status, [...(byStatus.get(codes[code].status) ?? []), code]);
  const shared: Record<string, unknown> = {};
  const responses: Record<string, unknown> = {};
  for (const [status, own] of [...byStatus].toSorted(([a], [b]) => a - b)) {
    const name = sharedName(status, own, anonymous);
    if (name !== undefined) shared[name] = response(status, own, anonymous);
    responses[status] = name === undefined ? response(status, own, anonymous) : { $ref: `#/components/responses/${name}` };
  }
  return { responses, shared };
}

/** One example for each code that the document names. */
export const problemExamples = (list: Iterable<Code>) =>
  Object.fromEntries([...list].map((code) => [componentName(code), example(code)]));
