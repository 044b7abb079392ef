import { ulidFromCause } from '../../../shared/kit/ids.ts';
import { Refusal } from '../../../shared/kit/refusal.ts';
import { limits } from '../../../shared/wiring/limits.ts';
import type { Received } from '../memory/queue.ts';
import { MemoryTable } from '../memory/table.ts';
import { followerIdOf, openedAt, start, vaultId } from './cast.ts';
import { Endpoints } from './endpoints.ts';
import { drawRates, Faults, type Mode, quiet, type Rates } from './faults.ts';
import * as flips from './flips.ts';
import { Line } from './lines.ts';
import { meansOf } from './means.ts';
import { Random } from './prng.ts';
import { Death, type Ground, Outage, Process } from './process.ts';
import { Scheduler } from './scheduler.ts';
import type { Storage } from './store.ts';
import { drawStory, type Story } from './story.ts';
import { deleteInTime } from './ttl.ts';
import { Watcher } from './watcher.ts';
import * as wiring from './wiring.ts';

/** A run takes some hundred steps to some thousand; one that takes more goes in circles. */
const mostSteps = 60_000;
const sweepEveryMs = 60_000;
const overlaySalt = 0x0f11;

export interface WorldOptions {
  readonly seed: number;
  /** Told instead of drawn. */
  readonly story?: Story;
  readonly rates?: Rates;
  /** Reconciliation runs beside everything else, and to its end. */
  readonly reconciles?: boolean;
  readonly plan?: ReadonlyMap<number, Mode>;
  readonly log?: (line: string) => void;
}

type Work<T> = (means: wiring.Means, process: Process) => Promise<T>;
export type Ending<T> = { readonly value: T } | { readonly refusal: Refusal } | { readonly failed: Error };

/** The real use cases and adapters in virtual time, on a table in memory, with everything that can go wrong. */
export class World {
  readonly scheduler: Scheduler;
  readonly faults: Faults;
  readonly endpoints: Endpoints;
  readonly story: Story;
  readonly storage: Storage;
  readonly watcher: Watcher;
  readonly lines: Readonly<Record<wiring.QueueName, Line>>;
  /** Handlers that are at work, or stand still. */
  readonly alive = new Set<Process>();
  /** What handlers threw that is neither refusal, death nor outage: bugs of the product's, or of this. */
  readonly errors: string[] = [];
  readonly calm: boolean;
  /** What may go wrong in this run. */
  readonly rates: Rates;
  sweeping = true;
  readonly #ground: Ground;
  readonly #random: Random;
  readonly #ambushes: (() => void)[] = [];
  #made = 0;
  #ids = 0;

  constructor({ seed, story, rates, plan, log }: WorldOptions) {
    const random = new Random(seed);
    const storyRandom = random.fork();
    const drawn = rates ?? drawRates(random.fork());
    this.rates = drawn;
    this.calm = drawn === quiet && random.chance(0.3);
    this.story = story ?? drawStory(storyRandom, this.calm, new Random(seed ^ overlaySalt));
    this.#random = random.fork();
    this.scheduler = new Scheduler(start, random.fork(), mostSteps);
    this.faults = new Faults(drawn, random.fork(), plan);
    const told = (text: () => string) => log?.(`${this.scheduler.now - openedAt} ${text()}`);
    const ambush = (run: () => void) => this.#ambushes.push(run);
    this.#ground = { scheduler: this.scheduler, faults: this.faults, random: this.#random, log: told, ambush, landing: 0 };
    this.endpoints = new Endpoints(random.fork());
    const memory = new MemoryTable({
      clock: () => this.scheduler.now,
      onChange: (change) => {
        this.watcher.changed(change, this.storage.writer);
        deleteInTime(this, change);
      },
    });
    this.storage = {
      memory,
      name: 'sim',
      now: () => this.scheduler.now,
      written: (label) => this.#spring(label),
      writer: undefined,
    };
    this.watcher = new Watcher(this);
    this.lines = this.#lines();
    for (const f of this.story.followers) this.endpoints.open(followerIdOf(f.name), f.temper);
    this.#sweepLater();
  }

  log(text: () => string): void {
    this.#ground.log(text);
  }

  #lines(): World['lines'] {
    const line = (name: wiring.QueueName, seconds: number, maxReceives: number, standard = false) => {
      const receive = (message: Received) => void this.#receive(name, message);
      return new Line({ name, standard, visibilityMs: seconds * 1000, maxReceives }, this.#ground, receive);
    };
    return {
      intents: line('intents', limits.intentVisibilitySeconds, limits.intentMaxReceives),
      shards: line('shards', limits.shardVisibilitySeconds, limits.netMaxReceives),
      lanes: line('lanes', limits.retryVisibilitySeconds, limits.netMaxReceives),
      dlx: line('dlx', 30, 1),
      timers: line('timers', limits.timerVisibilitySeconds, limits.timerMaxReceives, true),
    };
  }

  /** True when nothing can come any more from who is dead, or from who still stands still in a lane or a shard. */
  get settled(): boolean {
    const working = [...this.alive].some((p) => /^(shard|lane)/.test(p.name));
    return !working && this.#ground.landing === 0 && this.endpoints.landing === 0;
  }

