import type { Context, SQSBatchItemFailure, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { logger } from './observe.ts';

/** Thrown to get a message back after so many seconds, rather than after the queue's whole visibility. */
export class Later extends Error {
  readonly seconds: number;
  constructor(seconds: number, why: string) {
    super(why);
    this.seconds = seconds;
  }
}

export interface QueueDoor {
  readonly handle: (body: unknown, record: SQSRecord, context: Context) => Promise<void>;
  /** Makes the message visible again after so many seconds; SQS allows 0 to 43,200. */
  readonly postpone?: (record: SQSRecord, seconds: number) => Promise<void>;
}

/**
 * A FIFO queue's door: messages in order; the first failure of a group fails the rest of that group too, unhandled, so
 * that nothing overtakes (ARCHITECTURE 6). Failed messages stay in the queue.
 */
export function queueDoor({ handle, postpone }: QueueDoor) {
  return async (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
    const failures: SQSBatchItemFailure[] = [];
    const blocked = new Set<string>();
    for (const record of event.Records) {
      const group = record.attributes.MessageGroupId ?? record.messageId;
      if (!blocked.has(group) && (await succeeded(record, context, handle, postpone))) continue;
      blocked.add(group);
      failures.push({ itemIdentifier: record.messageId });
    }
    return { batchItemFailures: failures };
  };
}

async function succeeded(
  record: SQSRecord,
  context: Context,
  handle: QueueDoor['handle'],
  postpone: QueueDoor['postpone'],
): Promise<boolean> {
  try {
    await handle(JSON.parse(record.body), record, context);
    return true;
  } catch (error) {
    const receives = record.attributes.ApproximateReceiveCount;
    if (!(error instanceof Later))
      logger.error('message failed', {
        error: error as Error,
        message_id: record.messageId,
        group: record.attributes.MessageGroupId,
        receives,
      });
    else
      await postpone?.(record, error.seconds).catch((e: unknown) =>
        logger.warn('visibility stays as it is', { error: e as Error }),
      );
    return false;
  }
}
