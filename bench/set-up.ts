import { answerSdk, Endpoints } from './aws/boundary.ts';
import { WireQueues } from './aws/queue.ts';
import { WireTable } from './aws/table.ts';
import { Meter } from './meter/meter.ts';
import { measureSize, type OneSize, type Side } from './one-size.ts';
import type { Scales } from './seed.ts';
import { loadFunctions, type Metered } from './vanta.ts';

export interface SetUp {
  /** Every size has a table of its own. */
  readonly measure: (followers: number, side: Side, scales?: Scales) => Promise<OneSize>;
  readonly endFaults: () => readonly string[];
}

/** Puts the handlers on the bench. To be loaded after the environment stands: the functions read it when they are loaded. */
export async function setUp(): Promise<SetUp> {
  const meter = new Meter();
  const freshTable = () => new WireTable((call) => meter.table(call));
  const world: Metered = {
    meter,
    table: freshTable(),
    queues: new WireQueues(meter),
    onCall: () => undefined,
    onFlight: () => undefined,
    gbSeconds: 0,
  };
  answerSdk(world);
  const endpoints = new Endpoints(world);
  endpoints.listen();
  const functions = await loadFunctions();
  return {
    measure: async (followers, side, scales) => {
      world.table = freshTable();
      let last = '';
      const restore = swallowLogs((text) => {
        meter.logged(Buffer.byteLength(text));
        last = String(text);
      });
      try {
        return await measureSize({ world, endpoints, functions }, followers, side, scales);
      } catch (error) {
        throw new Error(`the last that was logged: ${last}`, { cause: error });
      } finally {
        restore();
      }
    },
    endFaults: () => endpoints.faults,
  };
}

/** What functions print goes to CloudWatch Logs, by the byte. */
function swallowLogs(logged: (text: string | Uint8Array) => void): () => void {
  const before = { log: process.stdout.write, error: process.stderr.write };
  const swallow = ((text: string | Uint8Array) => {
    logged(text);
    return true;
  }) as typeof process.stdout.write;
  process.stdout.write = swallow;
  process.stderr.write = swallow;
  return () => {
    process.stdout.write = before.log;
    process.stderr.write = before.error;
  };
}
