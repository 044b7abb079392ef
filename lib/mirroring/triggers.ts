import { Duration, Stack } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnPermission, EventSourceMapping, FilterCriteria, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { PollerSetting, Trigger } from '../../shared/wiring/card.ts';
import type { QueueName } from '../../shared/wiring/resources.ts';
import { tableSchema } from '../../shared/wiring/table.ts';
import { acknowledge, exportNameOf } from '../acknowledgements.ts';
import { functionUrl } from '../constructs/function-url.ts';
import type { Shelf } from '../constructs/grants.ts';
import type { VantaFunction } from '../constructs/vanta-function.ts';
import type { StageRow } from '../stages.ts';

type TriggerOf<K extends Trigger['kind']> = Extract<Trigger, { kind: K }>;

/** Where events come from, for the cards that do not answer HTTP. */
export interface Sources {
  readonly row: StageRow;
  readonly table: Table;
  readonly shelved: Shelf['table'];
  readonly queues: Readonly<Record<QueueName, Queue>>;
  readonly streamDeadLetters: Queue;
}

/** Connects a function with what its card says makes it run. */
export function connect(fn: VantaFunction, sources: Sources): void {
  const { trigger } = fn.card;
  switch (trigger.kind) {
    case 'queue':
      connectQueue(fn, trigger, sources);
      break;
    case 'stream':
      connectStream(fn, trigger, sources);
      break;
    case 'schedule':
      connectSchedule(fn, trigger);
      break;
    case 'functionUrl':
      functionUrl(fn, trigger);
      break;
    case 'http':
    case 'preToken':
      throw new Error(`${fn.name} is not run by mirroring's queues, streams and schedules`);
    default:
      trigger satisfies never;
  }
}

function connectQueue(fn: VantaFunction, trigger: TriggerOf<'queue'>, { row, queues }: Sources): void {
  const queue = queues[trigger.queue];
  allow(fn, ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], queue.queueArn);
  new EventSourceMapping(fn, 'Queue', {
    target: fn.lambda,
    eventSourceArn: queue.queueArn,
    batchSize: trigger.batchSize,
    reportBatchItemFailures: true,
    provisionedPollerConfig: trigger.provisionedPollers && standingBy(row, trigger.provisionedPollers),
  });
}

function standingBy({ mirroring: { pollers } }: StageRow, setting: PollerSetting) {
  if (pollers === 'none') return undefined;
  const { minimum, maximum } = pollers[setting];
  return { minimumPollers: minimum, maximumPollers: maximum };
}

function connectStream(fn: VantaFunction, trigger: TriggerOf<'stream'>, sources: Sources): void {
  const { table, shelved, streamDeadLetters } = sources;
  const streamArn = table.tableStreamArn;
  if (streamArn === undefined) throw new Error('the table has no stream');
  allow(fn, ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'], streamArn);
  // Lambda asks for it before it knows the stream's label; the narrowest that DynamoDB's and SAM's own policies have.
  allow(fn, ['dynamodb:ListStreams'], `${table.tableArn}/stream/*`);
  const tableArnName = exportNameOf(Stack.of(table), table.tableArn);
  acknowledge(fn, `AwsSolutions-IAM5[Resource::${tableArnName}/stream/*]`, 'The streams of this one table');
  allow(fn, ['sqs:SendMessage'], streamDeadLetters.queueArn);
  if (shelved.keyArn !== undefined) allow(fn, ['kms:Decrypt'], shelved.keyArn);
  new EventSourceMapping(fn, 'Stream', {
    target: fn.lambda,
    eventSourceArn: streamArn,
    startingPosition: StartingPosition.TRIM_HORIZON,
    batchSize: trigger.batchSize,
    bisectBatchOnError: true,
    reportBatchItemFailures: true,
    // Tries for as long as an outage of the bus may take; what is older goes to the dead letters, by its place in the
    // stream, which keeps it for 24 h. Until then its shard of the stream waits, and the iterator's age alarms.
    maxRecordAge: Duration.minutes(15),
    // Not SqsDlq: it also grants what only people need.
    onFailure: { bind: () => ({ destination: streamDeadLetters.queueArn }) },
    filters: [writesOf(trigger.sortKeyPrefixes), deletedByTtl(trigger.expiredPrefixes)],
  });
}

function writesOf(prefixes: readonly string[]): { [key: string]: unknown } {
  const sortKey = { S: prefixes.map((prefix) => ({ prefix })) };
  return FilterCriteria.filter({ eventName: ['INSERT', 'MODIFY'], dynamodb: { Keys: { [tableSchema.sortKey]: sortKey } } });
}

/** As DynamoDB documents what TTL deletes (developer guide, DynamoDB Streams and Time to Live). */
function deletedByTtl(prefixes: readonly string[]): { [key: string]: unknown } {
  const sortKey = { S: prefixes.map((prefix) => ({ prefix })) };
  return FilterCriteria.filter({
    eventName: ['REMOVE'],
    userIdentity: { type: ['Service'], principalId: ['dynamodb.amazonaws.com'] },
    dynamodb: { Keys: { [tableSchema.sortKey]: sortKey } },
  });
}

// A plain rule: EventBridge Scheduler would need a role of its own for the same minute's precision.
function connectSchedule(fn: VantaFunction, { everyMinutes }: TriggerOf<'schedule'>): void {
  const rule = new CfnRule(fn, 'Schedule', {
    description: `Runs ${fn.name}`,
    scheduleExpression: `rate(${everyMinutes} minute${everyMinutes === 1 ? '' : 's'})`,
    state: 'ENABLED',
    targets: [{ id: fn.name, arn: fn.lambda.functionArn }],
  });
  new CfnPermission(fn, 'ScheduleMayInvoke', {
    action: 'lambda:InvokeFunction',
    functionName: fn.lambda.functionArn,
    principal: new ServicePrincipal('events.amazonaws.com').service,
    sourceArn: rule.attrArn,
  });
}

function allow(fn: VantaFunction, actions: string[], resource: string): void {
  fn.lambda.addToRolePolicy(new PolicyStatement({ actions, resources: [resource] }));
}
