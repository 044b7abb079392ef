import { RemovalPolicy } from 'aws-cdk-lib';
import { AccountRootPrincipal, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

// CDK's default says kms:*; these are the words that the account's own policies may hand on.
const manage = ['PutKeyPolicy', 'GetKeyPolicy', 'ListKeyPolicies', 'DescribeKey', 'UpdateKeyDescription', 'CreateAlias'];
const lifecycle = ['EnableKey', 'DisableKey', 'ScheduleKeyDeletion', 'CancelKeyDeletion', 'DeleteAlias', 'UpdateAlias'];
const rotation = ['EnableKeyRotation', 'DisableKeyRotation', 'GetKeyRotationStatus', 'ListKeyRotations', 'RotateKeyOnDemand'];
const tagging = ['TagResource', 'UntagResource', 'ListResourceTags'];
const use = ['Encrypt', 'Decrypt', 'ReEncryptFrom', 'ReEncryptTo', 'GenerateDataKey', 'GenerateDataKeyWithoutPlaintext'];
const grants = ['CreateGrant', 'ListGrants', 'RetireGrant', 'RevokeGrant'];

/** The customer key of what must never be lost. Who may use it is said by roles, never by this policy. */
export function dataKey(scope: Construct): Key {
  return new Key(scope, 'DataKey', {
    description: 'VANTA: table, master secret and audit objects',
    enableKeyRotation: true,
    removalPolicy: RemovalPolicy.RETAIN,
    policy: new PolicyDocument({
      statements: [
        new PolicyStatement({
          principals: [new AccountRootPrincipal()],
          actions: [...manage, ...lifecycle, ...rotation, ...tagging, ...use, ...grants].map((word) => `kms:${word}`),
          // In a key's own policy this means "this key".
          resources: ['*'],
        }),
      ],
    }),
  });
}