  /** What waited for its moment in vain lands all the same. */
  springAll(): void {
    for (const run of this.#ambushes.splice(0)) this.scheduler.after(1, run);
  }

  #spring(label: string): void {
    if (this.#ambushes.length > 0 && label.includes('CHILD#'))
      this.scheduler.after(1, this.#ambushes.splice(0, 1)[0] as () => void);
  }

  /** A handler's run in a process of its own, killed when its time is up. */
  async invoke<T>(
    name: string,
    timeoutMs: number,
    work: Work<T>,
    after?: (done: Ending<T>, process: Process) => Promise<void>,
  ): Promise<Ending<T>> {
    this.#made += 1;
    const process = new Process(`${name}@${this.#made}`, this.#ground);
    this.alive.add(process);
    let over = false;
    this.scheduler.after(timeoutMs, () => {
      if (over || process.dead || this.faults.chance(this.faults.rates.outlives, 'outlives its time')) return;
      process.die('its time is up');
    });
    const done = await this.#outcome(process, work);
    over = true;
    this.log(() => `${process.name} ${said(done)}`);
    try {
      await after?.(done, process);
    } catch (error) {
      if (!(error instanceof Death) && !(error instanceof Outage)) throw error;
    }
    this.#leave(process);
    return done;
  }

  async #outcome<T>(process: Process, work: Work<T>): Promise<Ending<T>> {
    try {
      return { value: await process.run(work(meansOf(this, process), process)) };
    } catch (error) {
      if (error instanceof Refusal) return { refusal: error };
      if (!isExpected(error)) this.errors.push(`${process.name}: ${(error as Error).stack}`);
      return { failed: error as Error };
    }
  }

  /** As Lambda does after a handler's answer: what is left of it stands still until the next use of the process. */
  #leave(process: Process): void {
    if (process.busy && !process.dead) process.freeze(this.#random.pick([0, 1000, 20_000, 90_000]));
    const gone = () => {
      if (process.dead || !process.busy) this.alive.delete(process);
      else this.scheduler.after(1000, gone);
    };
    gone();
  }

  /** A message is worked on by its function; then it is deleted, put off, or left to its visibility. */
  async #receive(name: wiring.QueueName, message: Received): Promise<void> {
    const { body } = message;
    // Nobody works off the dead letters, nor what a timer is told that does not run.
    if (name === 'dlx' || (name === 'timers' && !this.#runs('timer'))) return;
    if (this.faults.chance(this.faults.rates.doubled, 'doubled message'))
      this.scheduler.after(this.#random.pick([5, 400, 10_000, 200_000]), () => void this.handle(name, body));
    const line = this.lines[name];
    await this.handle(name, body, async (done, process) => {
      if (!('value' in done)) return;
      const seconds = done.value;
      if (seconds === undefined) await process.call({ kind: 'delete', label: name, effect: () => line.delete(message) });
      else {
        const put = Math.min(43_200, Math.max(1, Math.ceil(seconds)));
        await process.call({ kind: 'postpone', label: `${name} ${put}`, effect: () => line.postpone(message, put) });
      }
    });
  }

  /** The function of a queue, whoever calls it. */
  handle(
    name: wiring.QueueName,
    text: string,
    after?: (done: Ending<wiring.Later>, process: Process) => Promise<void>,
  ): Promise<Ending<wiring.Later>> {
    const body = JSON.parse(text);
    if (name === 'shards')
      return this.invoke(
        `shard ${body.shard} to ${body.seq}`,
        wiring.shardTimeoutMs,
        (means) => wiring.shard(body, means),
        after,
      );
    if (name === 'lanes')
      return this.invoke(`lane ${body.shard}/${body.place}`, wiring.laneTimeoutMs, (means) => wiring.lane(body, means), after);
    if (name === 'timers') return this.invoke('timer', 30_000, (means) => flips.timer(body, means), after);
    return this.invoke('accept', 10_000, (means) => wiring.intent(body, means), after);
  }

  #sweepLater(): void {
    this.scheduler.after(sweepEveryMs, () => {
      if (!this.sweeping) return;
      void this.sweep();
      this.#sweepLater();
    });
  }

  sweep() {
    return this.invoke('sweep', 55_000, async (means) => {
      const found = await wiring.sweepOnce(vaultId, means);
      return { ...found, rung: found.rung + (this.#runs('sweep') ? await flips.sweepFlips(means) : 0) };
    });
  }

  /** A net may be torn while things fail; afterwards all of them are there. */
  #runs(net: 'timer' | 'sweep'): boolean {
    return !this.sweeping || (this.story.overlaid?.nets[net] ?? true);
  }

  freshUlid(): string {
    this.#ids += 1;
    return ulidFromCause(this.scheduler.now, `fresh ${this.#ids}`);
  }
}

const said = (done: Ending<unknown>): string => {
  if ('refusal' in done) return `refuses: ${done.refusal.code}`;
  return 'failed' in done
    ? `fails: ${done.failed.message}`
    : `ends${done.value === undefined ? '' : ` ${JSON.stringify(done.value)}`}`;
};

const expectedNames = ['TransactionCanceledException', 'TransactionConflictException'];
/** What our own rules make of outages, and what the product says when it met one. */
function isExpected(error: unknown): boolean {
  if (error instanceof Death || error instanceof Outage) return true;
  if (error instanceof AggregateError) return true;
  const { name, message } = error as Error;
  return expectedNames.includes(name) || /times in a row|again and again|not taken|the lease ended/.test(message);
}
