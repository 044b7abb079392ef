import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { AwsError, type AwsService, callAws } from '../aws-json.ts';
import type { MappingSpec } from '../template/model.ts';
import { compileFilters, type Matcher } from './patterns.ts';
import { failedIds, type Source } from './pollers.ts';
import { type StreamRecord, toLambdaRecord } from './stream-record.ts';

const idleMs = 100;
const retryMs = 1000;

interface StreamOptions {
  readonly mapping: MappingSpec;
  readonly tableName: string;
  readonly dynamo: Omit<AwsService, 'target' | 'signal'>;
  /** Sequence numbers of what is done, by shard; in the data directory, so that a restart goes on from there. */
  readonly checkpointFile: string;
  invoke(functionName: string, event: unknown): Promise<unknown>;
  /** Delivers what was given up to the mapping's destination. */
  onGivenUp(destinationArn: string, body: string): void;
  onProblem(error: unknown): void;
}

interface Shard {
  readonly ShardId: string;
  readonly ParentShardId?: string;
}

type LambdaRecord = ReturnType<typeof toLambdaRecord>;

/**
 * Acts out a DynamoDB stream's event source mapping. Shards are read one after the other, parents first. Without a
 * checkpoint a shard is read from its beginning whatever StartingPosition says: nothing older than the platform exists.
 */
export function startStream(options: StreamOptions): Source {
  const abort = new AbortController();
  const { signal } = abort;
  const streams = { ...options.dynamo, target: 'DynamoDBStreams_20120810' };
  const matches = compileFilters(options.mapping.filters);
  const checkpoints = openCheckpoints(options.checkpointFile);
  const loop = (async () => {
    while (!signal.aborted) {
      try {
        const StreamArn = await streamArn(options);
        for (const shard of await unfinishedShards(streams, StreamArn, checkpoints)) {
          await readShard({ ...options, streams, StreamArn, shard, matches, checkpoints, signal });
        }
      } catch (error) {
        if (!signal.aborted) options.onProblem(error);
        // Rejects only when the platform stops, which the loop sees by itself; so do the other waits here.
        await sleep(retryMs, undefined, { signal }).catch(() => undefined);
      }
    }
  })();
  return {
    async stop() {
      abort.abort();
      await Promise.race([loop, sleep(2000)]);
    },
  };
}

async function streamArn({ dynamo, tableName }: StreamOptions): Promise<string> {
  const service = { ...dynamo, target: 'DynamoDB_20120810' };
  const { Table } = await callAws<{ Table: { LatestStreamArn?: string } }>(service, 'DescribeTable', { TableName: tableName });
  if (Table.LatestStreamArn === undefined) throw new Error(`table ${tableName} has no stream`);
  return Table.LatestStreamArn;
}

const finished = 'finished';

async function unfinishedShards(streams: AwsService, StreamArn: string, checkpoints: Checkpoints): Promise<Shard[]> {
  const { StreamDescription } = await callAws<{ StreamDescription: { Shards?: Shard[] } }>(streams, 'DescribeStream', {
    StreamArn,
  });
  const shards = StreamDescription.Shards ?? [];
  const depth = (shard: Shard | undefined): number =>
    shard === undefined ? 0 : 1 + depth(shards.find(({ ShardId }) => ShardId === shard.ParentShardId));
  return shards.filter(({ ShardId }) => checkpoints.get(ShardId) !== finished).sort((a, b) => depth(a) - depth(b));
}

interface ShardReading extends StreamOptions {
  readonly streams: AwsService;
  readonly StreamArn: string;
  readonly shard: Shard;
  readonly matches: Matcher;
  readonly checkpoints: Checkpoints;
  readonly signal: AbortSignal;
}

interface Page {
  readonly Records: readonly StreamRecord[];
  readonly NextShardIterator?: string;
}

/** Reads a shard until it is closed and at its end (DynamoDB opens a new one every few hours). */
async function readShard(reading: ShardReading): Promise<void> {
  const { streams, shard, checkpoints, signal, mapping } = reading;
  let iterator: string | undefined = await firstIterator(reading);
  while (iterator !== undefined && !signal.aborted) {
    const page: Page = await callAws<Page>(streams, 'GetRecords', { ShardIterator: iterator, Limit: mapping.batchSize });
    if (page.Records.length > 0) await handlePage(reading, page.Records);
    else await sleep(idleMs, undefined, { signal }).catch(() => undefined);
    iterator = page.NextShardIterator;
  }
  if (iterator === undefined) checkpoints.set(shard.ShardId, finished);
}

