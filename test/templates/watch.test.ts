import { describe, expect, it } from 'vitest';
import { type FunctionName, functions } from '../../shared/wiring/functions.ts';
import { metricDimension, metricsNamespace } from '../../shared/wiring/metrics.ts';
import { type Properties, type Resource, Synthesis } from './synthesis.ts';

const production = new Synthesis('production');
const alarms = production.all('AWS::CloudWatch::Alarm').map(([, r]) => r);
const queueNamesBy = (dead: boolean) =>
  production
    .all('AWS::SQS::Queue')
    .filter(([, q]) => (q.Properties['RedrivePolicy'] === undefined) === dead)
    .map(([, q]) => q.Properties['QueueName'] as string);

function alarmOn(metric: string, dimension: string): Resource | undefined {
  return alarms.find(
    ({ Properties: p }) =>
      p['MetricName'] === metric && ((p['Dimensions'] as Properties[] | undefined) ?? []).some((d) => d['Value'] === dimension),
  );
}

describe('alarms', () => {
  it.each(queueNamesBy(false))('wake somebody when %s is not worked off', (name) => {
    expect(alarmOn('ApproximateAgeOfOldestMessage', name)?.Properties).toMatchObject({
      // A timer's message waits on purpose.
      Threshold: name.endsWith('overlay-timer') ? 1020 : 120,
      Period: 60,
    });
  });

  it.each(queueNamesBy(true))('wake somebody at the first message in %s', (name) => {
    expect(alarmOn('ApproximateNumberOfMessagesVisible', name)?.Properties).toMatchObject({ Threshold: 1, DatapointsToAlarm: 1 });
  });

  it.each(Object.keys(functions) as FunctionName[])('watch errors and throttles of %s, not single ones', (name) => {
    for (const metric of ['Errors', 'Throttles']) {
      const alarm = alarmOn(metric, `vanta-production-${name}`)?.Properties;
      expect(alarm).toMatchObject({ DatapointsToAlarm: 3, EvaluationPeriods: 5 });
    }
  });

  it('watch the dispatch latency of SPEC 8 under the one dimension that functions write', () => {
    expect(alarmOn('mirror.dispatch.latency_ms', 'production')?.Properties).toMatchObject({
      Namespace: metricsNamespace,
      Dimensions: [{ Name: metricDimension, Value: 'production' }],
      ExtendedStatistic: 'p95',
      Threshold: 2000,
    });
  });

  it('watch the stream, stuck shards, drift, unknown children and failing answers', () => {
    expect(alarmOn('IteratorAge', 'vanta-production-stream-router')).toBeDefined();
    expect(alarmOn('mirror.shard.stuck_seconds', 'production')?.Properties['Threshold']).toBe(120);
    expect(alarmOn('mirror.drift.unexplained', 'production')?.Properties['Threshold']).toBe(1);
    expect(alarmOn('mirror.unknown.oldest_seconds', 'production')?.Properties['Threshold']).toBe(600);
    expect(
      production.one('AWS::CloudWatch::Alarm', { AlarmName: 'vanta-production-api-5xx' }).Properties['Metrics'],
    ).toHaveLength(3);
  });

  it('wake somebody at the first flip that is taken back late', () => {
    expect(alarmOn('overlay.revert.late', 'production')?.Properties).toMatchObject({ Threshold: 1, DatapointsToAlarm: 1 });
  });

  it('all go to the topic, which CloudWatch may publish to', () => {
    for (const alarm of alarms) expect(alarm.Properties['AlarmActions']).toHaveLength(1);
    const policy = JSON.stringify(production.one('AWS::SNS::TopicPolicy').Properties);
    expect(policy).toContain('cloudwatch.amazonaws.com');
  });
});

describe('dashboard', () => {
  it('shows what the service promises', () => {
    const body = JSON.stringify(production.one('AWS::CloudWatch::Dashboard').Properties['DashboardBody']);
    for (const metric of [
      'mirror.dispatch.latency_ms',
      'ApproximateAgeOfOldestMessage',
      '5xx',
      'IteratorAge',
      'overlay.revert.late',
    ]) {
      expect(body).toContain(metric);
    }
  });
});

describe('stacks', () => {
  it('refer to each other in one direction: data, mirroring, control-plane, watch', () => {
    const order = ['data', 'mirroring', 'control-plane', 'watch'];
    const backwards = production.dependencies().filter((d) => {
      const [from = '', to = ''] = d.split(' -> ');
      return order.indexOf(from) <= order.indexOf(to);
    });
    expect(production.dependencies().length).toBeGreaterThan(0);
    expect(backwards).toEqual([]);
  });
});
