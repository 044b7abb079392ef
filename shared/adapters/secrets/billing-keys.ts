import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { readJson } from '../../kit/json.ts';
import type { BillingKeys } from '../../wiring/billing-keys.ts';

/** The keys are read again after so long, so that rolled ones are taken without a deployment. */
const keepMs = 300_000;

export interface KeyReader {
  /** The key of that name; throws while the deployer has not put one in. */
  readonly key: (name: keyof BillingKeys) => Promise<string>;
}

/** Reads the payment providers' keys, once per process and five minutes. */
export function billingKeys(secretArn: string, clock: () => number): KeyReader {
  const client = new SecretsManagerClient({ maxAttempts: 3 });
  let last: { readonly keys: Promise<Partial<BillingKeys>>; readonly until: number } | undefined;
  const read = (): Promise<Partial<BillingKeys>> => {
    if (last !== undefined && clock() < last.until) return last.keys;
    const keys = fetchKeys(client, secretArn).catch((error: unknown) => {
      last = undefined;
      throw error;
    });
    last = { keys, until: clock() + keepMs };
    return keys;
  };
  return {
    key: async (name) => {
      const value = (await read())[name];
      if (value === undefined || value === '') throw new Error(`${name} is not set in the secret of the payment providers`);
      return value;
    },
  };
}

async function fetchKeys(client: SecretsManagerClient, arn: string): Promise<Partial<BillingKeys>> {
  const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
  const value = readJson(SecretString);
  if (typeof value !== 'object' || value === null) throw new Error('the secret of the payment providers is no JSON object');
  return value as Partial<BillingKeys>;
}
