import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { Agent, request } from 'undici';
import { AwsError } from '../aws-json.ts';
import { type Ask, asksOf } from '../iam/asks.ts';
import { type Caller, credentialsOf, may, type Roles } from '../iam/roles.ts';
import type { TableSpec } from '../template/model.ts';

export interface GateOptions {
  readonly roles: Roles;
  readonly tables: readonly TableSpec[];
  /** DynamoDB Local, which checks nothing. */
  readonly dynamo: string;
  /** Told of everything that was denied. */
  onDenied(message: string): void;
}

/**
 * Stands before the table for functions that act for tenants, and does what AWS does there: who asks is known by the access
 * key, what it asks for by the keys in the request, and what its role's policy does not allow is denied.
 */
export async function startGate(options: GateOptions): Promise<{ endpoint: string; stop(): Promise<void> }> {
  const agent = new Agent({ keepAliveTimeout: 30_000 });
  const server = createServer((incoming, response) => {
    void pass(options, agent, incoming, response).catch((error: unknown) => refuse(response, error));
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  return {
    endpoint: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      await agent.destroy();
    },
  };
}

async function pass(options: GateOptions, agent: Agent, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await buffer(incoming);
  authorize(options, incoming, body);
  const { host: _host, connection: _connection, ...headers } = incoming.headers;
  const answer = await request(options.dynamo, { method: 'POST', dispatcher: agent, headers, body });
  const { 'content-length': _length, connection: _kept, 'transfer-encoding': _coding, ...passed } = answer.headers;
  response.writeHead(answer.statusCode, passed as Record<string, string>);
  response.end(Buffer.from(await answer.body.arrayBuffer()));
}

function authorize(options: GateOptions, incoming: IncomingMessage, body: Buffer): void {
  const caller = callerOf(options.roles, incoming);
  const operation = String(incoming.headers['x-amz-target'] ?? '').split('.')[1] ?? '';
  const asked = JSON.parse(body.toString('utf8')) as Record<string, unknown>;
  for (const ask of asksOf(operation, asked, partitionKeyOf(options.tables))) {
    const table = options.tables.find(({ name, arn }) => name === ask.table || arn === ask.table);
    if (table !== undefined && allows(caller, ask, table.arn)) continue;
    const action = `dynamodb:${ask.action}`;
    const message = `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${table?.arn ?? ask.table} because no identity-based policy allows the ${action} action`;
    options.onDenied(`${message} (keys: ${ask.keys?.join(' ') ?? 'none'})`);
    throw new AwsError('AccessDeniedException', message);
  }
}

function callerOf(roles: Roles, incoming: IncomingMessage): Caller {
  const caller = roles.caller(credentialsOf(incoming), Date.now());
  if (caller === 'expired') throw new AwsError('ExpiredTokenException', 'The security token included in the request is expired');
  if (caller === 'unknown')
    throw new AwsError('UnrecognizedClientException', 'The security token included in the request is invalid.');
  return caller;
}

const allows = (caller: Caller, { action, keys }: Ask, arn: string): boolean =>
  may(caller, `dynamodb:${action}`, arn, keys === undefined || keys.length === 0 ? undefined : new Map([[leadingKeys, keys]]));

const leadingKeys = 'dynamodb:LeadingKeys';

/** All tables here have one schema; a second one would need its own. */
function partitionKeyOf(tables: readonly TableSpec[]): string {
  const schemas = tables.map(({ create }) => create['KeySchema'] as { AttributeName: string; KeyType: string }[]);
  const names = new Set(schemas.map((schema) => schema.find(({ KeyType }) => KeyType === 'HASH')?.AttributeName ?? ''));
  const [name] = names;
  if (names.size !== 1 || name === undefined) throw new Error('the gate knows one partition key for all tables');
  return name;
}

function refuse(response: ServerResponse, error: unknown): void {
  const known = error instanceof AwsError;
  response.writeHead(known ? 400 : 500, { 'content-type': 'application/x-amz-json-1.0' });
  const message = error instanceof Error ? error.message : String(error);
  response.end(JSON.stringify({ __type: `com.amazon.coral.service#${known ? error.code : 'InternalFailure'}`, message }));
}
