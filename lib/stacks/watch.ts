import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { WatchedQueues } from '../mirroring/queues.ts';
import type { StageRow } from '../stages.ts';
import { alarmTopic } from '../watch/alarm-topic.ts';
import { Alarms } from '../watch/alarms.ts';
import { serviceDashboard } from '../watch/dashboard.ts';

export interface WatchProps extends StackProps {
  readonly row: StageRow;
  readonly tableName: string;
  readonly apiId: string;
  readonly queues: WatchedQueues;
}

/** What tells people: the service dashboard, and alarms with a topic. */
export class WatchStack extends Stack {
  constructor(scope: Construct, id: string, props: WatchProps) {
    super(scope, id, props);
    const topic = alarmTopic(this, props.row);
    const { all } = new Alarms(this, 'Alarms', { ...props, topic });
    serviceDashboard(this, { ...props, alarms: all });
  }
}
