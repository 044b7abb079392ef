import { type Clock, timestamp } from '../../kit/clock.ts';

export interface Due {
  readonly tenant_id: string;
  readonly at: string;
}

export interface DuePorts {
  readonly clock: Clock;
  readonly partitions: number;
  readonly due: (partition: number, until: string) => Promise<readonly Due[]>;
  /** Asks for their projection; the same one asked for twice does no harm. */
  readonly send: (due: readonly Due[]) => Promise<void>;
  readonly drop: (due: Due) => Promise<void>;
}

/** Left to what began before the moment and is still being written. */
const quietMs = 5_000;

/** Sends every tenant whose plan changed by time alone to its projection. Who dies between sending and dropping sends again. */
export async function sendDue(ports: DuePorts): Promise<number> {
  const until = timestamp(ports.clock() - quietMs);
  const partitions = Array.from({ length: ports.partitions }, (_, i) => i);
  const found = (await Promise.all(partitions.map((p) => ports.due(p, until)))).flat();
  await ports.send(found);
  await Promise.all(found.map((due) => ports.drop(due)));
  return found.length;
}
