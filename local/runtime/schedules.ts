import { randomUUID } from 'node:crypto';
import type { ScheduleSpec, TargetSpec } from '../template/model.ts';
import type { Source } from './pollers.ts';

interface SchedulesOptions {
  readonly schedules: readonly ScheduleSpec[];
  readonly region: string;
  readonly account: string;
  deliver(target: TargetSpec, event: unknown): void;
}

// What was left undone by a crash waits for the sweep: it must not wait a whole period more.
const firstRunMs = 2000;

/** Runs schedules on timers, each for the first time soon after boot. */
export function startSchedules({ schedules, region, account, deliver }: SchedulesOptions): Source {
  const timers = schedules.flatMap((schedule) => {
    const run = () => deliver(schedule.target, scheduledEvent(schedule, region, account));
    return [setTimeout(run, firstRunMs), setInterval(run, schedule.everySeconds * 1000)];
  });
  return {
    async stop() {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

function scheduledEvent({ name }: ScheduleSpec, region: string, account: string) {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account,
    time: `${new Date().toISOString().slice(0, 19)}Z`,
    region,
    resources: [`arn:aws:events:${region}:${account}:rule/${name}`],
    detail: {},
  };
}
