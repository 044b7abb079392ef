import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { Clock } from '../../kit/clock.ts';
import { readJson } from '../../kit/json.ts';

export interface MachineClients {
  /** The tenant that a machine client acts for; undefined when it has none. */
  readonly tenantOf: (clientId: string) => Promise<string | undefined>;
}

/** A client that was given to another tenant gets no token for the old one after so long. */
const keptMs = 60_000;

/** Reads the parameter at most once a minute, and for a client that it did not have: one may have been deployed since. */
export function machineClients(parameter: string, clock: Clock): MachineClients {
  let client: SSMClient | undefined;
  let known: Readonly<Record<string, string>> = {};
  let readAt = Number.NEGATIVE_INFINITY;
  return {
    tenantOf: async (clientId) => {
      if (known[clientId] === undefined || clock() - readAt >= keptMs) {
        client ??= new SSMClient({ maxAttempts: 2 });
        const { Parameter } = await client.send(new GetParameterCommand({ Name: parameter }));
        known = tenantsIn(Parameter?.Value ?? '');
        readAt = clock();
      }
      return Object.hasOwn(known, clientId) ? known[clientId] : undefined;
    },
  };
}

function tenantsIn(text: string): Readonly<Record<string, string>> {
  const value = readJson(text);
  const isMap = typeof value === 'object' && value !== null && Object.values(value).every((v) => typeof v === 'string');
  if (!isMap) throw new Error('the parameter of the machine clients is not a map of client ids to tenants');
  return value as Readonly<Record<string, string>>;
}
