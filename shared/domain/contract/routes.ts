import { z } from 'zod';
import type { RoomSchemas } from './route-schema.ts';

const dependency = z.strictObject({ name: z.string(), ok: z.boolean(), ms: z.int() });
export const health = z
  .strictObject({
    status: z.enum(['ok', 'degraded']),
    version: z.string(),
    region: z.string(),
    dependencies: z.array(dependency),
  })
  .meta({ id: 'Health' });

export const contractSchemas: RoomSchemas<'contract'> = {
  getOpenApi: {
    summary: 'This document',
    params: {},
    answer: {
      status: 200,
      schema: z.looseObject({ openapi: z.string().meta({ examples: ['3.1.0'] }) }),
      conditional: true,
    },
    codes: [],
  },
  getDocs: {
    summary: 'This document as a page to read and to try',
    params: {},
    answer: { status: 200, schema: z.string(), contentTypes: ['text/html'], conditional: true },
    codes: [],
  },
  getDocsAsset: {
    summary: 'What that page loads; its name holds a hash of its content',
    params: { asset: z.string().regex(/^[a-z]{1,20}\.[0-9a-f]{16}\.(js|css|png)$/, 'must be the name of an asset of the page') },
    answer: {
      status: 200,
      schema: z.string(),
      contentTypes: ['text/javascript', 'text/css', 'image/png'],
      conditional: true,
    },
    codes: [],
  },
  getHealth: {
    summary: 'Version, region, and whether each dependency answers',
    params: {},
    answer: { status: 200, schema: health },
    codes: [],
  },
};
