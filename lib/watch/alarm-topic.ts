import { Aws } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import type { StageRow } from '../stages.ts';

/** Where alarms go; mailed to the deployer who said where (VANTA_ALARM_EMAIL). */
export function alarmTopic(scope: Construct, { name, watch }: StageRow): Topic {
  const topic = new Topic(scope, 'AlarmTopic', { topicName: `vanta-${name}-alarms`, enforceSSL: true });
  // A policy of one's own replaces SNS's default, and with it CloudWatch's permission.
  topic.addToResourcePolicy(
    new PolicyStatement({
      sid: 'AlarmsOfThisAccount',
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    }),
  );
  if (watch.alarmEmail !== undefined) topic.addSubscription(new EmailSubscription(watch.alarmEmail));
  return topic;
}
