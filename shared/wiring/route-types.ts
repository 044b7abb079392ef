import type { ApiRoom, RouteId, routes } from './routes.ts';

export type RouteIdOf<R extends ApiRoom> = {
  [K in RouteId]: (typeof routes)[K]['room'] extends R ? K : never;
}[RouteId];
/** The names in braces of a route's path: `'/v1/vaults/{vault_id}'` gives `'vault_id'`. */
export type PathNames<P extends string> = P extends `${string}{${infer N}}${infer Rest}` ? N | PathNames<Rest> : never;
