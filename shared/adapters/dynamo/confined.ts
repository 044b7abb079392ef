import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type Crossing, crossed } from '../../domain/tenants/crossing.ts';
import { type Scope, sessionNameOf, tagsOf } from '../../domain/tenants/scope.ts';
import type { Clock } from '../../kit/clock.ts';
import type { SessionTag } from '../../wiring/reach.ts';
import { clientSettings, documents, type Table } from './client.ts';

/** The scope of the request under way; a crossing changes it for the rest of the request. */
export interface Standpoint {
  scope: Scope | undefined;
}

export interface Confinement {
  readonly name: string;
  /** The function's tenant role, and the tags that its sessions have. */
  readonly roleArn: string;
  readonly tags: readonly SessionTag[];
  readonly clock: Clock;
  /** Undefined where no request is under way. */
  readonly current: () => Standpoint | undefined;
}

/** Clients that a process keeps, one for each scope: about 40 KB each. */
const mostClients = 200;

/**
 * The table as whom a request acts for (docs/decisions/0018): everything that is sent goes out with the credentials of its
 * scope, and with the function's own, which can do next to nothing, where nobody is known. There is no third way.
 */
export function confinedTable(confinement: Confinement): Table {
  const own = new DynamoDBClient(clientSettings);
  const nobody = documents(own);
  const clients = new Map<string, Sender>();
  const clientOf = (scope: Scope | undefined): Sender => {
    if (scope === undefined) return nobody;
    const key = JSON.stringify(tagsIn(scope, confinement.tags));
    const client = clients.get(key) ?? documents(sessionClient(confinement, scope, own));
    // A map keeps the order in which keys were set: the one not used for longest goes.
    clients.delete(key);
    clients.set(key, client);
    const [oldest] = clients.keys();
    if (clients.size > mostClients && oldest !== undefined) clients.delete(oldest);
    return client;
  };
  const send = (...request: Parameters<Sender['send']>) => clientOf(confinement.current()?.scope).send(...request);
  return { name: confinement.name, client: { send: send as Sender['send'] }, cross: (to) => cross(confinement, to) };
}

type Sender = Pick<DynamoDBDocumentClient, 'send'>;

function cross({ current }: Confinement, to: Crossing): boolean {
  const standpoint = current();
  if (standpoint === undefined) throw new Error('a crossing needs a request');
  const next = crossed(standpoint.scope ?? {}, to);
  if (next === undefined) return false;
  standpoint.scope = next;
  return true;
}

const tagsIn = (scope: Scope, names: readonly SessionTag[]): [SessionTag, string][] => {
  const all = tagsOf(scope);
  return names.map((name) => [name, all[name]]);
};

/**
 * A client with a scope's credentials. The SDK asks for them once, for all that wait together, and again five minutes before
 * they end. All clients share the connections of the first: a new tenant costs no handshake.
 */
function sessionClient({ roleArn, tags, clock }: Confinement, scope: Scope, own: DynamoDBClient): DynamoDBClient {
  const { region, requestHandler } = own.config;
  const credentials = fromTemporaryCredentials({
    params: {
      RoleArn: roleArn,
      RoleSessionName: sessionNameOf(scope),
      Tags: tagsIn(scope, tags).map(([Key, Value]) => ({ Key, Value })),
    },
    clientConfig: { requestHandler, maxAttempts: clientSettings.maxAttempts },
  });
  return new DynamoDBClient({ ...clientSettings, region, requestHandler, credentials: outliving(credentials, clock) });
}

type Credentials = Awaited<ReturnType<ReturnType<typeof fromTemporaryCredentials>>>;
const quietMs = 30_000;

/** While STS is away, credentials that still hold are used on; when they end, requests fail. Others are never taken. */
function outliving(fetch: () => Promise<Credentials>, clock: Clock): () => Promise<Credentials> {
  let last: Credentials | undefined;
  return async () => {
    try {
      last = await fetch();
    } catch (error) {
      const ends = last?.expiration?.getTime() ?? 0;
      if (last === undefined || ends - clock() < quietMs) throw error;
    }
    return last;
  };
}
