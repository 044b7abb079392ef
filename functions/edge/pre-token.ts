import type { TokenFor } from '../../shared/domain/tenants/claims.ts';
import { logger } from './observe.ts';

/** The user pool's event, as far as it is read (Cognito developer guide, pre token generation trigger, version 3). */
export interface PreTokenEvent {
  readonly triggerSource: string;
  readonly callerContext: { readonly clientId: string };
  readonly request: { readonly userAttributes?: Readonly<Record<string, string>> | null };
  readonly response: unknown;
}

/** The user pool's door before each token: answers the event with the claims to add to the access token. */
export function preTokenDoor(claims: (whom: TokenFor) => Promise<Readonly<Record<string, string>>>) {
  return async <E extends PreTokenEvent>(event: E) => {
    logger.resetKeys();
    logger.appendKeys({ trigger: event.triggerSource, client_id: event.callerContext.clientId });
    try {
      const accessTokenGeneration = { claimsToAddOrOverride: await claims(whomOf(event)) };
      return { ...event, response: { claimsAndScopeOverrideDetails: { accessTokenGeneration } } };
    } catch (error) {
      logger.error('no token could be made', { error: error as Error });
      throw error;
    }
  };
}

function whomOf({ triggerSource, callerContext, request }: PreTokenEvent): TokenFor {
  if (triggerSource === 'TokenGeneration_ClientCredentials') return { kind: 'machine', clientId: callerContext.clientId };
  const { sub, email } = request.userAttributes ?? {};
  if (sub === undefined) throw new Error(`the event of ${triggerSource} names no subject`);
  return { kind: 'person', subject: sub, email };
}
