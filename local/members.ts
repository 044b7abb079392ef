import type { TokenRequest } from './servers/issuer.ts';

/** Makes the subject of a token a member of its tenant, as an accepted invitation would. Waits for shared/adapters/dynamo/members.ts. */
export async function noteMember(_request: TokenRequest, _table: { endpoint: string; region: string; name: string }): Promise<void> {}
