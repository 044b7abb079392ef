import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Card } from '../../shared/wiring/card.ts';
import { type FunctionName, functions } from '../../shared/wiring/functions.ts';
import type { WatchedQueues } from '../mirroring/queues.ts';
import type { StageRow } from '../stages.ts';
import { apiFailurePercent, ofFunction, ofQueue, own } from './readings.ts';

export interface AlarmsProps {
  readonly row: StageRow;
  readonly apiId: string;
  readonly queues: WatchedQueues;
  readonly topic: ITopic;
}

interface Rule {
  readonly metric: IMetric;
  readonly description: string;
  /** The alarm's limit: reached is too much. */
  readonly atLeast: number;
  /** Of the last `of` minutes, so many must reach it: a single spike wakes nobody. */
  readonly minutes: number;
  readonly of: number;
}

const seldom = { minutes: 3, of: 5 } as const;
const atOnce = { minutes: 1, of: 1 } as const;
/** What is measured every five minutes stays until it is measured again. */
const anyRun = { minutes: 1, of: 6 } as const;

/** What wakes somebody: every alarm goes to the one topic, when it begins and when it is over. */
export class Alarms extends Construct {
  readonly all: readonly Alarm[];

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const rules = { ...mirroringRules(props), ...bitcoinRules(props), ...queueRules(props), ...functionRules(props) };
    this.all = Object.entries(rules).map(([name, rule]) => this.#alarm(props, name, rule));
  }

  #alarm({ row, topic }: AlarmsProps, name: string, rule: Rule): Alarm {
    const alarm = new Alarm(this, name, {
      alarmName: `vanta-${row.name}-${name}`,
      alarmDescription: rule.description,
      metric: rule.metric,
      threshold: rule.atLeast,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      datapointsToAlarm: rule.minutes,
      evaluationPeriods: rule.of,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new SnsAction(topic));
    alarm.addOkAction(new SnsAction(topic));
    return alarm;
  }
}

function mirroringRules({ row, apiId }: AlarmsProps): Record<string, Rule> {
  return {
    'dispatch-latency': {
      metric: own(row, 'dispatchLatencyMs', 'p95'),
      description: 'Accept to first dispatch attempt: p95 above 2 s (SPEC 8)',
      atLeast: 2_000,
      ...seldom,
    },
    'shard-stuck': {
      metric: own(row, 'shardStuckSeconds', 'Maximum'),
      description: 'A shard stands at one entry for 2 minutes: it skips nothing by itself (ARCHITECTURE 2)',
      atLeast: 120,
      ...atOnce,
    },
    'drift-unexplained': {
      metric: own(row, 'driftUnexplained', 'Maximum'),
      description: 'Accounts do not hold what they were told, and nobody knows why (runbook drift)',
      atLeast: 1,
      ...anyRun,
    },
    'unknown-children': {
      metric: own(row, 'unknownOldestSeconds', 'Maximum'),
      description: 'A child is unknown for 10 minutes: its increases are withheld (runbook unknown-child)',
      atLeast: 600,
      ...anyRun,
    },
    'late-reverts': {
      metric: own(row, 'lateReverts', 'Sum'),
      description: 'A flip was not taken back within 5 s of its end (SPEC 8): docs/runbooks/late-revert.md',
      atLeast: 1,
      ...atOnce,
    },
    'api-5xx': {
      metric: apiFailurePercent(apiId),
      description: 'The API fails more than 1 % of requests',
      atLeast: 1,
      ...seldom,
    },
  };
}

// The comparison with BTCPay Server reports them once a day, as long as there are any.
function bitcoinRules({ row }: AlarmsProps): Record<string, Rule> {
  return {
    'bitcoin-held': {
      metric: own(row, 'btcHeldCents', 'Maximum'),
      description: 'Bitcoin came in that bought nothing and has not been given back (docs/runbooks/bitcoin.md)',
      atLeast: 1,
      ...atOnce,
    },
    'bitcoin-odd': {
      metric: own(row, 'btcOdd', 'Maximum'),
      description: 'BTCPay Server has an invoice in a state that we do not know (docs/runbooks/bitcoin.md)',
      atLeast: 1,
      ...atOnce,
    },
  };
}

// A shard's worker takes seconds; what is older than 2 minutes is not being worked off.
function queueRules({ queues }: AlarmsProps): Record<string, Rule> {
  const ages = queues.working.map((name): [string, Rule] => [
    `age-${name}`,
    {
      metric: ofQueue(name, 'ApproximateAgeOfOldestMessage'),
      description: `The oldest message of ${name} is older than 2 minutes${queues.delayed[name] === undefined ? '' : ', and its delay'}`,
      atLeast: 120 + (queues.delayed[name] ?? 0),
      ...seldom,
    },
  ]);
  const depths = queues.deadLetter.map((name): [string, Rule] => [
    `depth-${name}`,
    {
      metric: ofQueue(name, 'ApproximateNumberOfMessagesVisible'),
      description: `There are dead letters in ${name}`,
      atLeast: 1,
      ...atOnce,
    },
  ]);
  return Object.fromEntries([...ages, ...depths]);
}

function functionRules({ row }: AlarmsProps): Record<string, Rule> {
  const cards = Object.entries(functions) as [FunctionName, Card][];
  const perFunction = cards.flatMap(([name]): [string, Rule][] => [
    [`errors-${name}`, functionRule(row, name, 'Errors', `${name} keeps failing`)],
    [`throttles-${name}`, functionRule(row, name, 'Throttles', `${name} is refused concurrency`)],
  ]);
  const streamed = cards.filter(([, card]) => card.trigger.kind === 'stream');
  const iterators = streamed.map(([name]): [string, Rule] => [
    `iterator-age-${name}`,
    {
      metric: ofFunction(row, name, 'IteratorAge', 'Maximum'),
      description: `${name} is more than a minute behind the table's stream`,
      atLeast: 60_000,
      ...seldom,
    },
  ]);
  return Object.fromEntries([...perFunction, ...iterators]);
}

function functionRule(row: StageRow, name: FunctionName, metricName: string, description: string): Rule {
  return { metric: ofFunction(row, name, metricName, 'Sum'), description, atLeast: 1, ...seldom };
}
