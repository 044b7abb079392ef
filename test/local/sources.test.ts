import { describe, expect, it } from 'vitest';
import { failedIds } from '../../local/runtime/pollers.ts';
import { toLambdaRecord } from '../../local/runtime/stream-record.ts';

describe('partial batches', () => {
  it.each([
    [undefined, []],
    [null, []],
    [{}, []],
    [{ batchItemFailures: null }, []],
    [{ batchItemFailures: [] }, []],
    [{ batchItemFailures: [{ itemIdentifier: 'b' }] }, ['b']],
    [{ batchItemFailures: [{ itemIdentifier: 'x' }] }, ['a', 'b']],
    [{ batchItemFailures: [{ itemIdentifier: '' }] }, ['a', 'b']],
    [{ batchItemFailures: [{}] }, ['a', 'b']],
  ])('%j leaves %j', (result, failed) => {
    expect([...failedIds(result, ['a', 'b'])]).toEqual(failed);
  });
});

describe('stream records', () => {
  const image = { pk: { S: 'a' } };
  const service = { type: 'Service', principalId: 'dynamodb.amazonaws.com' };

  it('are handed on as Lambda does', () => {
    const dynamodb = { SequenceNumber: '1', Keys: image, NewImage: image };
    expect(toLambdaRecord({ eventID: 'e', eventName: 'INSERT', dynamodb }, 'arn', 'us-east-1')).toEqual({
      eventID: 'e',
      eventName: 'INSERT',
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: 'us-east-1',
      dynamodb,
      eventSourceARN: 'arn',
    });
  });

  it('have their empty maps again, which DynamoDB Local loses', () => {
    const NewImage = { a: {}, l: { L: [{}, { M: { b: {} } }, { L: [] }] }, s: { S: '' } };
    const { dynamodb } = toLambdaRecord({ eventName: 'INSERT', dynamodb: { SequenceNumber: '1', NewImage } }, 'arn', 'r');
    const whole = { a: { M: {} }, l: { L: [{ M: {} }, { M: { b: { M: {} } } }, { L: [] }] }, s: { S: '' } };
    expect(dynamodb.NewImage).toEqual(whole);
  });

  it('of a TTL deletion become the documented REMOVE by the service', () => {
    const dynamodb = { SequenceNumber: '1', Keys: image, OldImage: image };
    const record = { eventName: 'UNKNOWN_TO_SDK_VERSION', dynamodb };
    expect(toLambdaRecord(record, 'arn', 'r')).toMatchObject({ eventName: 'REMOVE', userIdentity: service });
    expect(toLambdaRecord({ dynamodb }, 'arn', 'r')).toMatchObject({ eventName: 'REMOVE', userIdentity: service });
    expect(toLambdaRecord({ eventName: 'REMOVE', dynamodb }, 'arn', 'r')).not.toHaveProperty('userIdentity');
  });
});
