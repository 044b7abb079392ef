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
    answer: { status: 200, schema: z.looseObject({ openapi: z.string() }) },
    codes: [],
  },
  getHealth: {
    summary: 'Version, region, and whether each dependency answers',
    params: {},
    answer: { status: 200, schema: health },
    codes: [],
  },
};
