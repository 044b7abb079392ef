import { RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { BillingKeys } from '../../shared/wiring/billing-keys.ts';
import { acknowledge } from '../acknowledgements.ts';
import type { StageRow } from '../stages.ts';

/** Nobody's keys, which the local simulators take (SPEC 12). */
const localKeys: BillingKeys = {
  stripe_secret_key: 'sk_test_local',
  stripe_webhook_secret: 'whsec_local',
  btcpay_api_key: 'btcpay_local',
  btcpay_webhook_secret: 'btcpay_whsec_local',
};
const toBeSet = Object.fromEntries(Object.keys(localKeys).map((name) => [name, '']));

/**
 * The keys of the payment providers, as one JSON object. A template holds no secret: the deployer puts the values in afterwards
 * (docs/runbooks/billing.md), and a later deployment leaves them alone.
 */
export function billingSecret(scope: Construct, { name, data }: StageRow, key: IKey | undefined): CfnSecret {
  const value =
    name === 'local'
      ? { secretString: JSON.stringify(localKeys) }
      : { generateSecretString: { secretStringTemplate: JSON.stringify(toBeSet), generateStringKey: 'unused' } };
  const secret = new CfnSecret(scope, 'BillingSecret', {
    name: `vanta-${name}-billing`,
    description: 'VANTA: keys of Stripe and BTCPay',
    ...value,
    kmsKeyId: key?.keyArn,
  });
  secret.applyRemovalPolicy(data.protect ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY);
  acknowledge(secret, 'AwsSolutions-SMG4', 'The providers make these keys: they are rolled there and put in here');
  return secret;
}
