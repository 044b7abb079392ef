/** Where a run can be hurt, and how. Every point of a run is counted; a plan says what happens at the n-th. */
export type Kind = 'write' | 'send' | 'deliver' | 'delete';

/**
 * `dies`: the process is gone, its other branches too. `fails`: the call throws into the code, whose other branches go on.
 * `before`: without effect; `after`: the effect is there and the answer is lost. `twice`: the answer was lost and the SDK
 * asked again. `conflicts`: another transaction was on the same item, as AWS answers and DynamoDB Local never does.
 */
export type Mode = 'dies before' | 'dies after' | 'fails before' | 'fails after' | 'twice' | 'conflicts';
export const modesOf: Readonly<Record<Kind, readonly Mode[]>> = {
  write: ['dies before', 'dies after', 'fails before', 'fails after', 'twice', 'conflicts'],
  send: ['dies before', 'dies after', 'fails before', 'fails after'],
  deliver: ['dies before', 'dies after'],
  delete: ['dies before'],
};

export interface Point {
  readonly kind: Kind;
  readonly label: string;
}
/** By the number of the point, from 1. */
export type Plan = ReadonlyMap<number, Mode>;

export class Faults {
  readonly seen: Point[] = [];
  readonly #plan: Plan;
  constructor(plan: Plan = new Map()) {
    this.#plan = plan;
  }
  next(kind: Kind, label: string): Mode | undefined {
    this.seen.push({ kind, label });
    return this.#plan.get(this.seen.length);
  }
  /** Planned points that the run never came to. */
  get missed(): number {
    return [...this.#plan.keys()].filter((n) => n < 1 || n > this.seen.length).length;
  }
}

/** The process ended. */
export class Crash extends Error {}
/** A call failed, and the process goes on. */
export class Outage extends Error {}

const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

/** One run of a handler in a process of its own: dead, none of its branches does anything any more. */
export class Invocation {
  #dead = false;
  #pending = 0;
  #frozen: Promise<void> = Promise.resolve();
  readonly #death = Promise.withResolvers<never>();

  constructor() {
    // Raced against below; nobody else waits for it, and an unhandled rejection would end the test's process.
    this.#death.promise.catch(() => undefined);
  }

  run<T>(work: Promise<T>): Promise<T> {
    work.catch(() => undefined);
    return Promise.race([work, this.#death.promise]);
  }

  /** A call to the world outside; `mode` is asked for when its turn has come, unless the process is dead by then. */
  async call<T>(lock: Lock, mode: () => Mode | undefined, effect: (mode: Mode | undefined) => Promise<T>): Promise<T> {
    await this.#frozen;
    this.#pending += 1;
    try {
      const done = await lock(() => this.#hurt(mode, effect));
      return done === undefined || this.#dead ? await never<T>() : done.value;
    } finally {
      this.#pending -= 1;
    }
  }

  async #hurt<T>(modeNow: () => Mode | undefined, effect: (mode: Mode | undefined) => Promise<T>): Promise<Done<T>> {
    // Who is dead waits for nothing: its branches hang for ever.
    if (this.#dead) return undefined;
    const mode = modeNow();
    if (mode === 'dies before') return this.#die();
    if (mode === 'fails before') throw new Outage(mode);
    const value = await effect(mode);
    if (mode === 'dies after') return this.#die();
    if (mode === 'fails after') throw new Outage(mode);
    return this.#dead ? undefined : { value };
  }

  #die(): undefined {
    this.#dead = true;
    this.#death.reject(new Crash());
    return undefined;
  }

  /** Ends when no branch of a process that is alive is under way. */
  async idle(): Promise<void> {
    do await new Promise<void>((done) => setImmediate(done));
    while (!this.#dead && this.#pending > 0);
  }

  /** As Lambda does after a handler's answer: what is left of it stands still until the next use of the process. */
  freeze(thawed: Promise<void>): void {
    this.#frozen = thawed;
  }
}

type Done<T> = { readonly value: T } | undefined;
export type Lock = <T>(work: () => Promise<T>) => Promise<T>;

/** One at a time, in the order of asking: who runs beside whom is then the same in every run. */
export function oneAtATime(): Lock {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    return mine;
  };
}
/** For calls that may run beside each other. */
export const atOnce: Lock = (work) => work();
