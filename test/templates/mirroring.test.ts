import { beforeAll, describe, expect, it } from 'vitest';
import { type StageName, stageNames, stages } from '../../lib/stages.ts';
import { vaultRuleSuffixes } from '../../shared/wiring/events.ts';
import { limits } from '../../shared/wiring/limits.ts';
import { type QueueName, queueNames } from '../../shared/wiring/resources.ts';
import { type Properties, Synthesis } from './synthesis.ts';

const fourteenDays = 14 * 24 * 3600;
const highThroughput = { FifoQueue: true, DeduplicationScope: 'messageGroup', FifoThroughputLimit: 'perMessageGroupId' };
const working = [
  ['tenantStatus', 35, 20, true],
  ['entitlements', 35, 20, false],
  ['vaultIntents', 12, 3, true],
  ['shards', 30, 1000, false],
  ['followerRetry', 60, 1000, false],
  ['billing', 60, 500, false],
] as const satisfies readonly (readonly [QueueName, number, number, boolean])[];

describe.each(stageNames)('mirroring of %s', (name: StageName) => {
  let synthesis: Synthesis;
  beforeAll(() => {
    synthesis = new Synthesis(name);
  });
  const queue = (physical: string) => synthesis.one('AWS::SQS::Queue', { QueueName: `${name}-${physical}` }).Properties;
  const mapping = (fn: string) => {
    const found = synthesis.all('AWS::Lambda::EventSourceMapping').map(([, m]) => m.Properties);
    return found.find((m) => synthesis.nameOf(m['FunctionName']) === `vanta-${name}-${fn}`) ?? {};
  };

  it.each(working)('%s: visibility %i s, %i receives, then dead letters', (key, visibility, receives, contentBased) => {
    const properties = queue(queueNames[key]);
    expect(properties).toMatchObject({ ...highThroughput, VisibilityTimeout: visibility, SqsManagedSseEnabled: true });
    expect(properties['ContentBasedDeduplication'] ?? false).toBe(contentBased);
    const redrive = properties['RedrivePolicy'] as { maxReceiveCount: number; deadLetterTargetArn: unknown };
    expect(redrive.maxReceiveCount).toBe(receives);
    expect(synthesis.nameOf(redrive.deadLetterTargetArn)).toBe(`${name}-${queueNames[key].replace('.fifo', '-dlq.fifo')}`);
  });

  it.each([
    ['shardNodes', 12],
    ['reconcile', 75],
  ] as const)('%s is a standard queue: no order, no deduplication, dead letters soon', (key, visibility) => {
    const properties = queue(queueNames[key]);
    expect(properties).toMatchObject({ VisibilityTimeout: visibility, SqsManagedSseEnabled: true });
    expect(properties['FifoQueue']).toBeUndefined();
    const redrive = properties['RedrivePolicy'] as { maxReceiveCount: number; deadLetterTargetArn: unknown };
    expect(redrive.maxReceiveCount).toBe(5);
    expect(synthesis.nameOf(redrive.deadLetterTargetArn)).toBe(`${name}-${queueNames[key]}-dlq`);
    expect(queue(`${queueNames[key]}-dlq`)['FifoQueue']).toBeUndefined();
  });

  it('times flips on a standard queue: each message has a delay of its own', () => {
    const properties = queue(queueNames.overlayTimer);
    expect(properties['FifoQueue']).toBeUndefined();
    expect(properties).toMatchObject({ VisibilityTimeout: 35, SqsManagedSseEnabled: true });
    expect(synthesis.nameOf(mapping('overlay-timer')['EventSourceArn'])).toBe(`${name}-overlay-timer`);
  });

  it('keeps dead letters 14 days, those of dispatch in their own queue', () => {
    const ends = synthesis.all('AWS::SQS::Queue').filter(([, q]) => q.Properties['RedrivePolicy'] === undefined);
    // Those of dispatch, of the event rules, of the stream, of the nodes, of the timer, of reconciliation and of notices.
    expect(ends).toHaveLength(working.length + 7);
    for (const [, q] of ends) expect(q.Properties['MessageRetentionPeriod']).toBe(fourteenDays);
    expect(queue(queueNames.dispatchDlx)).toMatchObject(highThroughput);
    expect(limits.dlqRetentionDays).toBe(14);
  });

  it('refuses what reaches a queue without TLS', () => {
    expect(synthesis.all('AWS::SQS::QueuePolicy')).toHaveLength(synthesis.all('AWS::SQS::Queue').length);
  });

  it('has a worker behind every queue that holds a message longer than its function runs', () => {
    for (const [, m] of synthesis
      .all('AWS::Lambda::EventSourceMapping')
      .filter(([, r]) => r.Properties['StartingPosition'] === undefined)) {
      const fn = synthesis.one('AWS::Lambda::Function', { FunctionName: synthesis.nameOf(m.Properties['FunctionName']) });
      const source = synthesis.one('AWS::SQS::Queue', { QueueName: synthesis.nameOf(m.Properties['EventSourceArn']) });
      expect(source.Properties['VisibilityTimeout']).toBeGreaterThan(fn.Properties['Timeout'] as number);
    }
  });

  it('works queues off one message at a time and reports failures', () => {
    expect(mapping('accept')).toMatchObject({ BatchSize: 1, FunctionResponseTypes: ['ReportBatchItemFailures'] });
    expect(mapping('shard')).toMatchObject({ BatchSize: 1, FunctionResponseTypes: ['ReportBatchItemFailures'] });
    expect(mapping('fan-out')).toMatchObject({ BatchSize: 1, FunctionResponseTypes: ['ReportBatchItemFailures'] });
    expect(synthesis.nameOf(mapping('fan-out')['EventSourceArn'])).toBe(`${name}-shard-nodes`);
    expect(synthesis.nameOf(mapping('accept')['EventSourceArn'])).toBe(`${name}-vault-intents.fifo`);
    expect(synthesis.nameOf(mapping('shard')['EventSourceArn'])).toBe(`${name}-shards.fifo`);
  });

  it.each([
    ['shard', 'shards'],
    ['fan-out', 'shardNodes'],
  ] as const)('has pollers standing by for %s, as many as the stage says', (fn, setting) => {
    const { pollers } = stages[name].mirroring;
    const { minimum, maximum } = pollers === 'none' ? {} : pollers[setting];
    const wanted = pollers === 'none' ? undefined : { MinimumPollers: minimum, MaximumPollers: maximum };
    expect(mapping(fn)['ProvisionedPollerConfig']).toEqual(wanted);
    expect(mapping('accept')['ProvisionedPollerConfig']).toBeUndefined();
  });

  it('routes entries, claims, children and events of the stream, from its beginning, and keeps where it failed', () => {
    const stream = mapping('stream-router');
    expect(stream).toMatchObject({
      StartingPosition: 'TRIM_HORIZON',
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
    const prefixes = ['ENTRY#', 'RESULT#', 'CHILD#', 'AUDIT#', 'NOTICE#', 'TENANT', 'SUBSCRIPTION', 'RECHECK'];
    const [filter, expired] = (stream['FilterCriteria'] as { Filters: { Pattern: string }[] }).Filters;
    expect(JSON.parse(expired?.Pattern ?? '')).toEqual({
      eventName: ['REMOVE'],
      userIdentity: { type: ['Service'], principalId: ['dynamodb.amazonaws.com'] },
      dynamodb: { Keys: { sk: { S: [{ prefix: 'ALARM#' }] } } },
    });
    expect(JSON.parse(filter?.Pattern ?? '')).toEqual({
      eventName: ['INSERT', 'MODIFY'],
      dynamodb: { Keys: { sk: { S: prefixes.map((prefix) => ({ prefix })) } } },
    });
    const { Destination } = (stream['DestinationConfig'] as { OnFailure: { Destination: unknown } }).OnFailure;
    expect(queue('stream-router-dlq')['FifoQueue']).toBeUndefined();
    expect(synthesis.nameOf(Destination)).toBe(`${name}-stream-router-dlq`);
  });

  it('sweeps every minute, and sends the tenants whose plan changed by time alone', () => {
    const rules = synthesis.all('AWS::Events::Rule').map(([, rule]) => rule.Properties);
    const everyMinute = rules.filter((rule) => rule['ScheduleExpression'] === 'rate(1 minute)');
    const run = everyMinute.map((rule) => synthesis.nameOf((rule['Targets'] as { Arn: unknown }[])[0]?.Arn));
    expect(run.sort()).toEqual([`vanta-${name}-entitlements-due`, `vanta-${name}-sweep`]);
  });
});

describe('vault rules', () => {
  const synthesis = new Synthesis('local');
  const rules = synthesis
    .all('AWS::Events::Rule')
    .filter(([, r]) => JSON.stringify(r.Properties['EventPattern'] ?? '').includes('vault_id'));
  const patterns = rules.map(
    ([, r]) => r.Properties['EventPattern'] as { source: string[]; 'detail-type': string[]; detail: Properties },
  );
  const targets = rules.map(([, r]) => (r.Properties['Targets'] as Properties[])[0] ?? {});

  it('are eight lanes and one for what matches none', () => {
    const suffixes = patterns.map((p) => p.detail['vault_id']);
    const none = [{ exists: false }, null, { 'anything-but': { suffix: vaultRuleSuffixes.flat() } }];
    expect(suffixes).toEqual([...vaultRuleSuffixes.map((lane) => lane.map((suffix) => ({ suffix }))), none]);
  });

  it('take every character a ULID may end with exactly once', () => {
    expect(vaultRuleSuffixes.flat().sort().join('')).toBe('0123456789ABCDEFGHJKMNPQRSTVWXYZ');
  });

  it('take orders, batches and NAV snapshots of VANTA OS only', () => {
    for (const p of patterns)
      expect(p).toMatchObject({ source: ['vanta.os'], 'detail-type': ['ManagerOrder', 'ManagerOrderBatch', 'NavSnapshot'] });
  });

  it('give each lane a group of its own in vault-intents.fifo', () => {
    const groups = targets.map((t) => (t['SqsParameters'] as { MessageGroupId: string }).MessageGroupId);
    expect(new Set(groups).size).toBe(9);
    for (const t of targets) expect(synthesis.nameOf(t['Arn'])).toBe('local-vault-intents.fifo');
  });

  it('keep what cannot be delivered in a standard queue: EventBridge takes no FIFO one', () => {
    const names = targets.map((t) => synthesis.nameOf((t['DeadLetterConfig'] as { Arn: unknown }).Arn));
    expect(new Set(names)).toEqual(new Set(['local-rule-targets-dlq']));
  });

  it('and the rules of tenants and notices alone may send into their queues on behalf of EventBridge', () => {
    const sends = synthesis
      .statements()
      .filter((s) => JSON.stringify(s.condition ?? '').includes('aws:SourceArn') && s.actions.includes('sqs:SendMessage'));
    expect(sends.flatMap((s) => s.resources.map((r) => synthesis.nameOf(r))).sort()).toEqual([
      'local-notices',
      'local-rule-targets-dlq',
      'local-rule-targets-dlq',
      'local-rule-targets-dlq',
      'local-tenant-status.fifo',
      'local-vault-intents.fifo',
    ]);
    const arns = sends.map(
      (s) => (s.condition as { ArnEquals: { 'aws:SourceArn': unknown[] } }).ArnEquals['aws:SourceArn'].length,
    );
    expect(arns.sort()).toEqual([1, 1, 1, 1, 9, 9]);
  });
});

describe("the rule of tenants' status", () => {
  const synthesis = new Synthesis('local');
  const rule = synthesis.one('AWS::Events::Rule', { Name: 'vanta-local-tenant-status' }).Properties;

  it('takes what operators say, into one line', () => {
    const words = ['TenantSuspended', 'TenantReactivated', 'EntitlementOverridden', 'OverrideEnded'];
    expect(rule['EventPattern']).toEqual({ source: ['vanta.ops'], 'detail-type': words });
    const [target] = rule['Targets'] as Properties[];
    expect(synthesis.nameOf(target?.['Arn'])).toBe('local-tenant-status.fifo');
    expect(target?.['SqsParameters']).toEqual({ MessageGroupId: 'tenants' });
    expect(synthesis.nameOf((target?.['DeadLetterConfig'] as { Arn: unknown } | undefined)?.Arn)).toBe('local-rule-targets-dlq');
  });
});
