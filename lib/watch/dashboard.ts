import { AlarmStatusWidget, Dashboard, GraphWidget, type IAlarm, type IMetric, type IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { type FunctionName, functions } from '../../shared/wiring/functions.ts';
import type { WatchedQueues } from '../mirroring/queues.ts';
import type { StageRow } from '../stages.ts';
import { apiFailurePercent, ofApi, ofFunction, ofQueue, ofTable, own } from './readings.ts';

export interface DashboardProps {
  readonly row: StageRow;
  readonly tableName: string;
  readonly apiId: string;
  readonly queues: WatchedQueues;
  readonly alarms: readonly IAlarm[];
}

/** The service on one page: first whether followers are served in time, then the parts, in the order of the straight line. */
export function serviceDashboard(scope: Construct, props: DashboardProps): Dashboard {
  return new Dashboard(scope, 'Dashboard', {
    dashboardName: `vanta-${props.row.name}-service`,
    widgets: [
      [new AlarmStatusWidget({ title: 'Alarms', alarms: [...props.alarms], width: 24, height: 5 })],
      objectives(props),
      flips(props),
      books(props),
      api(props),
      queues(props),
      lambdas(props),
      table(props),
      billing(props),
    ],
  });
}

function objectives({ row }: DashboardProps): IWidget[] {
  const latency = (['p50', 'p95', 'p99'] as const).map((p) => own(row, 'dispatchLatencyMs', p).with({ label: p }));
  return [
    graph('Accept to first dispatch attempt (objective: p95 2 s)', latency, 'ms'),
    graph('Orders', [own(row, 'ordersAccepted', 'Sum'), own(row, 'ordersRefused', 'Sum')], 'orders a minute'),
    graph('Dispatch', [own(row, 'dispatchErrors', 'Average'), own(row, 'webhookRetries', 'Sum')], 'errors, retries'),
  ];
}

function books({ row }: DashboardProps): IWidget[] {
  const drift = (['drift', 'driftUnexplained'] as const).map((name) => own(row, name, 'Sum'));
  return [
    graph('Reconciliation: drift', drift, 'followers x symbols'),
    graph('Reconciliation: fix-ups', [own(row, 'fixups', 'Sum')], 'fix-ups'),
    graph('Oldest unknown child', [own(row, 'unknownOldestSeconds', 'Maximum')], 's'),
  ];
}

function flips({ row }: DashboardProps): IWidget[] {
  const lag = (['p50', 'p95', 'Maximum'] as const).map((p) => own(row, 'revertLagMs', p).with({ label: p }));
  return [
    graph('Flips: on, or not taken back yet', [own(row, 'flipsLive', 'Maximum')], 'flips'),
    graph('Flips: end to taken back (objective: 5 s)', lag, 'ms'),
    graph('Flips: late (must be zero)', [own(row, 'lateReverts', 'Sum')], 'a minute'),
  ];
}

function api({ apiId }: DashboardProps): IWidget[] {
  const latency = (['p50', 'p95'] as const).map((p) => ofApi(apiId, 'Latency', p).with({ label: p }));
  return [
    graph('API: answers', [ofApi(apiId, 'Count', 'Sum'), ofApi(apiId, '4xx', 'Sum'), ofApi(apiId, '5xx', 'Sum')], 'a minute'),
    graph('API: latency', latency, 'ms'),
    graph('API: failures', [apiFailurePercent(apiId)], '%'),
  ];
}

function queues({ queues: { working, deadLetter } }: DashboardProps): IWidget[] {
  const of = (names: readonly string[], metric: string) => names.map((name) => ofQueue(name, metric).with({ label: name }));
  return [
    graph('Queues: oldest message', of(working, 'ApproximateAgeOfOldestMessage'), 's'),
    graph('Queues: waiting', of(working, 'ApproximateNumberOfMessagesVisible'), 'messages'),
    graph('Dead letters', of(deadLetter, 'ApproximateNumberOfMessagesVisible'), 'messages'),
  ];
}

function lambdas({ row }: DashboardProps): IWidget[] {
  const names = Object.keys(functions) as FunctionName[];
  const of = (metric: string, statistic: string) =>
    names.map((name) => ofFunction(row, name, metric, statistic).with({ label: name }));
  return [
    graph('Functions: errors', of('Errors', 'Sum'), 'a minute'),
    graph('Functions: throttles', of('Throttles', 'Sum'), 'a minute'),
    graph('Functions: duration p95', of('Duration', 'p95'), 'ms'),
  ];
}

function table({ tableName, row }: DashboardProps): IWidget[] {
  const of = (...names: string[]) => names.map((name) => ofTable(tableName, name));
  return [
    graph('Table: units', of('ConsumedReadCapacityUnits', 'ConsumedWriteCapacityUnits'), 'a minute'),
    graph('Table: throttled', of('ReadThrottleEvents', 'WriteThrottleEvents'), 'a minute'),
    graph('Stream: behind by', [ofFunction(row, 'stream-router', 'IteratorAge', 'Maximum')], 'ms'),
  ];
}

/** Whether what payment providers say arrives, and how soon it counts. */
function billing({ row }: DashboardProps): IWidget[] {
  const lag = (['p50', 'p95'] as const).map((p) => own(row, 'billingLagMs', p).with({ label: p }));
  const webhooks = [own(row, 'webhookUnsigned', 'Sum'), own(row, 'webhookIgnored', 'Sum')];
  return [
    graph('Billing: from the provider until it counts', lag, 'ms'),
    graph('Billing webhooks: unsigned, of no concern', webhooks, 'a minute'),
    graph(
      'Billing: rung and repaired by comparison',
      [own(row, 'billingReconcileSent', 'Sum'), own(row, 'billingRepairs', 'Sum')],
      'customers',
    ),
  ];
}

function graph(title: string, left: IMetric[], unit: string): GraphWidget {
  return new GraphWidget({ title, left, leftYAxis: { label: unit, showUnits: false, min: 0 }, width: 8, height: 6 });
}
