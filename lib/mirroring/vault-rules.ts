import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { osEvents, osSource, vaultRuleSuffixes } from '../../shared/wiring/events.ts';
import type { StageRow } from '../stages.ts';

export interface VaultRulesProps {
  readonly row: StageRow;
  readonly bus: IEventBus;
  readonly target: Queue;
  /**
   * Must be a standard queue, also for a FIFO target: PutTargets answers "SQS FIFO is not supported by Dead Letter Queues",
   * and "EventBridge DLQs are standard Amazon SQS queues" (docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html).
   */
  readonly deadLetters: Queue;
}

/**
 * VANTA OS events into vault-intents.fifo. A rule gives a FIFO target one fixed group, so the last character of the
 * vault_id picks one of eight rules, and with it the group; a ninth takes what matches none, so that it is refused and
 * seen instead of lost.
 */
export class VaultRules extends Construct {
  readonly rules: readonly CfnRule[];

  constructor(scope: Construct, id: string, props: VaultRulesProps) {
    super(scope, id);
    const lanes = vaultRuleSuffixes.map((suffixes, i) =>
      rule(
        this,
        `lane-${i}`,
        props,
        suffixes.map((suffix) => ({ suffix })),
      ),
    );
    this.rules = [...lanes, rule(this, 'lane-other', props, matchesNone)];
    const sourceArns = this.rules.map((r) => r.attrArn);
    for (const queue of [props.target, props.deadLetters]) queue.addToResourcePolicy(mayBeSentBy(sourceArns, queue));
  }
}

const matchesNone = [{ exists: false }, null, { 'anything-but': { suffix: vaultRuleSuffixes.flat() } }];

function rule(scope: Construct, lane: string, props: VaultRulesProps, vaultIds: readonly unknown[]): CfnRule {
  return new CfnRule(scope, lane, {
    name: `vanta-${props.row.name}-vault-${lane}`,
    description: 'VANTA OS orders, by the last character of vault_id',
    eventBusName: props.bus.eventBusName,
    state: 'ENABLED',
    eventPattern: {
      source: [osSource],
      'detail-type': Object.values(osEvents),
      detail: { vault_id: vaultIds },
    },
    targets: [
      {
        id: 'vault-intents',
        arn: props.target.queueArn,
        sqsParameters: { messageGroupId: lane },
        deadLetterConfig: { arn: props.deadLetters.queueArn },
      },
    ],
  });
}

function mayBeSentBy(sourceArns: readonly string[], queue: Queue): PolicyStatement {
  return new PolicyStatement({
    sid: 'VaultRules',
    principals: [new ServicePrincipal('events.amazonaws.com')],
    actions: ['sqs:SendMessage'],
    resources: [queue.queueArn],
    conditions: { ArnEquals: { 'aws:SourceArn': sourceArns } },
  });
}
