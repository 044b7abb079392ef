import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { DeduplicationScope, FifoThroughputLimit, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { limits } from '../../shared/wiring/limits.ts';
import { acknowledge } from '../acknowledgements.ts';
import type { Shelved } from './grants.ts';

/** What the stages' queues have in common, whatever their kind. */
export const everyQueue = {
  encryption: QueueEncryption.SQS_MANAGED,
  enforceSSL: true,
  removalPolicy: RemovalPolicy.DESTROY,
} as const;

// High-throughput mode: the limit is per group (a shard, a follower), not one for the queue.
const highThroughput = {
  fifo: true,
  deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
  fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
} as const;

export const deadLetters = { ...everyQueue, retentionPeriod: Duration.days(limits.dlqRetentionDays) } as const;

export interface FifoQueueProps {
  /** Physical name, ending in `.fifo`. */
  readonly name: string;
  readonly visibilitySeconds: number;
  readonly maxReceives: number;
  /** For senders that give no deduplication id. */
  readonly contentBased?: boolean;
}

/** A FIFO queue in high-throughput mode with a dead-letter queue of its own. */
export class FifoQueue extends Construct {
  readonly name: string;
  readonly queue: Queue;
  readonly deadLetterName: string;

  constructor(scope: Construct, id: string, props: FifoQueueProps) {
    super(scope, id);
    this.name = props.name;
    this.deadLetterName = props.name.replace(/\.fifo$/, '-dlq.fifo');
    this.queue = new Queue(this, 'Queue', {
      ...everyQueue,
      ...highThroughput,
      queueName: this.name,
      contentBasedDeduplication: props.contentBased ?? false,
      visibilityTimeout: Duration.seconds(props.visibilitySeconds),
      deadLetterQueue: { queue: fifoDeadLetters(this, 'DeadLetters', this.deadLetterName), maxReceiveCount: props.maxReceives },
    });
  }
}

/** A FIFO queue that ends a line: nothing consumes it by itself. */
export function fifoDeadLetters(scope: Construct, id: string, queueName: string): Queue {
  return new Queue(scope, id, { ...deadLetters, ...highThroughput, queueName });
}

/** A standard dead-letter queue, for the services that take no FIFO queue. */
export function standardDeadLetters(scope: Construct, id: string, queueName: string): Queue {
  return endOfLine(new Queue(scope, id, { ...deadLetters, queueName }));
}

/** Says of a queue that it is a dead-letter queue where no redrive policy of another queue says so. */
export function endOfLine(queue: Queue): Queue {
  acknowledge(queue, 'AwsSolutions-SQS3', 'It is a dead-letter queue itself: filled by a function, a rule or an event source');
  return queue;
}

/** A queue as cards name it: the variable holds its URL. */
export function shelvedQueue(queue: Queue): Shelved {
  return { value: queue.queueUrl, arn: queue.queueArn };
}
