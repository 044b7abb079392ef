import { randomUUID } from 'node:crypto';
import { createWriteStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { FunctionSpec } from '../template/model.ts';
import type { Answer, Invocation, WorkerData } from './worker.ts';

/** A function that failed, as Lambda reports it. */
export class FunctionError extends Error {
  readonly type: string;
  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

/** Runs the functions. */
export interface Functions {
  /** Starts one worker for each function, so that the first requests meet no cold start. */
  warm(): Promise<void>;
  /** By name or ARN; rejects with a FunctionError. */
  invoke(function_: string, event: unknown): Promise<unknown>;
  stop(): Promise<void>;
}

interface FunctionsOptions {
  readonly functions: readonly FunctionSpec[];
  /** Variables besides a function's own, and values that take the place of its own. */
  environmentOf(spec: FunctionSpec): Record<string, string>;
  /** How many invocations of a function run at the same time. */
  concurrencyOf(spec: FunctionSpec): number;
  readonly logDirectory: string;
  onFailure(spec: FunctionSpec, error: FunctionError, logFile: string): void;
}

interface Job {
  readonly event: unknown;
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** Prepares a pool of worker threads for each function; further workers start when they are needed. */
export function createFunctions(options: FunctionsOptions): Functions {
  const pools = new Map<string, Pool>();
  for (const spec of options.functions) {
    const pool = new Pool(spec, options);
    pools.set(spec.name, pool).set(spec.arn, pool);
  }
  return {
    invoke(function_, event) {
      const pool = pools.get(function_);
      return pool === undefined ? Promise.reject(new Error(`there is no function ${function_}`)) : pool.run(event);
    },
    async warm() {
      await Promise.all([...new Set(pools.values())].map((pool) => pool.warm()));
    },
    async stop() {
      await Promise.all([...new Set(pools.values())].map((pool) => pool.stop()));
    },
  };
}

class Pool {
  readonly #spec: FunctionSpec;
  readonly #options: FunctionsOptions;
  readonly #limit: number;
  readonly #logFile: string;
  readonly #log: WriteStream;
  readonly #waiting: Job[] = [];
  readonly #idle: Instance[] = [];
  readonly #instances = new Set<Instance>();
  #starting = 0;
  #stopped = false;

  constructor(spec: FunctionSpec, options: FunctionsOptions) {
    this.#spec = spec;
    this.#options = options;
    this.#limit = options.concurrencyOf(spec);
    this.#logFile = join(options.logDirectory, `${spec.name}.log`);
    this.#log = createWriteStream(this.#logFile, { flags: 'a' });
  }

  run(event: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ event, resolve, reject });
      this.#pump();
    });
  }

  async warm(): Promise<void> {
    if (this.#instances.size === 0) await this.#grow();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([...this.#instances].map((instance) => instance.end()));
    this.#log.end();
  }

  #pump(): void {
    while (this.#waiting.length > 0) {
      const instance = this.#idle.pop();
      if (instance === undefined) break;
      void this.#serve(instance);
    }
    while (!this.#stopped && this.#waiting.length > this.#starting && this.#instances.size < this.#limit) void this.#grow();
  }

  async #grow(): Promise<void> {
    const instance = new Instance(this.#spec, this.#options.environmentOf(this.#spec), this.#log);
    this.#instances.add(instance);
    this.#starting += 1;
    const error = await instance.ready.then(() => undefined, asFunctionError);
    this.#starting -= 1;
    if (error === undefined) return this.#serve(instance);
    this.#instances.delete(instance);
    const job = this.#waiting.shift();
    if (job !== undefined) this.#fail(job, error);
    this.#pump();
  }

  /** Gives a free instance one job after the other, then lets it rest. */
  async #serve(instance: Instance): Promise<void> {
    while (instance.alive) {
      const job = this.#waiting.shift();
      if (job === undefined) break;
      await instance.run(job.event).then(job.resolve, (error) => this.#fail(job, asFunctionError(error)));
    }
    if (instance.alive) this.#idle.push(instance);
    else this.#instances.delete(instance);
    this.#pump();
  }

  #fail(job: Job, error: FunctionError): void {
    if (!this.#stopped) this.#options.onFailure(this.#spec, error, this.#logFile);
    job.reject(error);
  }
}

