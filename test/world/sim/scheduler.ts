import type { Random } from './prng.ts';

interface Event {
  readonly at: number;
  readonly tie: number;
  readonly run: () => void;
}

const before = (a: Event, b: Event): boolean => a.at < b.at || (a.at === b.at && a.tie < b.tie);

/** Lets every branch that can go on go on to its next call to the world. */
const settled = (): Promise<void> => new Promise((done) => setImmediate(done));

/**
 * Virtual time. Whatever the world does is an event; between two of them all running handlers go on to their next await.
 * What falls due at once is drawn by the seed.
 */
export class Scheduler {
  now: number;
  /** Events that were run. */
  steps = 0;
  readonly #random: Random;
  readonly #heap: Event[] = [];
  readonly #most: number;

  constructor(start: number, random: Random, most: number) {
    this.now = start;
    this.#random = random;
    this.#most = most;
  }

  get idle(): boolean {
    return this.#heap.length === 0;
  }

  /** Runs something `ms` from now. */
  after(ms: number, run: () => void): void {
    const event: Event = { at: this.now + Math.max(0, ms), tie: this.#random.next(), run };
    const heap = this.#heap;
    let i = heap.push(event) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!before(event, heap[parent] as Event)) break;
      heap[i] = heap[parent] as Event;
      i = parent;
    }
    heap[i] = event;
  }

  /** The next event, and all that follows from it at once. False when there is none. */
  async step(): Promise<boolean> {
    const event = this.#pop();
    if (event === undefined) return false;
    this.steps += 1;
    if (this.steps > this.#most) throw new Error(`the world does not come to rest: ${this.steps} steps`);
    this.now = Math.max(this.now, event.at);
    event.run();
    await settled();
    return true;
  }

  #pop(): Event | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (top === undefined || last === undefined || heap.length === 0) return top;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1] as Event, heap[child] as Event)) child += 1;
      if (!before(heap[child] as Event, last)) break;
      heap[i] = heap[child] as Event;
      i = child;
    }
    heap[i] = last;
    return top;
  }
}
