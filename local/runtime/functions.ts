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

/** Prepares a pool of worker threads for each function; a worker starts when it is first needed. */
export function createFunctions(options: FunctionsOptions): Functions {
  const pools = new Map<string, Pool>();
  for (const spec of options.functions) {
    const pool = createPool(spec, options);
    pools.set(spec.name, pool).set(spec.arn, pool);
  }
  return {
    invoke(function_, event) {
      const pool = pools.get(function_);
      return pool === undefined ? Promise.reject(new Error(`there is no function ${function_}`)) : pool.run(event);
    },
    async stop() {
      await Promise.all([...new Set(pools.values())].map((pool) => pool.stop()));
    },
  };
}

interface Pool {
  run(event: unknown): Promise<unknown>;
  stop(): Promise<void>;
}

function createPool(spec: FunctionSpec, options: FunctionsOptions): Pool {
  const limit = options.concurrencyOf(spec);
  const logFile = join(options.logDirectory, `${spec.name}.log`);
  const log = createWriteStream(logFile, { flags: 'a' });
  const environment = options.environmentOf(spec);
  const waiting: Job[] = [];
  const idle: Instance[] = [];
  const instances = new Set<Instance>();
  let starting = 0;
  let stopped = false;

  const fail = (job: Job, error: FunctionError) => {
    if (!stopped) options.onFailure(spec, error, logFile);
    job.reject(error);
  };

  async function grow(): Promise<void> {
    const instance = startInstance(spec, environment, log);
    instances.add(instance);
    starting += 1;
    const error = await instance.ready.then(() => undefined, asFunctionError);
    starting -= 1;
    if (error === undefined) return serve(instance);
    instances.delete(instance);
    const job = waiting.shift();
    if (job !== undefined) fail(job, error);
    pump();
  }

  /** Gives an instance that is free its next job, or lets it rest. */
  async function serve(instance: Instance): Promise<void> {
    while (instance.alive) {
      const job = waiting.shift();
      if (job === undefined) break;
      await instance.run(job.event).then(job.resolve, (error) => fail(job, asFunctionError(error)));
    }
    if (instance.alive) idle.push(instance);
    else instances.delete(instance);
    pump();
  }

  function pump(): void {
    while (waiting.length > 0 && idle.length > 0) {
      const instance = idle.pop();
      if (instance?.alive) void serve(instance);
      else if (instance !== undefined) instances.delete(instance);
    }
    while (!stopped && waiting.length > starting && instances.size < limit) void grow();
  }

  return {
    run: (event) =>
      new Promise((resolve, reject) => {
        waiting.push({ event, resolve, reject });
        pump();
      }),
    async stop() {
      stopped = true;
      await Promise.all([...instances].map((instance) => instance.end()));
      log.end();
    },
  };
}

interface Instance {
  readonly ready: Promise<void>;
  readonly alive: boolean;
  run(event: unknown): Promise<unknown>;
  end(): Promise<unknown>;
}

/** One worker thread: like a Lambda environment it handles one invocation at a time, and a crash takes only that one along. */
function startInstance(spec: FunctionSpec, env: Record<string, string>, log: WriteStream): Instance {
  const { code, handler, name: functionName, arn: functionArn, memoryMb } = spec;
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: { code, handler, functionName, functionArn, memoryMb } satisfies WorkerData,
    env,
    stdout: true,
    stderr: true,
    execArgv: ['--enable-source-maps', '--disable-warning=ExperimentalWarning'],
    resourceLimits: { maxOldGenerationSizeMb: memoryMb },
  });
  worker.stdout.on('data', (chunk) => log.write(chunk));
  worker.stderr.on('data', (chunk) => log.write(chunk));
  let alive = true;
  let settle = (_answer: Answer | FunctionError) => {};
  const next = () => new Promise<Answer>((resolve, reject) => {
    settle = (answer) => (answer instanceof Error ? reject(answer) : resolve(answer));
  });
  worker.on('message', (answer: Answer) => settle(answer));
  worker.on('error', (error) => {
    alive = false;
    log.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    settle(new FunctionError(error instanceof Error ? error.name : 'Error', error instanceof Error ? error.message : String(error)));
  });
  worker.on('exit', (code_) => {
    alive = false;
    settle(new FunctionError('Runtime.ExitError', `Runtime exited with error: exit status ${code_}`));
  });
  const ready = next().then(() => undefined);
  return {
    ready,
    get alive() {
      return alive;
    },
    async run(event) {
      const requestId = randomUUID();
      const deadline = Date.now() + spec.timeoutSeconds * 1000;
      const timer = setTimeout(() => {
        alive = false;
        const message = `${new Date().toISOString()} ${requestId} Task timed out after ${spec.timeoutSeconds.toFixed(2)} seconds`;
        log.write(`${message}\n`);
        settle(new FunctionError('Sandbox.Timedout', message));
        void worker.terminate();
      }, spec.timeoutSeconds * 1000);
      const answered = next();
      worker.postMessage({ requestId, event, deadline } satisfies Invocation);
      return resultOf(await answered.finally(() => clearTimeout(timer)));
    },
    end: () => worker.terminate(),
  };
}

function resultOf(answer: Answer): unknown {
  if (answer.kind === 'failure') throw new FunctionError(answer.type, answer.message);
  return answer.kind === 'result' && answer.json !== undefined ? (JSON.parse(answer.json) as unknown) : undefined;
}

function asFunctionError(error: unknown): FunctionError {
  return error instanceof FunctionError ? error : new FunctionError('Error', String(error));
}
