import { CfnRule, type IEventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { opsEvents, opsSource } from '../../shared/wiring/events.ts';
import type { StageRow } from '../stages.ts';

export interface TenantRuleProps {
  readonly row: StageRow;
  readonly bus: IEventBus;
  readonly target: Queue;
  readonly deadLetters: Queue;
}

/** What operators say of tenants, one after the other: a suspension must not overtake the reactivation before it. */
export function tenantRule(scope: Construct, { row, bus, target, deadLetters }: TenantRuleProps): CfnRule {
  const rule = new CfnRule(scope, 'TenantRule', {
    name: `vanta-${row.name}-tenant-status`,
    description: 'Tenants that operators suspend and reactivate',
    eventBusName: bus.eventBusName,
    state: 'ENABLED',
    eventPattern: { source: [opsSource], 'detail-type': Object.values(opsEvents) },
    targets: [
      {
        id: 'tenant-status',
        arn: target.queueArn,
        sqsParameters: { messageGroupId: 'tenants' },
        deadLetterConfig: { arn: deadLetters.queueArn },
      },
    ],
  });
  for (const queue of [target, deadLetters])
    queue.addToResourcePolicy(
      new PolicyStatement({
        sid: 'TenantRule',
        principals: [new ServicePrincipal('events.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [queue.queueArn],
        conditions: { ArnEquals: { 'aws:SourceArn': [rule.attrArn] } },
      }),
    );
  return rule;
}
