import { describe, expect, it } from 'vitest';
import type { Resource, Stack } from '../../local/template/assembly.ts';
import { identifyWith } from '../../local/template/identify.ts';
import { interpret } from '../../local/template/interpret.ts';
import { createResolver } from '../../local/template/intrinsics.ts';

const read = (resources: Record<string, Resource>) => {
  const stack: Stack = {
    name: 'vanta-local-x',
    resources,
    outputs: {},
    parameters: {},
    assets: new Map([['abc', '/assets/abc']]),
  };
  return interpret([stack], createResolver([stack], identifyWith({ sqs: 'http://127.0.0.1:1', api: 'http://127.0.0.1:2' })));
};

describe('interpreting templates', () => {
  it('refuses an unknown type, and says where', () => {
    expect(() => read({ Search: { Type: 'AWS::OpenSearch::Domain' } })).toThrow(
      'stack vanta-local-x, Search (AWS::OpenSearch::Domain): the local platform does not know this type',
    );
  });

  it('refuses an unknown property of a type that it acts out, also a nested one', () => {
    const target = { Arn: 'a', Id: 'b', EcsParameters: {} };
    expect(() =>
      read({
        Q: { Type: 'AWS::SQS::Queue', Properties: { Colour: 'blue' } },
        R: { Type: 'AWS::Events::Rule', Properties: { Targets: [target] } },
      }),
    ).toThrow(
      /vanta-local-x, Q \(AWS::SQS::Queue\): unknown property Colour;.*\n.*R \(AWS::Events::Rule\): unknown property Targets\.0\.EcsParameters/,
    );
  });

  it('refuses what it cannot act out', () => {
    const schedule = { ScheduleExpression: 'cron(0 1 * * ? *)', Targets: [{ Arn: 'a', Id: 'b' }] };
    expect(() => read({ R: { Type: 'AWS::Events::Rule', Properties: schedule } })).toThrow(
      'unknown ScheduleExpression cron(0 1 * * ? *)',
    );
    expect(() => read({ Q: { Type: 'AWS::SQS::Queue', Condition: 'C' } })).toThrow('a condition on an interpreted type');
  });

  it('ignores types without a local effect', () => {
    expect(read({ L: { Type: 'AWS::Logs::LogGroup' }, A: { Type: 'AWS::CloudWatch::Alarm' } }).queues).toEqual([]);
  });

  it('gives names that are the same at every start, and addresses only to environments', () => {
    const model = read({
      Dlq: { Type: 'AWS::SQS::Queue', Properties: { FifoQueue: true } },
      Queue: {
        Type: 'AWS::SQS::Queue',
        Properties: {
          QueueName: 'orders',
          VisibilityTimeout: 30,
          RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dlq', 'Arn'] }, maxReceiveCount: 3 },
        },
      },
      Work: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          Code: { S3Bucket: { 'Fn::Sub': `b-$\{AWS::AccountId}` }, S3Key: 'abc.zip' },
          Handler: 'index.handler',
          Environment: { Variables: { QUEUE_URL: { Ref: 'Queue' } } },
        },
      },
    });
    expect(model.queues.map(({ name }) => name)).toEqual(['vanta-local-x-Dlq.fifo', 'orders']);
    const redrive = '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:vanta-local-x-Dlq.fifo","maxReceiveCount":3}';
    expect(model.queues[1]?.attributes).toEqual({ VisibilityTimeout: '30', RedrivePolicy: redrive });
    expect(model.functions[0]).toMatchObject({
      name: 'vanta-local-x-Work',
      code: '/assets/abc',
      environment: { QUEUE_URL: 'http://127.0.0.1:1/000000000000/orders' },
      timeoutSeconds: 3,
    });
  });
});
