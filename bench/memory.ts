import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { limits } from '../shared/wiring/limits.ts';

setFlagsFromString('--expose-gc');
// The many collections would throw away the code of whatever rests, and count as memory that a run gives back.
setFlagsFromString('--no-flush-bytecode');
const collect = runInNewContext('gc') as () => void;

function liveBytes(): number {
  // Twice: what the first one finalizes, the second one frees.
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** What was sent before is held by its timeout, and by what finalizes it, which needs turns of its own: nothing of it may end later. */
export async function settle(): Promise<void> {
  await sleep(limits.webhookTimeoutMs + 500);
  for (let turn = 0; turn < 5; turn += 1) {
    collect();
    await sleep(10);
  }
}

/**
 * What a run holds on to at its highest, over what was there when it began: read after a collection, at calls of the SDK
 * and while deliveries are under way.
 */
export class MemoryProbe {
  readonly #every: number;
  readonly #seen = { call: 0, flight: 0 };
  #base = 0;
  #on = false;
  peakBytes = 0;

  /** Reads at every so many calls, and at every so many rounds of deliveries: a collection takes its time. */
  constructor(every: number) {
    this.#every = every;
  }

  begin(): void {
    this.#base = liveBytes();
    this.#on = true;
  }

  end(): void {
    this.#on = false;
  }

  call = (): void => this.#touch('call');
  flight = (): void => this.#touch('flight');

  #touch(what: 'call' | 'flight'): void {
    if (!this.#on) return;
    this.#seen[what] += 1;
    if (this.#seen[what] % this.#every === 0) this.peakBytes = Math.max(this.peakBytes, liveBytes() - this.#base);
  }
}
