import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { FunctionName } from '../../shared/wiring/functions.ts';
import { metricDimension, metrics, metricsNamespace } from '../../shared/wiring/metrics.ts';
import { functionNameOf } from '../constructs/vanta-function.ts';
import type { StageRow } from '../stages.ts';

const period = Duration.minutes(1);

/** One of our own metrics (SPEC 10), over the whole stage. */
export function own(row: StageRow, metric: keyof typeof metrics, statistic: string): Metric {
  return new Metric({
    namespace: metricsNamespace,
    metricName: metrics[metric],
    dimensionsMap: { [metricDimension]: row.name },
    statistic,
    period,
  });
}

/** A function's metric, by the name Lambda gives it. */
export function ofFunction(row: StageRow, name: FunctionName, metricName: string, statistic: string): Metric {
  const dimensionsMap = { FunctionName: functionNameOf(row, name) };
  return new Metric({ namespace: 'AWS/Lambda', metricName, dimensionsMap, statistic, period });
}

/** A queue's metric, by its physical name: watching needs no reference to the queue. */
export function ofQueue(queueName: string, metricName: string): Metric {
  const dimensionsMap = { QueueName: queueName };
  return new Metric({ namespace: 'AWS/SQS', metricName, dimensionsMap, statistic: 'Maximum', period });
}

/** A metric of the HTTP API. */
export function ofApi(apiId: string, metricName: string, statistic: string): Metric {
  return new Metric({ namespace: 'AWS/ApiGateway', metricName, dimensionsMap: { ApiId: apiId }, statistic, period });
}

/** The share of API answers that are 5xx, in percent; no traffic counts as none. */
export function apiFailurePercent(apiId: string): MathExpression {
  return new MathExpression({
    expression: 'IF(answers > 0, 100 * failures / answers, 0)',
    usingMetrics: { failures: ofApi(apiId, '5xx', 'Sum'), answers: ofApi(apiId, 'Count', 'Sum') },
    period,
    label: '5xx %',
  });
}

/** A metric of the table. */
export function ofTable(tableName: string, metricName: string): Metric {
  return new Metric({ namespace: 'AWS/DynamoDB', metricName, dimensionsMap: { TableName: tableName }, statistic: 'Sum', period });
}
