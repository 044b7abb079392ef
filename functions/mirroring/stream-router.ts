import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBStreamEvent } from 'aws-lambda';
import { openBus, putEvents } from '../../shared/adapters/eventbridge/bus.ts';
import { acceptedEvent } from '../../shared/domain/mirroring/events.ts';
import type { OrderEntry } from '../../shared/domain/mirroring/order.ts';
import { readEnv } from '../../shared/wiring/env.ts';

const env = readEnv('stream-router');
const bus = openBus(env.bus);

/** New log entries of vaults become events on the bus. A batch that fails comes again whole: events may repeat, none is lost. */
export async function handler(event: DynamoDBStreamEvent): Promise<void> {
  const entries = event.Records.flatMap((record) => {
    const image = record.dynamodb?.NewImage as Record<string, AttributeValue> | undefined;
    return image === undefined ? [] : [unmarshall(image)['entry'] as OrderEntry];
  });
  await putEvents(bus, entries.map(acceptedEvent));
}
