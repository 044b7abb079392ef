import type { z } from 'zod';
import { checked } from './params.ts';
import type { World } from './world.ts';

/** One route of the API: what it takes, and what it does. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  /** The ids in the path, when the path is this one's. */
  match(path: string): readonly string[] | undefined;
  run(world: World, given: unknown, ids: readonly string[]): object;
}

/** Makes a route; its work runs only with parameters that the schema lets through. */
export function route<T>(
  method: Route['method'],
  path: string,
  schema: z.ZodType<T>,
  work: (world: World, given: T, id: string) => object,
): Route {
  const pattern = new RegExp(`^${path.replaceAll(/:[a-z_]+/g, '([^/]+)')}$`);
  return {
    method,
    path,
    match: (asked) => pattern.exec(asked)?.slice(1).map(decodeURIComponent),
    run: (world, given, [id = '']) => work(world, checked(schema, given), id),
  };
}
