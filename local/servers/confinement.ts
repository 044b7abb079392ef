import { keyOf, Roles } from '../iam/roles.ts';
import type { FunctionSpec, Model } from '../template/model.ts';
import { createSts } from './sts.ts';
import { startGate } from './table-gate.ts';

/** What IAM is for functions that act for tenants: an STS, a gate before the table, and who a function is. */
export interface Confinement {
  readonly sts: ReturnType<typeof createSts>;
  readonly endpoint: string;
  /** The variables by which a function is known and kept to what its roles may do; of others the table is open. */
  variablesOf(spec: FunctionSpec, stsEndpoint: string): Record<string, string>;
  stop(): Promise<void>;
}

/** Reads all roles of the template and starts the gate. */
export async function startConfinement(
  { roles: specs, functions, tables }: Model,
  { dynamo, onDenied }: { readonly dynamo: string; onDenied(message: string): void },
): Promise<Confinement> {
  const roles = new Roles(specs, functions);
  const gate = await startGate({ roles, tables, dynamo, onDenied });
  return {
    sts: createSts(roles),
    endpoint: gate.endpoint,
    stop: gate.stop,
    variablesOf: (spec, stsEndpoint) => {
      if (!roles.isConfined(spec)) return { AWS_ENDPOINT_URL_DYNAMODB: dynamo };
      return {
        AWS_ACCESS_KEY_ID: keyOf(spec.role),
        AWS_ENDPOINT_URL_DYNAMODB: gate.endpoint,
        AWS_ENDPOINT_URL_STS: stsEndpoint,
      };
    },
  };
}
