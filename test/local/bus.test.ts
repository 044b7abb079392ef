import { describe, expect, it } from 'vitest';
import { createBus } from '../../local/servers/bus.ts';
import { generate } from '../../local/servers/secrets.ts';

const place = { region: 'us-east-1', account: '000000000000' };
const queue = 'arn:aws:sqs:us-east-1:000000000000:intents.fifo';
const fn = 'arn:aws:lambda:us-east-1:000000000000:function:f';

function open() {
  const sent: unknown[] = [];
  const { actions } = createBus({
    ...place,
    buses: [{ name: 'vanta', arn: 'arn:bus' }],
    rules: [
      { name: 'r', bus: 'vanta', pattern: { detail: { x: [1] } }, targets: [{ arn: queue, messageGroupId: 'lane' }] },
      { name: 's', bus: 'vanta', pattern: { source: ['s'] }, targets: [{ arn: fn, inputPath: '$.detail' }] },
    ],
    delivery: {
      toQueue: (arn, body, group) => sent.push([arn, JSON.parse(body), group]),
      toFunction: (arn, event) => sent.push([arn, event]),
    },
    refuse: (code) => new Error(code),
  });
  return { actions, sent };
}

const entry = { EventBusName: 'vanta', Source: 'os', DetailType: 'Order', Detail: '{"x":1}' };

describe('PutEvents', () => {
  it('delivers the whole event to the queues of the rules that match, with their group', () => {
    const { actions, sent } = open();
    const answer = actions.PutEvents?.({ Entries: [{ ...entry, Time: 1_700_000_000, Resources: ['r1'] }] });
    expect(answer).toEqual({ FailedEntryCount: 0, Entries: [{ EventId: expect.any(String) }] });
    const time = '2023-11-14T22:13:20Z';
    const event = {
      version: '0',
      id: expect.any(String),
      'detail-type': 'Order',
      source: 'os',
      resources: ['r1'],
      time,
      detail: { x: 1 },
    };
    expect(sent).toEqual([[queue, { ...event, ...place }, 'lane']]);
  });

  it('gives a function what InputPath selects', () => {
    const { actions, sent } = open();
    actions.PutEvents?.({
      Entries: [
        { ...entry, EventBusName: 'arn:aws:events:us-east-1:000000000000:event-bus/vanta', Source: 's', Detail: '{"y":2}' },
      ],
    });
    expect(sent).toEqual([[fn, { y: 2 }]]);
  });

  it.each([
    [{ ...entry, EventBusName: 'other' }, 'ResourceNotFoundException'],
    [{ ...entry, Detail: 'x' }, 'MalformedDetail'],
    [{ ...entry, Detail: '[1]' }, 'MalformedDetail'],
    [{ ...entry, Source: '' }, 'InvalidArgument'],
    [{ EventBusName: 'vanta', Source: 'os', Detail: '{}' }, 'InvalidArgument'],
  ])('refuses %j alone', (bad, ErrorCode) => {
    const { actions, sent } = open();
    const answer = actions.PutEvents?.({ Entries: [bad, entry] });
    expect(answer).toMatchObject({ FailedEntryCount: 1, Entries: [{ ErrorCode }, { EventId: expect.any(String) }] });
    expect(sent).toHaveLength(1);
  });

  it('refuses no entries, more than ten, and more than a mebibyte', () => {
    const { actions } = open();
    const detail = JSON.stringify({ x: 'y'.repeat(600_000) });
    for (const Entries of [undefined, [], Array(11).fill(entry), Array(2).fill({ ...entry, Detail: detail })]) {
      expect(() => actions.PutEvents?.({ Entries })).toThrow('ValidationException');
    }
  });

  it('describes a bus that is there', () => {
    const { actions } = open();
    expect(actions.DescribeEventBus?.({ Name: 'vanta' })).toEqual({ Name: 'vanta', Arn: 'arn:bus' });
    expect(() => actions.DescribeEventBus?.({ Name: 'x' })).toThrow('ResourceNotFoundException');
  });
});

describe('generated secrets', () => {
  it('have the length and the characters that the template asks for', () => {
    expect(generate({ generate: { PasswordLength: 43, ExcludePunctuation: true, ExcludeCharacters: 'abc' } })).toMatch(
      /^[d-zA-Z0-9]{43}$/,
    );
    const templated = generate({ generate: { SecretStringTemplate: '{"user":"u"}', GenerateStringKey: 'password' } });
    expect(JSON.parse(templated)).toEqual({ user: 'u', password: expect.stringMatching(/^.{32}$/) });
  });
});
