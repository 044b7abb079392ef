import { Duration } from 'aws-cdk-lib';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import { osSource } from '../../shared/wiring/events.ts';
import type { StageRow } from '../stages.ts';

/** Keeps what VANTA OS sent, so that it can be sent again: accept knows what it has by external_id. */
export function archiveOsEvents(bus: EventBus, { name, mirroring }: StageRow): void {
  if (mirroring.eventArchiveDays === 'none') return;
  bus.archive('OsEvents', {
    archiveName: `vanta-${name}-os-events`,
    eventPattern: { source: [osSource] },
    retention: Duration.days(mirroring.eventArchiveDays),
  });
}
