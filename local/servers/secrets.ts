import { randomInt } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { SecretSpec } from '../template/model.ts';
import type { Action } from './bus.ts';

interface SecretsOptions {
  readonly secrets: readonly SecretSpec[];
  /** Where generated values are kept, so that what was derived from them stays valid after a restart. */
  readonly file: string;
  refuse(code: string, message: string): Error;
}

/** Secrets Manager's GetSecretValue. A value is generated once, as the template says, and kept. */
export function createSecrets({ secrets, file, refuse }: SecretsOptions): Readonly<Record<string, Action>> {
  const kept: Record<string, string> = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const values = new Map(secrets.map((secret) => [secret.arn, secret.value ?? kept[secret.name] ?? generate(secret)]));
  writeFileSync(file, JSON.stringify(Object.fromEntries(secrets.map(({ name, arn }) => [name, values.get(arn)]))), {
    mode: 0o600,
  });
  return {
    GetSecretValue({ SecretId }) {
      const secret = secrets.find(({ arn, name }) => arn === SecretId || name === SecretId);
      if (secret === undefined) throw refuse('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
      return {
        ARN: secret.arn,
        Name: secret.name,
        SecretString: values.get(secret.arn),
        VersionId: 'local',
        VersionStages: ['AWSCURRENT'],
      };
    },
  };
}

/** A random value with the characters and the template that `GenerateSecretString` asks for. */
export function generate({ generate: rule = {} }: Pick<SecretSpec, 'generate'>): string {
  const all = [
    rule.ExcludeLowercase ? '' : 'abcdefghijklmnopqrstuvwxyz',
    rule.ExcludeUppercase ? '' : 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
    rule.ExcludeNumbers ? '' : '0123456789',
    rule.ExcludePunctuation ? '' : '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
  ].join('');
  const allowed = [...all].filter((character) => !rule.ExcludeCharacters?.includes(character));
  const value = Array.from({ length: Number(rule.PasswordLength ?? 32) }, () => allowed[randomInt(allowed.length)]).join('');
  if (rule.SecretStringTemplate === undefined || rule.GenerateStringKey === undefined) return value;
  return JSON.stringify({ ...(JSON.parse(rule.SecretStringTemplate) as object), [rule.GenerateStringKey]: value });
}
