/** A record as GetRecords of DynamoDB Streams gives it. */
export interface StreamRecord {
  readonly eventID?: string;
  readonly eventName?: string;
  readonly dynamodb: {
    readonly ApproximateCreationDateTime?: number;
    readonly SequenceNumber: string;
    readonly NewImage?: unknown;
    readonly OldImage?: unknown;
    readonly [name: string]: unknown;
  };
  readonly userIdentity?: unknown;
}

/** The record as Lambda hands it to a function. */
export function toLambdaRecord(record: StreamRecord, eventSourceARN: string, awsRegion: string) {
  const { eventName, userIdentity } = nameOf(record);
  return {
    eventID: record.eventID,
    eventName,
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion,
    dynamodb: record.dynamodb,
    eventSourceARN,
    ...(userIdentity !== undefined && { userIdentity }),
  };
}

const known = ['INSERT', 'MODIFY', 'REMOVE'];

/**
 * DynamoDB Local gives the record of a TTL deletion an unknown name and nobody who did it; AWS documents a REMOVE by
 * the service. What has an old image, no new one and no known name is one.
 */
function nameOf({ eventName, userIdentity, dynamodb }: StreamRecord): { eventName: string | undefined; userIdentity?: unknown } {
  if (eventName !== undefined && known.includes(eventName)) return { eventName, userIdentity };
  if (dynamodb.OldImage === undefined || dynamodb.NewImage !== undefined) return { eventName, userIdentity };
  return { eventName: 'REMOVE', userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' } };
}
