import { RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { acknowledge } from '../acknowledgements.ts';
import type { StageRow } from '../stages.ts';

/**
 * The secret that followers' signing keys are derived from (HKDF). Lost or changed, every follower's key changes.
 * The plain resource: the L2 writes wildcards into the key's policy.
 */
export function masterSecret(scope: Construct, { data }: StageRow, key: IKey | undefined): CfnSecret {
  const secret = new CfnSecret(scope, 'MasterSecret', {
    description: "VANTA: master secret of followers' derived signing keys",
    generateSecretString: { passwordLength: 64, excludePunctuation: true, includeSpace: false },
    kmsKeyId: key?.keyArn,
  });
  secret.applyRemovalPolicy(data.protect ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY);
  acknowledge(secret, 'AwsSolutions-SMG4', "Rotating it would change every follower's signing key; keys are versioned instead");
  return secret;
}
