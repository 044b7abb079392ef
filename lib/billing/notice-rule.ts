import { ArnFormat, Stack } from 'aws-cdk-lib';
import { CfnRule, type IEventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { noticeEvent, platformSource } from '../../shared/wiring/events.ts';
import type { Shelved } from '../constructs/grants.ts';
import type { StageRow } from '../stages.ts';

export interface NoticeRuleProps {
  readonly row: StageRow;
  readonly bus: IEventBus;
  readonly target: Queue;
  readonly deadLetters: Queue;
}

/** Whether a stage sends mail: without a sender nobody takes notices off the bus, and there is no function that would. */
export const sendsMail = ({ notices }: StageRow): boolean => notices.from !== undefined;

/** The sender's address, and the identity that may send with it: its domain, which the deployer has verified in Amazon SES. */
export function mailFrom(scope: Construct, { notices: { from = '' } }: StageRow): Shelved {
  const domain = from.slice(from.indexOf('@') + 1).replace(/>$/, '');
  const arn = Stack.of(scope).formatArn({
    service: 'ses',
    resource: 'identity',
    resourceName: domain,
    arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
  });
  return { value: from, arn };
}

/** Notices on the bus, to the queue of those that are mailed; a queue between, so that an outage of the mail service loses none. */
export function noticeRule(scope: Construct, { row, bus, target, deadLetters }: NoticeRuleProps): void {
  if (!sendsMail(row)) return;
  const rule = new CfnRule(scope, 'NoticeRule', {
    name: `vanta-${row.name}-notices`,
    description: 'What owners are told about their subscription',
    eventBusName: bus.eventBusName,
    state: 'ENABLED',
    eventPattern: { source: [platformSource], 'detail-type': [noticeEvent] },
    targets: [{ id: 'notices', arn: target.queueArn, deadLetterConfig: { arn: deadLetters.queueArn } }],
  });
  for (const queue of [target, deadLetters])
    queue.addToResourcePolicy(
      new PolicyStatement({
        sid: 'NoticeRule',
        principals: [new ServicePrincipal('events.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [queue.queueArn],
        conditions: { ArnEquals: { 'aws:SourceArn': [rule.attrArn] } },
      }),
    );
}
