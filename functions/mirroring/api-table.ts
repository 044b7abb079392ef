import { readEnv } from '../../shared/wiring/env.ts';
import { callersIn } from '../edge/admit.ts';
import { callersTable } from '../edge/scope.ts';

const env = readEnv('mirroring-api');

/** The table as the room's API routes use it: as the caller of the request under way. */
export const table = callersTable('mirroring-api', env);
export const callers = callersIn(table, env);
