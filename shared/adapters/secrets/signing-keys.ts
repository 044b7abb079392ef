import { hkdfSync } from 'node:crypto';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Follower } from '../../domain/followers/follower.ts';
import { validVersions } from '../../domain/followers/key-versions.ts';

/** Signing keys of followers: derived, never stored (ARCHITECTURE 2: HKDF(master secret, follower_id, version)). */
export interface SigningKeys {
  /** The keys that sign at a time (ms), newest first. 32 bytes each. */
  readonly of: (follower: KeyedFollower, now: number) => Promise<readonly Uint8Array[]>;
  /** Reads the master secret if it is not there yet; throws when it cannot be had. */
  readonly ready: () => Promise<void>;
  readonly version: (followerId: string, version: number) => Promise<Uint8Array>;
}

type KeyedFollower = Pick<Follower, 'follower_id' | 'key_version' | 'key_rotated_at'>;

/** About 20 MB: the followers of the largest vault (docs/decisions/0014) that one process may come to serve. */
const cacheSize = 200_000;

/** The master secret is read once per process; derived keys are kept for as many followers as a process serves. */
export function signingKeys(secretArn: string): SigningKeys {
  const client = new SecretsManagerClient({ maxAttempts: 3 });
  /** A follower's keys, by their versions. */
  const cache = new Map<string, Uint8Array[]>();
  let master: Promise<string> | undefined;
  const readMaster = (): Promise<string> => {
    master ??= fetchSecret(client, secretArn).catch((error: unknown) => {
      master = undefined;
      throw error;
    });
    return master;
  };
  const version = async (followerId: string, keyVersion: number): Promise<Uint8Array> => {
    const known = cache.get(followerId)?.[keyVersion];
    if (known !== undefined) return known;
    const key = deriveKey(await readMaster(), followerId, keyVersion);
    if (!cache.has(followerId) && cache.size >= cacheSize) cache.clear();
    const kept = cache.get(followerId) ?? [];
    kept[keyVersion] = key;
    cache.set(followerId, kept);
    return key;
  };
  const ready = async () => void (await readMaster());
  const of = (f: KeyedFollower, now: number) => Promise.all(validVersions(f, now).map((v) => version(f.follower_id, v)));
  return { ready, version, of };
}

/** HKDF-SHA-256 (RFC 5869): salt names the purpose and its version, info the follower and its key's version. */
export const deriveKey = (master: string, followerId: string, version: number): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', master, 'vanta/webhook-signing/1', `${followerId}#${version}`, 32));

async function fetchSecret(client: SecretsManagerClient, arn: string): Promise<string> {
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
  if (SecretString === undefined || SecretString.length < 32) throw new Error('the master secret is missing or too short');
  return SecretString;
}
