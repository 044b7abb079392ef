import { type Clock, milliseconds } from '../../kit/clock.ts';
import { limits } from '../../wiring/limits.ts';

/** What is due at a time; of a flip, whose. */
export interface Due {
  readonly due: string;
  readonly overlay_id?: string | undefined;
}

export interface OverduePorts<Row extends Due> {
  readonly clock: Clock;
  readonly due: () => Promise<readonly Row[]>;
  /** Does what is due; the row goes when it is done. */
  readonly work: (row: Row) => Promise<void>;
  /** Flips that are on or not reverted yet, and those of them that are late. */
  readonly report: (flips: { readonly live: number; readonly late: number }) => void;
  readonly broken: (row: Row, error: unknown) => void;
}

/** Who is first to come takes a flip back; this is for what nobody came for. */
const graceMs = 3_000;

/** The net under timer and stream: finds what is over and still there (SPEC 6.3). One that fails holds up no other. */
export async function workOverdue<Row extends Due>(ports: OverduePorts<Row>): Promise<number> {
  const rows = await ports.due();
  const now = ports.clock();
  const overdue = rows.filter(({ due }) => milliseconds(due) + graceMs <= now);
  const late = overdue.filter(({ due }) => milliseconds(due) + limits.revertWithinSeconds * 1000 < now);
  ports.report({ live: flipsAmong(rows), late: flipsAmong(late) });
  for (const row of overdue) await ports.work(row).catch((error: unknown) => ports.broken(row, error));
  return overdue.length;
}

/** Of a flip that ended early there are two rows, of a vault that stopped one of no flip. */
const flipsAmong = (rows: readonly Due[]): number => new Set(rows.flatMap(({ overlay_id }) => overlay_id ?? [])).size;
