import { beforeAll, describe, expect, it } from 'vitest';
import { type StageName, stageNames, stages } from '../../lib/stages.ts';
import { logicalIdOf, type Properties, Synthesis } from './synthesis.ts';

describe.each(stageNames)('people of %s', (name: StageName) => {
  let synthesis: Synthesis;
  let pool: Properties;
  let poolId: string;
  beforeAll(() => {
    synthesis = new Synthesis(name);
    const [found] = synthesis.all('AWS::Cognito::UserPool');
    if (found === undefined) throw new Error('no pool');
    poolId = found[0];
    pool = found[1].Properties;
  });

  it('get their claims from one trigger, of the version that is also asked for machines', () => {
    const { PreTokenGenerationConfig: trigger, ...others } = pool['LambdaConfig'] as Record<string, Properties>;
    expect(others).toEqual({});
    expect(trigger?.['LambdaVersion']).toBe('V3_0');
    expect(synthesis.nameOf(trigger?.['LambdaArn'])).toBe(`vanta-${name}-pre-token`);
  });

  it('let this pool, and no other, ask it', () => {
    const permissions = synthesis
      .all('AWS::Lambda::Permission')
      .filter(([, p]) => p.Properties['Principal'] === 'cognito-idp.amazonaws.com');
    expect(permissions).toHaveLength(1);
    const [[, permission]] = permissions as [(typeof permissions)[0]];
    expect(permission.Properties['Action']).toBe('lambda:InvokeFunction');
    expect(synthesis.nameOf(permission.Properties['FunctionName'])).toBe(`vanta-${name}-pre-token`);
    expect(logicalIdOf(permission.Properties['SourceArn'])).toBe(poolId);
  });

  it('tell it whose each machine client is by a parameter of a fixed name, which it alone may read', () => {
    const parameter = synthesis.one('AWS::SSM::Parameter').Properties;
    expect(parameter).toMatchObject({ Name: `/vanta/${name}/machine-clients`, Type: 'String' });
    const text = JSON.stringify(parameter['Value']);
    for (const row of stages[name].people.machineClients) {
      const [clientId] =
        synthesis.all('AWS::Cognito::UserPoolClient').find(([, c]) => c.Properties['ClientName'] === row.name) ?? [];
      const pair = new RegExp(`${clientId}.{0,20}${row.tenantId}`);
      if (row.tenantId === undefined) expect(text).not.toContain(clientId);
      else expect(text).toMatch(pair);
    }
    const reads = synthesis.statements().filter((s) => s.actions.includes('ssm:GetParameter'));
    expect(reads).toHaveLength(1);
    expect(JSON.stringify(reads[0]?.resources)).toContain(`:parameter/vanta/${name}/machine-clients`);
    const [own] = synthesis.statementsOf(`vanta-${name}-pre-token`).filter((s) => s.actions.includes('ssm:GetParameter'));
    expect(own).toBeDefined();
  });

  it('are changed by the tenants room alone, and in this pool alone', () => {
    const statements = synthesis.statements().filter((s) => s.actions.some((a) => a.startsWith('cognito-idp:')));
    expect(statements).toHaveLength(1);
    expect(statements[0]?.resources.map(logicalIdOf)).toEqual([poolId]);
    const [own] = synthesis
      .statementsOf(`vanta-${name}-tenants-api`)
      .filter((s) => s.actions.includes('cognito-idp:AdminGetUser'));
    expect(own?.actions.toSorted()).toEqual(
      ['AdminCreateUser', 'AdminGetUser', 'AdminUserGlobalSignOut'].map((a) => `cognito-idp:${a}`),
    );
  });

  it('may sign up or only be invited, as the stage says; the invitation names user and password', () => {
    const { AllowAdminCreateUserOnly, InviteMessageTemplate } = pool['AdminCreateUserConfig'] as Properties;
    expect(AllowAdminCreateUserOnly).toBe(!stages[name].people.selfSignUp);
    const { EmailMessage } = InviteMessageTemplate as { EmailMessage: string };
    for (const part of ['{username}', '{####}']) expect(EmailMessage).toContain(part);
  });

  it('and the functions that check or make tokens know the same clients, issuer and domain as the gateway', () => {
    const variables = (fn: string) =>
      (synthesis.one('AWS::Lambda::Function', { FunctionName: `vanta-${name}-${fn}` }).Properties['Environment'] as Properties)[
        'Variables'
      ] as Properties;
    const { Issuer, Audience } = synthesis.one('AWS::ApiGatewayV2::Authorizer').Properties['JwtConfiguration'] as Properties;
    const idsIn = (value: unknown) => [...JSON.stringify(value).matchAll(/"Ref":"(\w+)"/g)].map(([, id]) => id);
    expect(variables('mirroring-api')['ISSUER_URL']).toEqual(Issuer);
    expect(idsIn(variables('mirroring-api')['CLIENT_IDS'])).toEqual(idsIn(Audience));
    expect(variables('tenants-api')['CLIENT_IDS']).toEqual(variables('mirroring-api')['CLIENT_IDS']);
    const [domainId] = synthesis.all('AWS::Cognito::UserPoolDomain').map(([id]) => id);
    expect(idsIn(variables('tenants-api')['SIGN_IN_DOMAIN_URL'])).toContain(domainId);
  });

  it('make no circle: no resource waits for itself', () => expect(synthesis.circles()).toEqual([]));
});
