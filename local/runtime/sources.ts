import { join } from 'node:path';
import type { Queues } from '../servers/fauxqs.ts';
import type { MappingSpec, Model } from '../template/model.ts';
import { isStream } from '../template/to-model.ts';
import type { Functions } from './functions.ts';
import { type Source, startPoller } from './pollers.ts';
import { startStream } from './streams.ts';

export const pollerBatches = 8;

interface SourceParts {
  readonly model: Pick<Model, 'tables'>;
  readonly queues: Queues;
  readonly dynamo: string;
  readonly keep: string;
  readonly region: string;
  readonly invoke: Functions['invoke'];
  problem(error: unknown): void;
}

/** Runs an event source mapping: a queue's poller, or a reader of a table's stream. */
export function startSource(parts: SourceParts, mapping: MappingSpec): Source {
  const { model, queues, dynamo, keep, region, invoke, problem } = parts;
  if (!isStream(mapping.sourceArn)) {
    const concurrency = Math.min(mapping.maximumConcurrency ?? pollerBatches, pollerBatches);
    return startPoller({ mapping, sqs: { endpoint: queues.endpoint, region }, concurrency, invoke, onProblem: problem });
  }
  const table = model.tables.find(({ arn }) => mapping.sourceArn.startsWith(`${arn}/stream/`));
  if (table === undefined) throw new Error(`${mapping.id}: there is no table with the stream ${mapping.sourceArn}`);
  return startStream({
    mapping,
    tableName: table.name,
    dynamo: { endpoint: dynamo, region },
    checkpointFile: join(keep, `stream-${mapping.id}.json`),
    invoke,
    onGivenUp: (arn, body) => queues.send(arn, body),
    onProblem: problem,
  });
}
