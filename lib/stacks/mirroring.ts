import { Stack, type StackProps } from 'aws-cdk-lib';
import { EventBus } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import type { Card } from '../../shared/wiring/card.ts';
import { type FunctionName, functions } from '../../shared/wiring/functions.ts';
import type { Shelf } from '../constructs/grants.ts';
import { VantaFunction } from '../constructs/vanta-function.ts';
import { archiveOsEvents } from '../mirroring/archive.ts';
import { MirroringQueues, type WatchedQueues } from '../mirroring/queues.ts';
import { connect } from '../mirroring/triggers.ts';
import { VaultRules } from '../mirroring/vault-rules.ts';
import type { StageRow } from '../stages.ts';
import { tenantRule } from '../tenants/tenant-rule.ts';
import type { DataStack } from './data.ts';

/** The straight line from an intent to its children: bus, rules, queues and the functions that work them off. */
export class MirroringStack extends Stack {
  /** All that functions may need, here and in the control plane. */
  readonly shelf: Shelf;
  readonly watched: WatchedQueues;

  constructor(scope: Construct, id: string, props: StackProps & { readonly row: StageRow; readonly data: DataStack }) {
    super(scope, id, props);
    const { row, data } = props;
    const bus = new EventBus(this, 'Bus', { eventBusName: row.mirroring.busName });
    const queues = new MirroringQueues(this, 'Queues', row.name);
    new VaultRules(this, 'VaultRules', { row, bus, target: queues.byName.vaultIntents, deadLetters: queues.ruleDeadLetters });
    tenantRule(this, { row, bus, target: queues.byName.tenantStatus, deadLetters: queues.ruleDeadLetters });
    archiveOsEvents(bus, row);
    this.watched = queues.watched;
    this.shelf = { ...data.shelf, ...queues.shelf, bus: { value: bus.eventBusName, arn: bus.eventBusArn } };
    const sources = {
      row,
      table: data.table,
      shelved: data.shelf.table,
      queues: queues.byName,
      streamDeadLetters: queues.streamDeadLetters,
    };
    for (const name of behindTheApi) connect(new VantaFunction(this, { name, row, shelf: this.shelf }), sources);
  }
}

const behindTheApi = (Object.entries(functions) as [FunctionName, Card][])
  .filter(([, card]) => card.trigger.kind !== 'http' && card.trigger.kind !== 'preToken')
  .map(([name]) => name);