async function firstIterator({ streams, StreamArn, shard, checkpoints }: ShardReading): Promise<string | undefined> {
  const ask = (position: object) =>
    callAws<{ ShardIterator?: string }>(streams, 'GetShardIterator', { StreamArn, ShardId: shard.ShardId, ...position });
  const SequenceNumber = checkpoints.get(shard.ShardId);
  const fromStart = { ShardIteratorType: 'TRIM_HORIZON' };
  if (SequenceNumber === undefined) return (await ask(fromStart)).ShardIterator;
  const answer = await ask({ ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber }).catch((error) => {
    // Stopped for more than a day: what is left of the shard begins later than we ended.
    if (error instanceof AwsError && error.code === 'TrimmedDataAccessException') return ask(fromStart);
    throw error;
  });
  return answer.ShardIterator;
}

async function handlePage(reading: ShardReading, records: readonly StreamRecord[]): Promise<void> {
  const { mapping, matches, dynamo, checkpoints, shard } = reading;
  const wanted = records
    .map((record) => toLambdaRecord(record, mapping.sourceArn, dynamo.region))
    .filter((record) => matches(record));
  if (wanted.length > 0) await handleBatch(reading, wanted, mapping.maximumRetries);
  const last = records.at(-1)?.dynamodb.SequenceNumber;
  if (last !== undefined && !reading.signal.aborted) checkpoints.set(shard.ShardId, last);
}

/** Tries a batch until it succeeds, as Lambda does: halves it if the mapping says so, gives up after the last retry. */
async function handleBatch(reading: ShardReading, batch: readonly LambdaRecord[], retries: number): Promise<void> {
  const { mapping, signal } = reading;
  if (signal.aborted) return;
  const rest = await tryBatch(reading, batch);
  if (rest.length === 0) return;
  if (mapping.bisect && rest.length === batch.length && batch.length > 1) {
    const middle = Math.ceil(batch.length / 2);
    await handleBatch(reading, batch.slice(0, middle), retries);
    return handleBatch(reading, batch.slice(middle), retries);
  }
  if (retries === 0 || isTooOld(mapping, rest)) return giveUp(reading, rest);
  await sleep(retryMs, undefined, { signal }).catch(() => undefined);
  return handleBatch(reading, rest, retries - 1);
}

function isTooOld({ maximumAgeSeconds }: MappingSpec, [oldest]: readonly LambdaRecord[]): boolean {
  const created = oldest?.dynamodb.ApproximateCreationDateTime ?? 0;
  return maximumAgeSeconds >= 0 && Date.now() / 1000 - created > maximumAgeSeconds;
}

/** What is left to do of a batch after one invocation: with partial batches, everything from the first failure on. */
async function tryBatch({ mapping, invoke }: ShardReading, batch: readonly LambdaRecord[]): Promise<readonly LambdaRecord[]> {
  const answer = await invoke(mapping.functionName, { Records: batch }).then(
    (result) => ({ result }),
    () => undefined,
  );
  if (answer === undefined) return batch;
  if (!mapping.partialBatches) return [];
  const ids = batch.map(({ dynamodb }) => dynamodb.SequenceNumber);
  const failed = failedIds(answer.result, ids);
  const first = ids.findIndex((id) => failed.has(id));
  return first === -1 ? [] : batch.slice(first);
}

function giveUp({ mapping, shard, StreamArn, onGivenUp, onProblem }: ShardReading, batch: readonly LambdaRecord[]): void {
  onProblem(new Error(`${mapping.functionName}: gave up ${batch.length} stream records`));
  if (mapping.onFailureArn === undefined) return;
  const DDBStreamBatchInfo = {
    shardId: shard.ShardId,
    startSequenceNumber: batch[0]?.dynamodb.SequenceNumber,
    endSequenceNumber: batch.at(-1)?.dynamodb.SequenceNumber,
    batchSize: batch.length,
    streamArn: StreamArn,
  };
  const requestContext = { functionArn: mapping.functionName, condition: 'RetryAttemptsExhausted' };
  onGivenUp(
    mapping.onFailureArn,
    JSON.stringify({ requestContext, version: '1.0', timestamp: new Date().toISOString(), DDBStreamBatchInfo }),
  );
}

interface Checkpoints {
  get(shard: string): string | undefined;
  set(shard: string, value: string): void;
}

function openCheckpoints(file: string): Checkpoints {
  const done: Record<string, string> = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  return {
    get: (shard) => done[shard],
    set(shard, value) {
      done[shard] = value;
      // Written beside and renamed: a kill -9 must not leave half a file.
      writeFileSync(`${file}.new`, JSON.stringify(done));
      renameSync(`${file}.new`, file);
    },
  };
}
