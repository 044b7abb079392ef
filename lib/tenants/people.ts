import { Aws, Duration, RemovalPolicy } from 'aws-cdk-lib';
import {
  AccountRecovery,
  FeaturePlan,
  Mfa,
  OAuthScope,
  ResourceServerScope,
  UserPool,
  type UserPoolClient,
  type UserPoolResourceServer,
} from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import { type Scope, scopePrefix, scopes } from '../../shared/wiring/routes.ts';
import { acknowledge } from '../acknowledgements.ts';
import type { MachineClient, StageRow } from '../stages.ts';

const resourceServer = scopePrefix.replace(/\/$/, '');

/** Who may sign in: the user pool as OIDC issuer, the scopes as its resource server, people's client and partners' clients. */
export class People extends Construct {
  readonly issuer: string;
  /** Every client whose tokens the API takes. A partner is a row in stages.ts, because the authorizer's list is deployed. */
  readonly clientIds: readonly string[];
  readonly #pool: UserPool;
  readonly #server: UserPoolResourceServer;
  readonly #scopes: ReadonlyMap<Scope, ResourceServerScope>;

  constructor(scope: Construct, id: string, row: StageRow) {
    super(scope, id);
    this.#pool = userPool(this, row);
    this.#scopes = new Map(scopes.map((s) => [s, new ResourceServerScope({ scopeName: s, scopeDescription: `VANTA ${s}` })]));
    this.#server = this.#pool.addResourceServer('Scopes', { identifier: resourceServer, scopes: [...this.#scopes.values()] });
    // The account's number makes the prefix free to take: prefixes are shared by all accounts of a region.
    this.#pool.addDomain('Domain', { cognitoDomain: { domainPrefix: `vanta-${row.name}-${Aws.ACCOUNT_ID}` } });
    const clients = [this.#personClient(row), ...row.people.machineClients.map((c) => this.#machineClient(c))];
    this.issuer = this.#pool.userPoolProviderUrl;
    this.clientIds = clients.map((c) => c.userPoolClientId);
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
