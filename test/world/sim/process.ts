import type { CallKind, Faults, Mode } from './faults.ts';
import type { Random } from './prng.ts';
import type { Scheduler } from './scheduler.ts';

/** The process ended before its work did. */
export class Death extends Error {}
/** A call failed, and the process goes on. */
export class Outage extends Error {
  constructor(name: string, why: string, options?: ErrorOptions) {
    super(why, options);
    this.name = name;
  }
}

/** What a process lives in. */
export interface Ground {
  readonly scheduler: Scheduler;
  readonly faults: Faults;
  readonly random: Random;
  readonly log: (text: () => string) => void;
  /** Runs something when somebody else next writes a child's row: at the worst moment for what was still on its way. */
  readonly ambush: (run: () => void) => void;
  /** Calls of dead processes that have not landed yet. */
  landing: number;
}

export interface Call<T> {
  readonly kind: CallKind;
  readonly label: string;
  /** What it does in the world; told how it is hurt, where that is its own affair. */
  readonly effect: (mode: Mode | undefined) => T;
  /** How long until it arrives, and until its answer is there. Drawn where it is not given. */
  readonly arrivesMs?: number;
  readonly answersMs?: (value: T) => number;
}

const handledByEffect: ReadonlySet<Mode> = new Set(['twice', 'twice anew', 'conflict', 'partial']);

/** One run of a handler in a process of its own, with a clock of its own. Dead, none of its branches does anything more. */
export class Process {
  readonly name: string;
  readonly skewMs: number;
  readonly startedAt: number;
  dead = false;
  /** Time (virtual ms) that its calls to the store took since it read a roster; what it read then is so much older. */
  waited = 0;
  rosterReadAt = Number.NEGATIVE_INFINITY;
  /** When it last heard what it had read. */
  heardAt = Number.NEGATIVE_INFINITY;
  #frozenUntil = 0;
  #pending = 0;
  readonly #ground: Ground;
  readonly #death = Promise.withResolvers<never>();

  constructor(name: string, ground: Ground) {
    this.name = name;
    this.#ground = ground;
    this.startedAt = ground.scheduler.now;
    const skew = ground.faults.rates.skewMs;
    this.skewMs = skew === 0 ? 0 : ground.random.int(-skew / 2, skew / 2);
    // Raced against below; nobody else waits for it, and an unhandled rejection would end the simulation.
    this.#death.promise.catch(() => undefined);
  }

  clock = (): number => this.#ground.scheduler.now + this.skewMs;

  get busy(): boolean {
    return this.#pending > 0;
  }

  /** The work's end, or the process's. */
  run<T>(work: Promise<T>): Promise<T> {
    // Who loses the race below is heard by nobody; its end must not end the simulation.
    work.catch(() => undefined);
    return Promise.race([work, this.#death.promise]);
  }

  die(why: string): void {
    if (this.dead) return;
    this.dead = true;
    this.#ground.log(() => `${this.name} dies: ${why}`);
    this.#death.reject(new Death(why));
  }

  freeze(ms: number): void {
    this.#frozenUntil = Math.max(this.#frozenUntil, this.#ground.scheduler.now + ms);
    this.#ground.log(() => `${this.name} stands still for ${ms} ms`);
  }

  /** Time passes for the code. */
  pause(ms: number): Promise<void> {
    return new Promise((done) => this.#ground.scheduler.after(ms, () => this.#answer(() => done())));
  }

  /** A call to the world: it arrives some time later, has its effect, and is answered later still. */
  call<T>(what: Call<T>): Promise<T> {
    const { scheduler, faults, random } = this.#ground;
    if (this.dead) return new Promise(() => undefined);
    const mode = faults.strike(what.kind, what.label);
    this.#pending += 1;
    const started = scheduler.now;
    const slow = faults.chance(faults.rates.slow, 'slow call') ? random.int(100, 4000) : 0;
    const arrives = what.arrivesMs ?? random.int(1, 8) + slow;
    return new Promise((resolve, reject) => {
      const settle = (how: () => void) => {
        this.#pending -= 1;
        if (what.kind === 'read' || what.kind === 'write') this.waited += scheduler.now - started;
        if (what.kind === 'read') this.heardAt = scheduler.now;
        how();
      };
      const arrive = () => {
        const outcome = this.#arrive(what, mode);
        if (outcome === undefined) return;
        const answer = () =>
          settle('error' in outcome ? () => reject(outcome.error as Error) : () => resolve(outcome.value as T));
        const takes = 'error' in outcome ? 0 : (what.answersMs?.(outcome.value as T) ?? 0);
        if (takes > 0) scheduler.after(takes, () => this.#answer(answer));
        else this.#answer(answer);
      };
      if (mode === 'freezes before') {
        this.freeze(this.#standstill());
        scheduler.after(this.#frozenUntil - scheduler.now, arrive);
      } else scheduler.after(arrives, arrive);
    });
  }

  #standstill(): number {
    const { random } = this.#ground;
    return random.pick([random.int(500, 6000), random.int(6000, 40_000), random.int(40_000, 200_000)]);
  }

  /** Undefined when nobody will hear of it. */
  #arrive<T>({ kind, label, effect }: Call<T>, mode: Mode | undefined): { value: T } | { error: unknown } | undefined {
    const { log, random } = this.#ground;
    const told = () => `${this.name} ${kind} ${label}${mode === undefined ? '' : ` [${mode}]`}`;
    // What a dead process had asked may still land.
    if (this.dead && !random.chance(0.5)) return undefined;
    if (mode === 'dies before') {
      this.die(told());
      return undefined;
    }
    if (mode === 'dies in flight') {
      this.die(told());
      this.#ground.landing += 1;
      const lands = () => {
        this.#ground.landing -= 1;
        log(() => `${told()} lands`);
        ignoring(() => effect(undefined));
      };
      const later = random.pick([5, 2000, 30_000, undefined]);
      if (later === undefined) this.#ground.ambush(lands);
      else this.#ground.scheduler.after(later, lands);
      return undefined;
    }
    if (mode === 'unsent')
      return this.#fails(told, new Outage('NetworkingError', 'the connection was cut before the request left'));
    if (mode === 'throttled') {
      return this.#fails(told, new Outage('ProvisionedThroughputExceededException', 'the table is throttled'));
    }
    const outcome = attempt(() => effect(mode !== undefined && handledByEffect.has(mode) ? mode : undefined));
    log(() => `${told()}${'error' in outcome ? ` -> ${(outcome.error as Error).name}` : ''}`);
    if (mode === 'dies after') this.die(told());
    if (mode === 'freezes after') this.freeze(this.#standstill());
    if (mode === 'lost') return { error: new Outage('TimeoutError', 'the answer was lost') };
    return this.dead ? undefined : outcome;
  }

  #fails(told: () => string, error: Error): { error: unknown } {
    this.#ground.log(told);
    return { error };
  }

  /** An answer reaches the code when the process runs. */
  #answer(reach: () => void): void {
    const { scheduler } = this.#ground;
    if (this.dead) return;
    if (scheduler.now < this.#frozenUntil) scheduler.after(this.#frozenUntil - scheduler.now, () => this.#answer(reach));
    else reach();
  }
}

function attempt<T>(effect: () => T): { value: T } | { error: unknown } {
  try {
    return { value: effect() };
  } catch (error) {
    return { error };
  }
}

function ignoring(effect: () => unknown): void {
  attempt(effect);
}
