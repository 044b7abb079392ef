import { readEnv } from '../../shared/wiring/env.ts';
import { callersTable } from '../edge/scope.ts';

/** What the room's routes share, made once per process. */
export const env = readEnv('billing-api');
export const table = callersTable('billing-api', env);
