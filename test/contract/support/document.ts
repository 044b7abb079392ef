import { openApiDocument } from '../../../shared/domain/contract/openapi.ts';

export interface Media {
  readonly schema: Record<string, unknown>;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, unknown>>;
}
export interface Response {
  readonly $ref?: string;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly content?: Readonly<Record<string, Media>>;
}
export interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters: readonly {
    readonly $ref?: string;
    readonly name?: string;
    readonly in?: string;
    readonly schema?: object;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<Record<string, Response>>;
}
type PathItem = Readonly<Record<string, Operation>>;

/** The OpenAPI document as its readers see it: JSON, no more and no less. */
export interface Document {
  readonly openapi: string;
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, PathItem>>;
  readonly webhooks: Readonly<Record<string, PathItem>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export const document = JSON.parse(JSON.stringify(openApiDocument('0.0.0'))) as Document;

/** Every operation of the document, with where it stands. */
export const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
);

/** What a reference within the document names. */
export function resolve<T>(reference: string): T {
  const steps = reference.replace(/^#\//, '').split('/');
  const found = steps.reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], document);
  if (found === undefined) throw new Error(`${reference} names nothing`);
  return found as T;
}

/** A response, also one that stands under `components`. */
export const responseOf = (response: Response): Response =>
  response.$ref === undefined ? response : resolve<Response>(response.$ref);
