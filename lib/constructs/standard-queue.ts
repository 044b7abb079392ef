import { Duration } from 'aws-cdk-lib';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { deadLetters, everyQueue, type FifoQueueProps } from './fifo-queue.ts';

/** A standard queue with a dead-letter queue of its own: for what needs neither order nor deduplication. */
export class StandardQueue extends Construct {
  readonly name: string;
  readonly queue: Queue;
  readonly deadLetterName: string;

  constructor(scope: Construct, id: string, props: Omit<FifoQueueProps, 'contentBased'>) {
    super(scope, id);
    this.name = props.name;
    this.deadLetterName = `${props.name}-dlq`;
    this.queue = new Queue(this, 'Queue', {
      ...everyQueue,
      queueName: this.name,
      visibilityTimeout: Duration.seconds(props.visibilitySeconds),
      deadLetterQueue: {
        queue: new Queue(this, 'DeadLetters', { ...deadLetters, queueName: this.deadLetterName }),
        maxReceiveCount: props.maxReceives,
      },
    });
  }
}
