import type { Client } from './client.ts';

/** The same client, but what its answers have against the contract is noted in `faults` instead of thrown. */
export function checked(client: Client, faults: Set<string>): Client {
  client.onFault = (fault) => faults.add(fault);
  return client;
}
