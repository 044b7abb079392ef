import { signingKeys } from '../../shared/adapters/secrets/signing-keys.ts';
import type { Follower } from '../../shared/domain/followers/follower.ts';
import { readEnv } from '../../shared/wiring/env.ts';
import { callersTable } from '../edge/scope.ts';

/** What the room's routes share, made once per process. */
export const env = readEnv('followers-api');
export const table = callersTable('followers-api', env);
export const keys = signingKeys(env.masterSecret);

export const etag = (follower: Follower): string => `"${follower.ver}"`;
