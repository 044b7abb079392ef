import type { operations as table } from './generated/operations.ts';
import type { operations as shapes } from './generated/types.ts';

/** The types of a call, read off the contract's own. */

export type OperationId = keyof typeof table;
type Row<Id extends OperationId> = (typeof table)[Id];
type Shape<Id extends OperationId> = shapes[Id];

export interface CallOptions {
  /** Made for you, once per call and the same over its retries; give your own to be safe across restarts of yours. */
  readonly idempotencyKey?: string;
  /** Gives the whole call up, also between two tries. */
  readonly signal?: AbortSignal;
  /** W3C Trace Context, carried to every message that follows from the call. */
  readonly traceparent?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

type PathPart<P> = P extends { path: infer X } ? { readonly path: X } : unknown;
type QueryPart<P> = P extends { query: infer X }
  ? { readonly query: X }
  : P extends { query?: infer X }
    ? [Exclude<X, undefined>] extends [never]
      ? unknown
      : { readonly query?: X }
    : unknown;
// biome-ignore lint/complexity/noBannedTypes: asks whether a body without any field would do
type BodyOf<B> = {} extends B ? { readonly body?: B } : { readonly body: B };
type BodyPart<S> = S extends { requestBody: { content: { 'application/json': infer B } } } ? BodyOf<B> : unknown;
type MatchPart<M> = M extends true
  ? { /** The ETag of the version that the change is meant for; 412 when there is a newer one. */ readonly ifMatch?: string }
  : unknown;
type SecretPart<A> = A extends 'signature'
  ? { /** The follower's `whsec_` secret: signs the call. Without it the client's token speaks. */ readonly secret?: string }
  : unknown;

/** What a call takes: ids of the path, the query, the body. */
export type Input<Id extends OperationId> = CallOptions &
  PathPart<Shape<Id>['parameters']> &
  QueryPart<Shape<Id>['parameters']> &
  BodyPart<Shape<Id>> &
  MatchPart<Row<Id>['match']> &
  SecretPart<Row<Id>['auth']>;

type Content<R> = R extends { content: infer C } ? C[keyof C] : never;
/** What a call gives. */
export type Result<Id extends OperationId> = {
  [S in keyof Shape<Id>['responses']]: Content<Shape<Id>['responses'][S]>;
}[keyof Shape<Id>['responses']];

/** `input` may be left out where nothing in it is needed. */
// biome-ignore lint/complexity/noBannedTypes: asks whether an input without any field would do
export type Arguments<Id extends OperationId> = {} extends Input<Id> ? [input?: Input<Id>] : [input: Input<Id>];

export type Method<Id extends OperationId> = (...args: Arguments<Id>) => Promise<Result<Id>>;

export type ListId = { [Id in OperationId]: Row<Id>['list'] extends true ? Id : never }[OperationId];
export type ItemOf<Id extends OperationId> = Result<Id> extends { items: (infer I)[] } ? I : never;
export type Iterators = {
  readonly [Id in ListId]: (...args: Arguments<Id>) => AsyncGenerator<ItemOf<Id>, void, undefined>;
};

/** A call's answer with what came beside its data. */
export interface Answer<T> {
  readonly data: T;
  readonly status: number;
  readonly headers: Headers;
  /** Give it as `ifMatch` to change exactly this version. */
  readonly etag: string | undefined;
  /** Name it when you ask for help. */
  readonly requestId: string | undefined;
  /** True when this is an earlier answer, given again for the same Idempotency-Key. */
  readonly replayed: boolean;
  /** How often the request was sent. */
  readonly attempts: number;
}

/** An operation as the transport sees it: the row of the table, whatever its id. */
export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly auth: 'none' | 'token' | 'signature';
  readonly key: boolean;
  readonly match: boolean;
  readonly body: boolean;
  readonly list: boolean;
  readonly safe: boolean;
}

/** An input as the transport sees it. */
export interface AnyInput extends CallOptions {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  readonly ifMatch?: string;
  readonly secret?: string;
}
