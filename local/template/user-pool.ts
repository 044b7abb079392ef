import type { Resolved } from './interpret.ts';
import { pseudoParameters, TemplateError } from './intrinsics.ts';
import type { PoolClientSpec, UserPoolSpec } from './model.ts';

type Properties = Resolved['properties'];

/** A user pool with what belongs to it: its domain, its clients, its trigger. */
export function userPoolSpec({ ref, where, properties: p }: Resolved, resources: readonly Resolved[]): UserPoolSpec {
  const mine = (type: string) => resources.filter((r) => r.type === type && r.properties.UserPoolId === ref);
  const [domain] = mine('AWS::Cognito::UserPoolDomain');
  const { AllowAdminCreateUserOnly = false, InviteMessageTemplate: invite } = p.AdminCreateUserConfig ?? {};
  const trigger = p.LambdaConfig?.PreTokenGenerationConfig;
  if (trigger !== undefined && !['V2_0', 'V3_0'].includes(trigger.LambdaVersion))
    throw new TemplateError(`${where}: the trigger's version ${trigger.LambdaVersion} cannot change access tokens`);
  const region = pseudoParameters['AWS::Region'];
  return {
    id: ref,
    selfSignUp: !AllowAdminCreateUserOnly,
    invitation: {
      subject: invite?.EmailSubject ?? 'Your temporary password',
      body: invite?.EmailMessage ?? 'Your username is {username} and temporary password is {####}.',
    },
    clients: mine('AWS::Cognito::UserPoolClient').map(clientSpec),
    ...(domain !== undefined && { domainUrl: `https://${domain.ref}.auth.${region}.amazoncognito.com` }),
    ...(trigger !== undefined && {
      preToken: { functionName: String(trigger.LambdaArn).split(':').at(-1) ?? '', version: trigger.LambdaVersion },
    }),
  };
}

function clientSpec({ ref, properties: p, where }: Resolved): PoolClientSpec {
  const seconds = (name: 'AccessToken' | 'IdToken' | 'RefreshToken', otherwise: number) =>
    p[`${name}Validity`] === undefined ? otherwise : p[`${name}Validity`] * unitSeconds(p, name, where);
  return {
    id: ref,
    name: p.ClientName ?? ref,
    hasSecret: p.GenerateSecret === true,
    flows: p.AllowedOAuthFlows ?? [],
    scopes: p.AllowedOAuthScopes ?? [],
    callbackUrls: p.CallbackURLs ?? [],
    accessSeconds: seconds('AccessToken', 3600),
    idSeconds: seconds('IdToken', 3600),
    refreshSeconds: seconds('RefreshToken', 30 * 86_400),
  };
}

const units: Readonly<Record<string, number>> = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 };

function unitSeconds({ TokenValidityUnits: given }: Properties, name: string, where: string): number {
  const unit = given?.[name] ?? (name === 'RefreshToken' ? 'days' : 'hours');
  const size = units[unit];
  if (size === undefined) throw new TemplateError(`${where}: unknown unit ${unit} of ${name}`);
  return size;
}
