import type { z } from 'zod';
import type { PathNames, RouteIdOf } from '../../wiring/route-types.ts';
import type { ApiRoom, RouteId, routes } from '../../wiring/routes.ts';
import type { Code } from './codes.ts';

/**
 * What hangs on a route's id: the schemas that validate requests and answers, from which the OpenAPI document is made
 * too. A route without one, or with a path parameter too many or too few, does not compile.
 */
export interface RouteSchema<Id extends RouteId = RouteId> {
  readonly summary: string;
  readonly params: { readonly [N in PathNames<(typeof routes)[Id]['path']>]: z.ZodType<string> };
  readonly query?: z.ZodType<Record<string, string | undefined>>;
  readonly body?: z.ZodType;
  readonly answer: {
    readonly status: number;
    readonly schema: z.ZodType;
    /** JSON unless they say otherwise. */
    readonly contentTypes?: readonly string[];
    /** Who has it already (If-None-Match) is told so with a 304. */
    readonly conditional?: true;
    /** Secrets, which nobody may keep on the way: `Cache-Control: no-store`, and no tag. For routes that need no key. */
    readonly noStore?: true;
  };
  /** Codes of refusals beyond those that every route can give. */
  readonly codes: readonly Code[];
}

export type RoomSchemas<R extends ApiRoom> = { readonly [Id in RouteIdOf<R>]: RouteSchema<Id> };
