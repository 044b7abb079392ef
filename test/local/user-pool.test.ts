import { mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt, type JWTPayload } from 'jose';
import { describe, expect, it, vi } from 'vitest';
import { AwsError } from '../../local/aws-json.ts';
import { startAws } from '../../local/servers/aws.ts';
import { createParameters } from '../../local/servers/parameters.ts';
import { poolActions } from '../../local/servers/pool/actions.ts';
import { type Mail, openMailbox } from '../../local/servers/pool/mail.ts';
import { PoolState } from '../../local/servers/pool/state.ts';
import { type Grant, makeTokens, type TokenPorts } from '../../local/servers/pool/tokens.ts';
import type { PoolClientSpec, UserPoolSpec } from '../../local/template/model.ts';
import { machineClients } from '../../shared/adapters/ssm/machine-clients.ts';

const client: PoolClientSpec = {
  id: 'person1',
  name: 'person1',
  hasSecret: false,
  flows: ['code'],
  scopes: ['openid', 'vanta/vault:read'],
  callbackUrls: ['http://localhost:3000/callback'],
  accessSeconds: 3600,
  idSeconds: 1800,
  refreshSeconds: 60,
};
const pool: UserPoolSpec = {
  id: 'us-east-1_pool',
  selfSignUp: true,
  invitation: { subject: 'Come', body: '{username}: {####}' },
  preToken: { functionName: 'pre-token', version: 'V3_0' },
  clients: [client, { ...client, id: 'machine1', name: 'partner', hasSecret: true, flows: ['client_credentials'] }],
};
const folder = () => mkdtempSync(join(tmpdir(), 'vanta-pool-'));

describe('what the pool keeps', () => {
  const open = (now = { ms: 1_000_000 }, file = join(folder(), 'pool.json')) => ({
    now,
    file,
    state: new PoolState(file, () => now.ms),
  });
  const codeFor = (state: PoolState, sub: string) =>
    state.addCode({ sub, client_id: 'person1', redirect_uri: 'r', challenge: 'c', scopes: [] }).code;

  it('gives a code once, and within five minutes', () => {
    const { now, state } = open();
    const code = codeFor(state, 'a');
    expect(state.takeCode(code)?.sub).toBe('a');
    expect(state.takeCode(code)).toBeUndefined();
    const [last, late] = [codeFor(state, 'b'), codeFor(state, 'c')];
    now.ms += 299_999;
    expect(state.takeCode(last)?.sub).toBe('b');
    now.ms += 1;
    expect(state.takeCode(late)).toBeUndefined();
  });

  it('ends a session at its time, and all of a person at once', () => {
    const { now, state } = open();
    const session = () => state.addSession({ sub: 'a', client_id: 'person1', scopes: [] }, 60).refresh_token;
    const [one, two] = [session(), session()];
    const other = state.addSession({ sub: 'b', client_id: 'person1', scopes: [] }, 60).refresh_token;
    const code = codeFor(state, 'a');
    expect(state.session(one)?.sub).toBe('a');
    state.signOut('a');
    expect([state.session(one), state.session(two), state.takeCode(code)]).toEqual([undefined, undefined, undefined]);
    expect(state.session(other)?.sub).toBe('b');
    now.ms += 60_000;
    expect(state.session(other)).toBeUndefined();
    expect(state.session('')).toBeUndefined();
  });

  it('finds people by address in any case and by subject, again after a restart, in a file for its owner only', () => {
    const { file, state } = open();
    const user = state.addUser('Ann@Example.com', 'FORCE_CHANGE_PASSWORD');
    const session = state.addSession({ sub: user.sub, client_id: 'person1', scopes: ['openid'] }, 60);
    const secret = state.clientSecret('machine1');
    const again = open({ ms: 1_000_000 }, file).state;
    expect([again.user('ANN@example.com')?.sub, again.user(user.sub)?.email]).toEqual([user.sub, 'ann@example.com']);
    expect([again.session(session.refresh_token)?.scopes, again.clientSecret('machine1')]).toEqual([['openid'], secret]);
    expect(again.confirm(user).status).toBe('CONFIRMED');
    expect(statSync(file).mode & 0o077).toBe(0);
  });
});

