import { describe, expect, it } from 'vitest';
import { stageNames } from '../../lib/stages.ts';
import { logicalIdOf, Synthesis } from './synthesis.ts';

const stages = stageNames.map((name) => new Synthesis(name));
const [local, sandbox, production] = ['local', 'sandbox', 'production'].map((name) => stages.find((s) => s.name === name)) as [
  Synthesis,
  Synthesis,
  Synthesis,
];

const holders = [
  'AWS::DynamoDB::Table',
  'AWS::S3::Bucket',
  'AWS::SecretsManager::Secret',
  'AWS::Cognito::UserPool',
  'AWS::KMS::Key',
] as const;

describe.each(stages)('data of $name', (synthesis) => {
  it('is one table, on demand, streamed, recoverable, forgetting by ttl', () => {
    expect(synthesis.one('AWS::DynamoDB::Table').Properties).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
      TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
  });

  it('has buckets that are closed to the public and to plain HTTP', () => {
    expect(synthesis.all('AWS::S3::Bucket')).toHaveLength(2);
    expect(synthesis.all('AWS::S3::BucketPolicy')).toHaveLength(2);
    for (const [, bucket] of synthesis.all('AWS::S3::Bucket')) {
      expect(bucket.Properties['PublicAccessBlockConfiguration']).toEqual({
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      });
      expect(bucket.Properties['BucketEncryption']).toBeDefined();
    }
  });

  it('keeps versions of audit objects under Object Lock, and logs who reads them', () => {
    const audit = synthesis.one('AWS::S3::Bucket', { ObjectLockEnabled: true }).Properties;
    expect(audit['VersioningConfiguration']).toEqual({ Status: 'Enabled' });
    expect(audit['LoggingConfiguration']).toBeDefined();
  });

  it('makes a master secret of 64 letters and digits', () => {
    const secret = synthesis.one('AWS::SecretsManager::Secret', { Name: undefined }).Properties;
    expect(secret['GenerateSecretString']).toEqual({ PasswordLength: 64, ExcludePunctuation: true, IncludeSpace: false });
  });
});

describe("the secret of the payment providers' keys", () => {
  const ofBilling = (s: Synthesis) =>
    s.all('AWS::SecretsManager::Secret').find(([, r]) => r.Properties['Name'] !== undefined)?.[1];

  it.each([sandbox, production])('holds none in the template of $name: the deployer puts them in', (synthesis) => {
    const { SecretString, GenerateSecretString, Name } = ofBilling(synthesis)?.Properties ?? {};
    expect(Name).toBe(`vanta-${synthesis.name}-billing`);
    expect(SecretString).toBeUndefined();
    const { SecretStringTemplate } = GenerateSecretString as { SecretStringTemplate: string };
    expect(Object.values(JSON.parse(SecretStringTemplate))).toEqual(['', '', '', '']);
  });

  it('has values that only simulators take on the local platform', () => {
    const values = JSON.parse(String(ofBilling(local)?.Properties['SecretString'])) as Record<string, string>;
    expect(values).toMatchObject({ stripe_secret_key: 'sk_test_local', stripe_webhook_secret: 'whsec_local' });
  });
});

describe('production', () => {
  it('retains everything that holds data', () => {
    for (const type of holders) {
      expect(production.all(type).length, type).toBeGreaterThan(0);
      for (const [id, r] of production.all(type)) expect(r.DeletionPolicy, id).toBe('Retain');
    }
  });

  it('refuses to delete table and pool', () => {
    expect(production.one('AWS::DynamoDB::Table').Properties['DeletionProtectionEnabled']).toBe(true);
    expect(production.one('AWS::Cognito::UserPool').Properties['DeletionProtection']).toBe('ACTIVE');
  });

  it('encrypts table, secret and audit objects with one rotating customer key', () => {
    const [keyId] = production.all('AWS::KMS::Key').map(([id]) => id);
    expect(production.one('AWS::KMS::Key').Properties['EnableKeyRotation']).toBe(true);
    const table = production.one('AWS::DynamoDB::Table').Properties['SSESpecification'];
    const secret = production.one('AWS::SecretsManager::Secret', { Name: undefined }).Properties['KmsKeyId'];
    const audit = production.one('AWS::S3::Bucket', { ObjectLockEnabled: true }).Properties['BucketEncryption'];
    expect([table, secret, audit].map(logicalIdOf)).toEqual([keyId, keyId, keyId]);
  });

  it('locks audit objects so that nobody can shorten it, sandbox so that an administrator can', () => {
    const rule = (s: Synthesis) => s.one('AWS::S3::Bucket', { ObjectLockEnabled: true }).Properties['ObjectLockConfiguration'];
    expect(rule(production)).toMatchObject({ Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 2555 } } });
    expect(rule(sandbox)).toMatchObject({ Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 1 } } });
    expect(JSON.stringify(rule(local) ?? '')).not.toContain('DefaultRetention');
  });
});

describe('what goes with its stack', () => {
  it.each([local, sandbox])('is all of $name', (synthesis) => {
    for (const type of holders) for (const [id, r] of synthesis.all(type)) expect(r.DeletionPolicy, id).toBe('Delete');
    expect(synthesis.all('AWS::KMS::Key')).toEqual([]);
  });
});
