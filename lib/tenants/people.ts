import { Arn, ArnFormat, Aws, CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AccountRecovery,
  FeaturePlan,
  LambdaVersion,
  Mfa,
  OAuthScope,
  ResourceServerScope,
  UserPool,
  type UserPoolClient,
  UserPoolOperation,
  type UserPoolResourceServer,
} from 'aws-cdk-lib/aws-cognito';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { type Scope, scopePrefix, scopes } from '../../shared/wiring/routes.ts';
import { acknowledge } from '../acknowledgements.ts';
import type { Shelf, Shelved } from '../constructs/grants.ts';
import type { MachineClient, StageRow } from '../stages.ts';

const resourceServer = scopePrefix.replace(/\/$/, '');

/** What functions may need of the people's room. */
export type PeopleShelf = Pick<Shelf, 'userPool' | 'machineClients' | 'issuer' | 'signInDomain' | 'clientIds'>;

export interface PeopleProps {
  readonly row: StageRow;
  /** Asked before every token; puts tenant and role into it. */
  readonly preToken: IFunction;
  readonly machineClients: Shelved;
}

/**
 * The parameter that tells the pool's trigger whose each machine client is. Its name is fixed, so that the trigger does not
 * refer to it: it holds ids of clients, which refer to the pool, which refers to the trigger.
 */
export function machineClientsOf(stack: Stack, { name }: StageRow): Shelved {
  const value = `/vanta/${name}/machine-clients`;
  const arnFormat = ArnFormat.SLASH_RESOURCE_NAME;
  const arn = Arn.format({ service: 'ssm', resource: 'parameter', resourceName: value.slice(1), arnFormat }, stack);
  return { value, arn };
}

/** Who may sign in: the user pool as OIDC issuer, the scopes as its resource server, people's client and partners' clients. */
export class People extends Construct {
  readonly issuer: string;
  /** Every client whose tokens the API takes. A partner is a row in stages.ts, because the authorizer's list is deployed. */
  readonly clientIds: readonly string[];
  readonly shelf: PeopleShelf;
  readonly #pool: UserPool;
  readonly #server: UserPoolResourceServer;
  readonly #scopes: ReadonlyMap<Scope, ResourceServerScope>;

  constructor(scope: Construct, id: string, { row, preToken, machineClients }: PeopleProps) {
    super(scope, id);
    this.#pool = userPool(this, row);
    // Version 3 is also asked for machine clients' tokens (Cognito developer guide, pre token generation trigger).
    this.#pool.addTrigger(UserPoolOperation.PRE_TOKEN_GENERATION_CONFIG, preToken, LambdaVersion.V3_0);
    this.#scopes = new Map(scopes.map((s) => [s, new ResourceServerScope({ scopeName: s, scopeDescription: `VANTA ${s}` })]));
    this.#server = this.#pool.addResourceServer('Scopes', { identifier: resourceServer, scopes: [...this.#scopes.values()] });
    // The account's number makes the prefix free to take: prefixes are shared by all accounts of a region.
    const domain = this.#pool.addDomain('Domain', { cognitoDomain: { domainPrefix: `vanta-${row.name}-${Aws.ACCOUNT_ID}` } });
    const machines = row.people.machineClients.map((c) => [c, this.#machineClient(c).userPoolClientId] as const);
    const person = this.#personClient(row).userPoolClientId;
    this.#tellTenants(machineClients, machines);
    this.issuer = this.#pool.userPoolProviderUrl;
    this.clientIds = [person, ...machines.map(([, clientId]) => clientId)];
    this.shelf = {
      userPool: { value: this.#pool.userPoolId, arn: this.#pool.userPoolArn },
      machineClients,
      issuer: { value: this.issuer, arn: '' },
      signInDomain: { value: domain.baseUrl(), arn: '' },
      clientIds: { value: this.clientIds.join(','), arn: '' },
    };
    for (const [name, value] of Object.entries({ SignInUrl: domain.baseUrl(), PersonClientId: person }))
      new CfnOutput(Stack.of(this), name, { value });
  }

  /** Whose each machine client is. */
  #tellTenants({ value: name }: Shelved, machines: readonly (readonly [MachineClient, string])[]): void {
    const pairs = machines.flatMap(([{ tenantId }, clientId]) => (tenantId === undefined ? [] : [[clientId, tenantId] as const]));
    // Not JSON.stringify over an object: ids are known at deployment only, and names of an object cannot be tokens.
    const value = `{${pairs.map(([clientId, tenantId]) => `"${clientId}":"${tenantId}"`).join(',')}}`;
    new CfnParameter(this, 'MachineClients', { name, type: 'String', tier: 'Intelligent-Tiering', value });
  }

  #personClient({ people }: StageRow): UserPoolClient {
    return this.#pool.addClient('PersonClient', {
      // No secret: browsers and command lines cannot keep one; the code exchange is proved by PKCE.
      generateSecret: false,
      authFlows: { userSrp: true },
      oAuth: {
        flows: { authorizationCodeGrant: true },
        scopes: [OAuthScope.OPENID, OAuthScope.EMAIL, ...this.#oauthScopes(scopes)],
        callbackUrls: [...people.callbackUrls],
        logoutUrls: [...people.logoutUrls],
      },
      accessTokenValidity: Duration.minutes(60),
      idTokenValidity: Duration.minutes(60),
      refreshTokenValidity: Duration.days(30),
      enableTokenRevocation: true,
      preventUserExistenceErrors: true,
    });
  }

  #machineClient(client: MachineClient): UserPoolClient {
    return this.#pool.addClient(`Machine-${client.name}`, {
      userPoolClientName: client.name,
      generateSecret: true,
      authFlows: {},
      oAuth: { flows: { clientCredentials: true }, scopes: this.#oauthScopes(client.scopes) },
      accessTokenValidity: Duration.minutes(60),
      enableTokenRevocation: true,
    });
  }

  #oauthScopes(wanted: readonly Scope[]): OAuthScope[] {
    return [...this.#scopes].filter(([s]) => wanted.includes(s)).map(([, s]) => OAuthScope.resourceServer(this.#server, s));
  }
}

function userPool(scope: Construct, { name, data, people }: StageRow): UserPool {
  const pool = new UserPool(scope, 'Pool', {
    userPoolName: `vanta-${name}`,
    // Access-token claims (tenant_id, role) need a trigger that the Lite plan does not have.
    featurePlan: FeaturePlan.ESSENTIALS,
    signInAliases: { email: true },
    signInCaseSensitive: false,
    autoVerify: { email: true },
    selfSignUpEnabled: people.selfSignUp,
    userInvitation: {
      emailSubject: 'You are invited to VANTA',
      emailBody:
        'You are invited to VANTA. Sign in as {username} with the temporary password {####} within three days, and choose your own.',
    },
    accountRecovery: AccountRecovery.EMAIL_ONLY,
    mfa: Mfa.OPTIONAL,
    mfaSecondFactor: { otp: true, sms: false },
    passwordPolicy: {
      minLength: 12,
      requireLowercase: true,
      requireUppercase: true,
      requireDigits: true,
      requireSymbols: true,
      tempPasswordValidity: Duration.days(3),
    },
    deletionProtection: data.protect,
    removalPolicy: data.protect ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  });
  acknowledge(pool, 'AwsSolutions-COG2', "A second factor is each organisation's own choice; it is offered to everyone");
  acknowledge(
    pool,
    'AwsSolutions-COG8',
    'Essentials has all that is used here (triggers for access tokens); Plus costs per user',
  );
  return pool;
}
