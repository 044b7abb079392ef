import { openTable } from '../../shared/adapters/dynamo/client.ts';
import { membershipOf, noteMember } from '../../shared/adapters/dynamo/members.ts';
import { machineClients } from '../../shared/adapters/ssm/machine-clients.ts';
import { type ClaimPorts, claimsFor, type TokenFor } from '../../shared/domain/tenants/claims.ts';
import { readEnv } from '../../shared/wiring/env.ts';
import { clock } from '../edge/entropy.ts';
import { preTokenDoor } from '../edge/pre-token.ts';

const env = readEnv('pre-token');
const table = openTable(env.table);
const ports: ClaimPorts = {
  clock,
  membership: (subject) => membershipOf(table, subject),
  note: (next, before) => noteMember(table, next, before),
  tenantOf: machineClients(env.machineClients, clock).tenantOf,
};

export const handler = preTokenDoor((whom: TokenFor) => claimsFor(whom, ports));