describe('tokens', () => {
  const user = { sub: 's', email: 'ann@example.com', status: 'CONFIRMED' as const, created_at: 0, updated_at: 0 };
  const grant: Grant = {
    source: 'TokenGeneration_HostedAuth',
    client,
    scopes: client.scopes,
    user,
    auth_time: 1,
    origin_jti: 'o',
  };
  const encoded = (claims: JWTPayload) => ['e30', Buffer.from(JSON.stringify(claims)).toString('base64url'), 'x'].join('.');
  const made = async (details: unknown, whose: Grant = grant, version = 'V3_0') => {
    const invoke = vi.fn(async (_name: string, event: unknown) => ({ ...(event as object), response: details }));
    const ports: TokenPorts = {
      pool: { ...pool, preToken: { functionName: 'pre-token', version } },
      region: 'us-east-1',
      invoke,
      sign: async (claims) => encoded(claims),
    };
    const tokens = await makeTokens(whose, ports);
    const id = tokens.id_token === undefined ? undefined : decodeJwt(tokens.id_token);
    return {
      access: decodeJwt(tokens.access_token),
      id,
      event: invoke.mock.calls[0]?.[1] as Record<string, unknown> | undefined,
    };
  };
  const override = (accessTokenGeneration: unknown, idTokenGeneration = {}) => ({
    claimsAndScopeOverrideDetails: { accessTokenGeneration, idTokenGeneration },
  });

  it('ask the trigger with the documented event', async () => {
    const { event } = await made(override({}));
    expect(event).toMatchObject({
      version: '3',
      triggerSource: 'TokenGeneration_HostedAuth',
      userPoolId: pool.id,
      userName: 's',
      callerContext: { clientId: 'person1' },
      request: { userAttributes: { sub: 's', email: 'ann@example.com' }, scopes: client.scopes },
    });
  });

  it('carry what the trigger adds, but for what it cannot change', async () => {
    const forged = { tenant_id: 'ten_1', role: 'ops', sub: 'x', client_id: 'x', scope: 'all', iss: 'x', token_use: 'id', exp: 1 };
    const { access, id } = await made(
      override({ claimsToAddOrOverride: forged }, { claimsToAddOrOverride: { team: 't', aud: 'x' } }),
    );
    expect(access).toMatchObject({ tenant_id: 'ten_1', role: 'ops', sub: 's', client_id: 'person1', token_use: 'access' });
    expect(access).toMatchObject({ scope: 'openid vanta/vault:read' });
    expect([access.exp, access.iss, id?.['team'], id?.aud, id?.['tenant_id']]).toEqual([
      undefined,
      undefined,
      't',
      'person1',
      undefined,
    ]);
  });

  it('lose the claims and scopes that the trigger takes out', async () => {
    const changes = {
      claimsToSuppress: ['auth_time', 'nothing'],
      scopesToAdd: ['vanta/x'],
      scopesToSuppress: ['vanta/vault:read'],
    };
    const { access } = await made(override(changes));
    expect([access['scope'], access['auth_time']]).toEqual(['openid vanta/x', 1]);
  });

  it('are as they are for a trigger that says nothing', async () => {
    for (const details of [undefined, null, {}, { claimsAndScopeOverrideDetails: null }])
      expect((await made(details)).access).not.toHaveProperty('tenant_id');
  });

  it('of a machine have no user, and are not asked about before version 3', async () => {
    const source = 'TokenGeneration_ClientCredentials';
    const machine: Grant = { source, client, scopes: ['vanta/vault:read'], auth_time: 1 };
    const { access, id, event } = await made(override({ claimsToAddOrOverride: { tenant_id: 'ten_1' } }), machine);
    const asked = event?.['request'] as { userAttributes: unknown } | undefined;
    expect(access).toMatchObject({ sub: 'person1', tenant_id: 'ten_1', scope: 'vanta/vault:read' });
    expect([id, access['username'], asked?.userAttributes]).toEqual([undefined, undefined, {}]);
    const before = await made(override({ claimsToAddOrOverride: { tenant_id: 'ten_1' } }), machine, 'V2_0');
    expect([before.event, before.access['tenant_id']]).toEqual([undefined, undefined]);
  });

  it('are not made when the trigger fails', async () => {
    const ports = { pool, region: 'r', sign: async () => '', invoke: () => Promise.reject(new Error('down')) };
    await expect(makeTokens(grant, ports)).rejects.toMatchObject({
      error: 'invalid_request',
      message: 'PreTokenGeneration failed with error down.',
    });
  });
});