/** One worker thread: like a Lambda environment it handles one invocation at a time, and a crash takes only that one along. */
class Instance {
  readonly ready: Promise<void>;
  readonly #spec: FunctionSpec;
  readonly #log: WriteStream;
  readonly #worker: Worker;
  #alive = true;
  #settle: (answer: Answer | FunctionError) => void = () => undefined;

  constructor(spec: FunctionSpec, env: Record<string, string>, log: WriteStream) {
    this.#spec = spec;
    this.#log = log;
    this.#worker = startWorker(spec, env);
    this.ready = this.#nextAnswer().then(() => undefined);
    for (const output of [this.#worker.stdout, this.#worker.stderr]) output.on('data', (chunk) => log.write(chunk));
    this.#worker.on('message', (answer: Answer) => this.#settle(answer));
    this.#worker.on('error', (thrown) => {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      this.#die(new FunctionError(error.name, error.message), error.stack ?? error.message);
    });
    this.#worker.on('exit', (code) => {
      this.#die(new FunctionError('Runtime.ExitError', `Runtime exited with error: exit status ${code}`));
    });
  }

  get alive(): boolean {
    return this.#alive;
  }

  async run(event: unknown): Promise<unknown> {
    const { timeoutSeconds } = this.#spec;
    const requestId = randomUUID();
    const timer = setTimeout(() => {
      const message = `${new Date().toISOString()} ${requestId} Task timed out after ${timeoutSeconds.toFixed(2)} seconds`;
      this.#die(new FunctionError('Sandbox.Timedout', message), message);
      void this.end();
    }, timeoutSeconds * 1000);
    const answered = this.#nextAnswer();
    this.#worker.postMessage({ requestId, event, deadline: Date.now() + timeoutSeconds * 1000 } satisfies Invocation);
    return resultOf(await answered.finally(() => clearTimeout(timer)));
  }

  end(): Promise<unknown> {
    return this.#worker.terminate();
  }

  #die(error: FunctionError, logged?: string): void {
    this.#alive = false;
    if (logged !== undefined) this.#log.write(`${logged}\n`);
    this.#settle(error);
  }

  #nextAnswer(): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#settle = (answer) => (answer instanceof Error ? reject(answer) : resolve(answer));
    });
  }
}

/** A process of Lambda's has its memory to itself; here some forty share one machine, and what V8 sets aside for new objects adds up. */
const youngMb = 16;

function startWorker({ code, handler, name, arn, memoryMb }: FunctionSpec, env: Record<string, string>): Worker {
  // Node's own, and read by every worker for itself: where it keeps what it compiles, if the platform was told.
  const { NODE_COMPILE_CACHE } = process.env;
  return new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: { code, handler, functionName: name, functionArn: arn, memoryMb } satisfies WorkerData,
    env: { ...env, ...(NODE_COMPILE_CACHE !== undefined && { NODE_COMPILE_CACHE }) },
    stdout: true,
    stderr: true,
    execArgv: ['--enable-source-maps', '--disable-warning=ExperimentalWarning'],
    resourceLimits: { maxOldGenerationSizeMb: memoryMb, maxYoungGenerationSizeMb: youngMb },
  });
}

function resultOf(answer: Answer): unknown {
  if (answer.kind === 'failure') throw new FunctionError(answer.type, answer.message);
  return answer.kind === 'result' && answer.json !== undefined ? (JSON.parse(answer.json) as unknown) : undefined;
}

function asFunctionError(error: unknown): FunctionError {
  return error instanceof FunctionError ? error : new FunctionError('Error', String(error));
}
