import { type StackProps, Stage } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { ControlPlaneStack } from './stacks/control-plane.ts';
import { DataStack } from './stacks/data.ts';
import { MirroringStack } from './stacks/mirroring.ts';
import { WatchStack } from './stacks/watch.ts';
import type { StageRow } from './stages.ts';

/** One complete installation. References between its stacks point one way: data, mirroring, control-plane, watch. */
export class VantaStage extends Stage {
  readonly data: DataStack;
  readonly mirroring: MirroringStack;
  readonly controlPlane: ControlPlaneStack;
  readonly watch: WatchStack;

  constructor(scope: Construct, row: StageRow) {
    super(scope, row.name, { env: row.env });
    const props = (id: string): StackProps => ({
      stackName: `vanta-${row.name}-${id}`,
      terminationProtection: row.data.protect,
      tags: { 'vanta:stage': row.name },
    });
    this.data = new DataStack(this, 'data', { ...props('data'), row });
    this.mirroring = new MirroringStack(this, 'mirroring', { ...props('mirroring'), row, data: this.data });
    const shelf = this.mirroring.shelf;
    this.controlPlane = new ControlPlaneStack(this, 'control-plane', {
      ...props('control-plane'),
      row,
      shelf,
      people: this.data.people,
    });
    this.watch = new WatchStack(this, 'watch', {
      ...props('watch'),
      row,
      tableName: this.data.table.tableName,
      apiId: this.controlPlane.api.apiId,
      queues: this.mirroring.watched,
    });
  }
}