describe("Cognito's actions", () => {
  const opened = () => {
    const state = new PoolState(join(folder(), 'pool.json'));
    const mails: Mail[] = [];
    const actions = poolActions({ pool, state, send: (mail) => mails.push(mail) });
    // The actions' inputs are what comes over the wire: what is wrong in one is refused by the action.
    const call = (name: string, input: Record<string, unknown>) => actions[name]?.({ UserPoolId: pool.id, ...input }) as never;
    const create = (more: Record<string, unknown> = {}) =>
      call('AdminCreateUser', {
        Username: 'Ann@example.com',
        UserAttributes: [{ Name: 'email', Value: 'Ann@example.com' }],
        DesiredDeliveryMediums: ['EMAIL'],
        ...more,
      });
    return { state, mails, call, create };
  };
  const codeOf = (act: () => unknown) => {
    try {
      return act();
    } catch (error) {
      return error instanceof AwsError ? error.code : error;
    }
  };

  it('make a person, once, and send the invitation of the template', () => {
    const { mails, create, call } = opened();
    const { User } = create() as { User: { Username: string; UserStatus: string; Attributes: unknown[] } };
    expect(User.UserStatus).toBe('FORCE_CHANGE_PASSWORD');
    expect(User.Attributes).toContainEqual({ Name: 'sub', Value: User.Username });
    expect(mails).toEqual([
      { to: 'ann@example.com', subject: 'Come', body: expect.stringMatching(/^ann@example\.com: \S{12,}$/) },
    ]);
    expect(codeOf(() => create())).toBe('UsernameExistsException');
    expect(call('AdminGetUser', { Username: 'ANN@example.com' })).toMatchObject({ Username: User.Username });
  });

  it('send it again only to who has not come yet, and no mail where none is asked for', () => {
    const { state, mails, create } = opened();
    expect(codeOf(() => create({ MessageAction: 'RESEND' }))).toBe('UserNotFoundException');
    create({ MessageAction: 'SUPPRESS' });
    create({ MessageAction: 'RESEND', DesiredDeliveryMediums: undefined });
    expect(mails).toEqual([]);
    create({ MessageAction: 'RESEND' });
    expect(mails).toHaveLength(1);
    // She is there: she was invited above.
    state.confirm(state.user('ann@example.com') as never);
    expect(codeOf(() => create({ MessageAction: 'RESEND' }))).toBe('UnsupportedUserStateException');
  });

  it('refuse what is not there, or no address', () => {
    const { call, create } = opened();
    for (const action of ['AdminGetUser', 'AdminUserGlobalSignOut'])
      expect(codeOf(() => call(action, { Username: 'nobody' }))).toBe('UserNotFoundException');
    expect(codeOf(() => call('AdminGetUser', { UserPoolId: 'other', Username: 'x' }))).toBe('ResourceNotFoundException');
    expect(codeOf(() => call('DescribeUserPoolClient', { ClientId: 'x' }))).toBe('ResourceNotFoundException');
    expect(codeOf(() => create({ UserAttributes: [{ Name: 'email', Value: 'no address' }] }))).toBe('InvalidParameterException');
  });

  it("end sessions, and tell a client's secret where it has one", () => {
    const { state, call, create } = opened();
    const { User } = create() as { User: { Username: string } };
    const { refresh_token } = state.addSession({ sub: User.Username, client_id: 'person1', scopes: [] }, 60);
    call('AdminUserGlobalSignOut', { Username: User.Username });
    expect(state.session(refresh_token)).toBeUndefined();
    const described = (ClientId: string) =>
      (call('DescribeUserPoolClient', { ClientId }) as { UserPoolClient: object }).UserPoolClient;
    expect(described('machine1')).toMatchObject({ ClientName: 'partner', ClientSecret: state.clientSecret('machine1') });
    expect(described('person1')).not.toHaveProperty('ClientSecret');
  });
});

it('e-mails are files that a person finds, and a line of the log', () => {
  const [directory, lines] = [join(folder(), 'mail'), [] as string[]];
  const send = openMailbox(directory, (line) => lines.push(line));
  send({ to: '../../x@example.com', subject: 'One', body: 'first' });
  send({ to: 'y@example.com', subject: 'Two', body: 'second' });
  const files = readdirSync(directory).sort();
  expect(files).toHaveLength(2);
  expect(readFileSync(join(directory, files[1] ?? ''), 'utf8')).toMatch(
    /^To: y@example\.com\nDate: .*\nSubject: Two\n\nsecond\n$/,
  );
  expect(lines[1]).toContain(join(directory, files[1] ?? ''));
});

it('the parameter of machine clients is read once, and again for a client that it did not have', async () => {
  let reads = 0;
  const parameter = { name: '/p', value: '{"a":"ten_a"}' };
  const { GetParameter } = createParameters({ parameters: [parameter], refuse: (code, message) => new AwsError(code, message) });
  const counted = (input: Record<string, unknown>) => {
    reads += 1;
    return GetParameter?.(input);
  };
  const aws = await startAws({ 'AmazonSSM.GetParameter': counted }, () => ({ status: 500, xml: '' }));
  const names = ['AWS_ENDPOINT_URL_SSM', 'AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];
  for (const [i, value] of [aws.endpoint, 'us-east-1', 'local', 'local'].entries()) vi.stubEnv(names[i] ?? '', value);
  let now = 0;
  const clients = machineClients('/p', () => now);
  expect([await clients.tenantOf('a'), await clients.tenantOf('a'), reads]).toEqual(['ten_a', 'ten_a', 1]);
  expect(await clients.tenantOf('b')).toBeUndefined();
  expect(await clients.tenantOf('constructor')).toBeUndefined();
  Object.assign(parameter, { value: '{"a":"ten_a","b":"ten_b"}' });
  expect(await clients.tenantOf('b')).toBe('ten_b');
  Object.assign(parameter, { value: '{"a":"ten_other"}' });
  // Given to another tenant: it gets no token for the old one after a minute.
  expect(await clients.tenantOf('a')).toBe('ten_a');
  now += 60_000;
  expect(await clients.tenantOf('a')).toBe('ten_other');
  Object.assign(parameter, { value: '["a"' });
  await expect(clients.tenantOf('c')).rejects.toThrow('not a map');
  await expect(machineClients('/none', () => 0).tenantOf('a')).rejects.toThrow('not found');
  vi.unstubAllEnvs();
  await aws.stop();
});
