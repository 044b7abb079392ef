import { beforeAll, describe, expect, it } from 'vitest';
import { type StageName, stageNames, stages } from '../../lib/stages.ts';
import { type Route, routes, scopes } from '../../shared/wiring/routes.ts';
import { logicalIdOf, Synthesis } from './synthesis.ts';

const list = Object.values(routes) as Route[];

describe.each(stageNames)('HTTP API of %s', (name: StageName) => {
  let synthesis: Synthesis;
  beforeAll(() => {
    synthesis = new Synthesis(name);
  });
  const route = (key: string) => synthesis.one('AWS::ApiGatewayV2::Route', { RouteKey: key }).Properties;
  const functionBehind = (key: string) => {
    const integrationId = logicalIdOf(route(key)['Target']);
    const integration = synthesis.all('AWS::ApiGatewayV2::Integration').find(([id]) => id === integrationId)?.[1];
    return synthesis.nameOf(integration?.Properties['IntegrationUri']);
  };

  it('has the routes of the list and $default, no others', () => {
    const keys = synthesis.all('AWS::ApiGatewayV2::Route').map(([, r]) => r.Properties['RouteKey']);
    expect(keys.sort()).toEqual([...list.map((r) => `${r.method} ${r.path}`), '$default'].sort());
  });

  it.each(list)('$method $path asks for a token unless it is public, and leads to its room', ({ method, path, room, access }) => {
    const key = `${method} ${path}`;
    const authorized = access.kind !== 'public' && access.kind !== 'signature';
    expect(route(key)['AuthorizationType']).toBe(authorized ? 'JWT' : 'NONE');
    expect(route(key)['AuthorizerId'] !== undefined).toBe(authorized);
    expect(route(key)['AuthorizationScopes']).toBeUndefined();
    expect(functionBehind(key)).toBe(`vanta-${name}-${room}-api`);
  });

  it('answers what is unknown from the contract room, without a token', () => {
    expect(route('$default')).toMatchObject({ AuthorizationType: 'NONE' });
    expect(functionBehind('$default')).toBe(`vanta-${name}-contract-api`);
  });

  it('takes tokens of the pool, for its own clients only', () => {
    const clients = synthesis.all('AWS::Cognito::UserPoolClient').map(([id]) => id);
    const { Issuer, Audience } = synthesis.one('AWS::ApiGatewayV2::Authorizer').Properties['JwtConfiguration'] as {
      Issuer: unknown;
      Audience: unknown[];
    };
    expect(JSON.stringify(Issuer)).toContain('ProviderURL');
    expect(Audience.map(logicalIdOf).sort()).toEqual(clients.sort());
  });

  it('writes JSON access logs with the request id, and throttles', () => {
    const stage = synthesis.one('AWS::ApiGatewayV2::Stage').Properties;
    const format = (stage['AccessLogSettings'] as { Format: string }).Format;
    expect(JSON.parse(format)).toMatchObject({ request_id: '$context.requestId', status: '$context.status' });
    expect(stage['DefaultRouteSettings']).toMatchObject({
      ThrottlingRateLimit: stages[name].api.requestsPerSecond,
      ThrottlingBurstLimit: stages[name].api.burst,
    });
  });

  it('may call its functions, and no other API may', () => {
    const permissions = synthesis
      .all('AWS::Lambda::Permission')
      .filter(([, p]) => p.Properties['Principal'] === 'apigateway.amazonaws.com');
    expect(permissions).toHaveLength(new Set(list.map((r) => r.room)).size);
    const [apiId] = synthesis.all('AWS::ApiGatewayV2::Api').map(([id]) => id);
    for (const [, p] of permissions) expect(JSON.stringify(p.Properties['SourceArn'])).toContain(`{"Ref":"${apiId}"},"/*"`);
  });
});

describe('people', () => {
  const sandbox = new Synthesis('sandbox');

  it('sign in with a public client that holds no secret and asks for a code', () => {
    const client = sandbox.one('AWS::Cognito::UserPoolClient', { GenerateSecret: false }).Properties;
    expect(client).toMatchObject({ AllowedOAuthFlows: ['code'], PreventUserExistenceErrors: 'ENABLED' });
  });

  it('leave machine clients exactly the scopes of their row', () => {
    const client = sandbox.one('AWS::Cognito::UserPoolClient', { ClientName: 'sandbox-partner' }).Properties;
    expect(client).toMatchObject({ AllowedOAuthFlows: ['client_credentials'], GenerateSecret: true });
    const given = (client['AllowedOAuthScopes'] as unknown[]).map((s) => /"\/([^"]+)"/.exec(JSON.stringify(s))?.[1]);
    expect(given).toEqual(stages.sandbox.people.machineClients[0]?.scopes);
  });

  it('find every scope of the route list under the identifier of real tokens', () => {
    const server = sandbox.one('AWS::Cognito::UserPoolResourceServer').Properties;
    expect(server['Identifier']).toBe('vanta');
    expect((server['Scopes'] as { ScopeName: string }[]).map((s) => s.ScopeName)).toEqual(scopes);
  });

  it('are on the plan that lets access tokens carry claims', () => {
    expect(sandbox.one('AWS::Cognito::UserPool').Properties).toMatchObject({
      UserPoolTier: 'ESSENTIALS',
      MfaConfiguration: 'OPTIONAL',
    });
  });
});
