import { join } from 'node:path';
import type { UserPoolSpec } from '../../template/model.ts';
import type { Action } from '../bus.ts';
import type { HttpHandler } from '../gateway.ts';
import { sendMessage } from '../http-event.ts';
import type { Issuer } from '../issuer.ts';
import { poolActions } from './actions.ts';
import { openMailbox } from './mail.ts';
import { createOAuth } from './oauth.ts';
import { PoolState } from './state.ts';

export interface PoolOptions {
  /** The template's pool, if it has one. */
  readonly pool: UserPoolSpec | undefined;
  readonly issuer: Issuer;
  readonly region: string;
  /** Where people, sessions and clients' secrets are kept. */
  readonly keep: string;
  readonly mailDirectory: string;
  invoke(functionName: string, event: unknown): Promise<unknown>;
  log(line: string): void;
}

export interface Pool {
  /** The endpoints of the pool's domain. */
  readonly oauth: HttpHandler;
  /** Actions of Cognito's user pools API. */
  readonly actions: Readonly<Record<string, Action>>;
  readonly addresses: { readonly id: string | null; readonly client_id: string | null; readonly sign_in_url: string };
}

/** The local stand-in of the Cognito user pool. */
export function createPool({ pool, issuer, region, keep, mailDirectory, invoke, log }: PoolOptions): Pool {
  const sign_in_url = `${issuer.url}/oauth2/authorize`;
  const none = { id: null, client_id: null, sign_in_url };
  if (pool === undefined)
    return { oauth: async (_, response) => sendMessage(response, 404, 'Not Found'), actions: {}, addresses: none };
  const state = new PoolState(join(keep, 'user-pool.json'));
  const people = pool.clients.find(({ hasSecret }) => !hasSecret);
  return {
    oauth: createOAuth({ pool, state, region, invoke, sign: issuer.sign }),
    actions: poolActions({ pool, state, send: openMailbox(mailDirectory, log) }),
    addresses: { id: pool.id, client_id: people?.id ?? null, sign_in_url },
  };
}
