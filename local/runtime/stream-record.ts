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
    dynamodb: withEmptyMaps(record.dynamodb),
    eventSourceARN,
    ...(userIdentity !== undefined && { userIdentity }),
  };
}

type Value = { readonly M?: Image; readonly L?: readonly Value[] };
type Image = Readonly<Record<string, Value>>;

/** DynamoDB Local's streams give an empty map as `{}` where AWS gives `{"M": {}}`: nobody could read it back. */
function withEmptyMaps(dynamodb: StreamRecord['dynamodb']): StreamRecord['dynamodb'] {
  const { NewImage, OldImage } = dynamodb;
  return {
    ...dynamodb,
    ...(NewImage !== undefined && { NewImage: repairedMap(NewImage as Image) }),
    ...(OldImage !== undefined && { OldImage: repairedMap(OldImage as Image) }),
  };
}

function repairedMap(map: Image): Image {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, repaired(value)]));
}

function repaired(value: Value): Value {
  if (value.M !== undefined) return { M: repairedMap(value.M) };
  if (value.L !== undefined) return { L: value.L.map(repaired) };
  return Object.keys(value).length === 0 ? { M: {} } : value;
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
