import { readEnv } from '../../shared/wiring/env.ts';
import { callersTable } from '../edge/scope.ts';

/** The table as the room's API routes use it: as the caller of the request under way. */
export const table = callersTable('mirroring-api', readEnv('mirroring-api'));
