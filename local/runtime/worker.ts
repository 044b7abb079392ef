import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';

/** What the platform asks of a worker. */
export interface Invocation {
  readonly requestId: string;
  readonly event: unknown;
  readonly deadline: number;
}

/** What a worker answers: once `ready`, then one `result` or `failure` for each invocation. */
export type Answer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'result'; readonly json: string | undefined }
  | { readonly kind: 'failure'; readonly type: string; readonly message: string };

/** Which function a worker runs. */
export interface WorkerData {
  readonly code: string;
  readonly handler: string;
  readonly functionName: string;
  readonly functionArn: string;
  readonly memoryMb: number;
}

type Handler = (event: unknown, context: unknown) => unknown;

const port = parentPort;
if (port === null) throw new Error('worker.ts runs as a worker thread only');
const data = workerData as WorkerData;
const answer = (message: Answer) => port.postMessage(message);

const handle = await loadHandler();
port.on('message', async ({ requestId, event, deadline }: Invocation) => {
  try {
    const result = await handle(event, contextOf(requestId, deadline));
    // Lambda sends JSON: what JSON loses must get lost here too.
    answer({ kind: 'result', json: JSON.stringify(result) });
  } catch (error) {
    console.error(requestId, error);
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    answer({ kind: 'failure', type: name, message });
  }
});
answer({ kind: 'ready' });

async function loadHandler(): Promise<Handler> {
  const [file, name] = data.handler.split('.');
  const path = ['.mjs', '.js', '.cjs'].map((extension) => join(data.code, `${file}${extension}`)).find(existsSync);
  if (path === undefined) throw new Error(`no ${file}.mjs in ${data.code}`);
  const loaded = (await import(pathToFileURL(path).href)) as Record<string, Handler | undefined>;
  const found = loaded[name ?? ''];
  if (found === undefined) throw new Error(`${path} does not export ${name}`);
  return found;
}

function contextOf(awsRequestId: string, deadline: number) {
  return {
    awsRequestId,
    functionName: data.functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: data.functionArn,
    memoryLimitInMB: String(data.memoryMb),
    logGroupName: `/local/${data.functionName}`,
    logStreamName: 'local',
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}
