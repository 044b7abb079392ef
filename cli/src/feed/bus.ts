import type { EventBridgeClient, PutEventsResultEntry } from '@aws-sdk/client-eventbridge';
import { CliError, exitCodes, usage } from '../exit.ts';
import { pause } from '../pause.ts';
import { isLoopback, type Profile } from '../profile.ts';
import type { Batch } from './read.ts';
import { callsOf, detailType, source } from './split.ts';

export interface BusOptions {
  readonly bus?: string;
  readonly busEndpoint?: string;
  readonly region?: string;
}

/** A bus: an endpoint of its own where it is not AWS's. */
interface Address {
  readonly name: string;
  readonly endpoint: string | undefined;
  readonly region: string | undefined;
}

export function busOf(options: BusOptions, profile: Profile, env: Readonly<Record<string, string | undefined>>): Address {
  const { local } = profile;
  const name = options.bus ?? (env['VANTA_BUS'] || undefined) ?? local?.bus_name;
  if (name === undefined) throw usage('which bus? give --bus NAME, or set VANTA_BUS: vanta-<stage> of the deployment');
  const onLocal = options.bus === undefined && !env['VANTA_BUS'] ? local?.bus : undefined;
  return { name, endpoint: options.busEndpoint ?? onLocal, region: options.region };
}

const tries = 4;

/** Puts batches on the bus, in their order, in as few calls as they take. All are there when it is done. */
export async function putBatches(address: Address, batches: readonly Batch[], signal: AbortSignal): Promise<void> {
  // Loaded here: no other command needs it.
  const { EventBridgeClient, PutEventsCommand } = await import('@aws-sdk/client-eventbridge');
  const client = new EventBridgeClient(settingsOf(address));
  try {
    for (const call of callsOf(batches.map((batch) => JSON.stringify(batch)))) {
      await putAll(
        call,
        (details) => {
          const Entries = details.map((Detail) => ({
            EventBusName: address.name,
            Source: source,
            DetailType: detailType,
            Detail,
          }));
          return put(client, new PutEventsCommand({ Entries }), signal);
        },
        signal,
      );
    }
  } finally {
    client.destroy();
  }
}

/** Some entries of a call may be refused, as when there are too many of them at a time: those go again. */
async function putAll(
  details: readonly string[],
  send: (details: readonly string[]) => Promise<readonly PutEventsResultEntry[]>,
  signal: AbortSignal,
): Promise<void> {
  let left = details;
  for (let attempt = 1; ; attempt += 1) {
    const results = await send(left);
    const failed = left.filter((_, i) => results[i]?.ErrorCode !== undefined);
    if (failed.length === 0) return;
    const { ErrorCode = '', ErrorMessage = '' } = results.find((one) => one.ErrorCode !== undefined) ?? {};
    const passing = ErrorCode === 'ThrottlingException' || ErrorCode === 'InternalFailure';
    if (!passing || attempt === tries)
      throw new CliError(
        exitCodes.refused,
        'bus_refused',
        `${failed.length} of ${details.length} events: ${ErrorCode}: ${ErrorMessage}`,
      );
    await pause(250 * 2 ** attempt, signal);
    left = failed;
  }
}

type PutEvents = ConstructorParameters<typeof import('@aws-sdk/client-eventbridge').PutEventsCommand>[0];

async function put(
  client: EventBridgeClient,
  command: InstanceType<typeof import('@aws-sdk/client-eventbridge').PutEventsCommand> & { readonly input: PutEvents },
  signal: AbortSignal,
): Promise<readonly PutEventsResultEntry[]> {
  try {
    return (await client.send(command, { abortSignal: signal })).Entries ?? [];
  } catch (error) {
    signal.throwIfAborted();
    throw failed(error as Error & { $metadata?: { httpStatusCode?: number } });
  }
}

function failed(error: Error & { $metadata?: { httpStatusCode?: number } }): CliError {
  const message = `${error.name}: ${error.message}`;
  if (error.name === 'CredentialsProviderError')
    return new CliError(exitCodes.notSignedIn, 'aws_credentials', message, { cause: error });
  const status = error.$metadata?.httpStatusCode ?? 500;
  return new CliError(status < 500 ? exitCodes.refused : exitCodes.failed, 'bus_refused', message, { cause: error });
}

/** A bus on this machine takes anybody's word, and the SDK wants to have one. */
function settingsOf({ endpoint, region }: Address) {
  if (endpoint === undefined) return region === undefined ? {} : { region };
  if (!URL.canParse(endpoint)) throw usage('--bus-endpoint is no address');
  const here = isLoopback(new URL(endpoint).hostname);
  const credentials = here ? { credentials: { accessKeyId: 'local', secretAccessKey: 'local' } } : {};
  return { endpoint, region: region ?? 'us-east-1', ...credentials };
}
