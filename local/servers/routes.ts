import type { RouteSpec } from '../template/model.ts';

/** The route that API Gateway would choose, with its path parameters. */
export interface RouteMatch {
  readonly route: RouteSpec;
  readonly pathParameters: Readonly<Record<string, string>>;
}

/** Prepares API Gateway's choice of a route: literal before parameter before greedy, the method before ANY, $default last. */
export function createRouter(routes: readonly RouteSpec[]): (method: string, path: string) => RouteMatch | undefined {
  const compiled = routes
    .filter(({ key }) => key !== '$default')
    .map(compile)
    .sort((a, b) => compareRanks(a.rank, b.rank));
  const fallback = routes.find(({ key }) => key === '$default');
  return (method, path) => {
    const segments = path.split('/').slice(1);
    for (const candidate of compiled) {
      if (candidate.method !== 'ANY' && candidate.method !== method) continue;
      const pathParameters = matchSegments(candidate.segments, segments);
      if (pathParameters !== undefined) return { route: candidate.route, pathParameters };
    }
    return fallback && { route: fallback, pathParameters: {} };
  };
}

interface Compiled {
  readonly route: RouteSpec;
  readonly method: string;
  readonly segments: readonly string[];
  /** Compared number by number, the smaller first. */
  readonly rank: readonly number[];
}

function compile(route: RouteSpec): Compiled {
  const [method = '', path = ''] = route.key.split(' ');
  const segments = path.split('/').slice(1);
  const rank = [...segments.map((segment) => (isGreedy(segment) ? 2 : isParameter(segment) ? 1 : 0)), method === 'ANY' ? 1 : 0];
  return { route, method, segments, rank };
}

function compareRanks(a: readonly number[], b: readonly number[]): number {
  const difference = a.map((rank, index) => rank - (b[index] ?? 0)).find((value) => value !== 0);
  return difference ?? b.length - a.length;
}

function matchSegments(wanted: readonly string[], given: readonly string[]): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  for (const [index, segment] of wanted.entries()) {
    const value = given[index];
    if (value === undefined) return undefined;
    if (isGreedy(segment)) {
      parameters[segment.slice(1, -2)] = decode(given.slice(index).join('/'));
      return parameters;
    }
    if (isParameter(segment) && value !== '') parameters[segment.slice(1, -1)] = decode(value);
    else if (segment !== decode(value)) return undefined;
  }
  return given.length === wanted.length ? parameters : undefined;
}

function isParameter(segment: string): boolean {
  return segment.startsWith('{');
}

function isGreedy(segment: string): boolean {
  return segment.endsWith('+}');
}

/** API Gateway decodes path parameters; what is not valid percent-encoding stays as it is. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
