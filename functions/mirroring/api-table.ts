import { openTable } from '../../shared/adapters/dynamo/client.ts';
import { readEnv } from '../../shared/wiring/env.ts';

/** The table as the room's API routes use it: one client per process. */
export const table = openTable(readEnv('mirroring-api').table);
