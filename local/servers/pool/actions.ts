import { randomBytes } from 'node:crypto';
import { AwsError } from '../../aws-json.ts';
import type { PoolClientSpec, UserPoolSpec } from '../../template/model.ts';
import type { Action } from '../bus.ts';
import type { PoolState, User } from './state.ts';

interface ActionOptions {
  readonly pool: UserPoolSpec;
  readonly state: PoolState;
  /** Sends an e-mail: here, writes it where a person finds it. */
  readonly send: (mail: { readonly to: string; readonly subject: string; readonly body: string }) => void;
}

type Input = Readonly<Record<string, unknown>>;
interface Attribute {
  readonly Name: string;
  readonly Value: string;
}

const seconds = (ms: number): number => ms / 1000;

/** The actions of Cognito's user pools API that the product, or who runs it, asks for. */
export function poolActions(options: ActionOptions): Readonly<Record<string, Action>> {
  const { pool, state } = options;
  const here =
    (act: (input: Input) => unknown): Action =>
    (input) => {
      if (input['UserPoolId'] === pool.id) return act(input);
      throw new AwsError('ResourceNotFoundException', `User pool ${String(input['UserPoolId'])} does not exist.`);
    };
  return {
    AdminCreateUser: here((input) => createUser(input, options)),
    AdminGetUser: here((input) => {
      const user = found(state, input);
      return { ...described(user), UserAttributes: attributesOf(user) };
    }),
    AdminUserGlobalSignOut: here((input) => {
      state.signOut(found(state, input).sub);
      return {};
    }),
    ListUserPoolClients: here(() => ({
      UserPoolClients: pool.clients.map(({ id, name }) => ({ ClientId: id, ClientName: name, UserPoolId: pool.id })),
    })),
    DescribeUserPoolClient: here(({ ClientId }) => {
      const client = pool.clients.find(({ id }) => id === ClientId);
      if (client === undefined)
        throw new AwsError('ResourceNotFoundException', `User pool client ${String(ClientId)} does not exist.`);
      return { UserPoolClient: describedClient(client, options) };
    }),
  };
}

function describedClient(client: PoolClientSpec, { pool, state }: ActionOptions) {
  return {
    UserPoolId: pool.id,
    ClientId: client.id,
    ClientName: client.name,
    ...(client.hasSecret && { ClientSecret: state.clientSecret(client.id) }),
    AllowedOAuthFlows: client.flows,
    AllowedOAuthScopes: client.scopes,
    CallbackURLs: client.callbackUrls,
  };
}

function createUser(input: Input, { pool, state, send }: ActionOptions) {
  const attributes = (input['UserAttributes'] ?? []) as readonly Attribute[];
  const email = attributes.find(({ Name }) => Name === 'email')?.Value ?? String(input['Username']);
  if (!/^[^\s@]+@[^\s@]+$/.test(email)) throw new AwsError('InvalidParameterException', 'Username should be an email.');
  const again = input['MessageAction'] === 'RESEND';
  const known = state.user(email);
  if (again && known === undefined) throw new AwsError('UserNotFoundException', 'User does not exist.');
  if (again && known?.status !== 'FORCE_CHANGE_PASSWORD')
    throw new AwsError('UnsupportedUserStateException', 'Resend not possible. The user status is not FORCE_CHANGE_PASSWORD.');
  if (!again && known !== undefined) throw new AwsError('UsernameExistsException', 'User account already exists');
  const user = known ?? state.addUser(email, 'FORCE_CHANGE_PASSWORD');
  const media = (input['DesiredDeliveryMediums'] ?? ['SMS']) as readonly string[];
  if (input['MessageAction'] !== 'SUPPRESS' && media.includes('EMAIL')) send(invitation(pool, user.email));
  return { User: { ...described(user), Attributes: attributesOf(user) } };
}

function invitation({ invitation: { subject, body } }: UserPoolSpec, email: string) {
  const password = `${randomBytes(9).toString('base64url')}a1A!`;
  return { to: email, subject, body: body.replaceAll('{username}', email).replaceAll('{####}', password) };
}

function found(state: PoolState, { Username }: Input): User {
  const user = state.user(String(Username));
  if (user === undefined) throw new AwsError('UserNotFoundException', 'User does not exist.');
  return user;
}

const attributesOf = ({ sub, email }: User): Attribute[] => [
  { Name: 'sub', Value: sub },
  { Name: 'email', Value: email },
  { Name: 'email_verified', Value: 'true' },
];

const described = (user: User) => ({
  Username: user.sub,
  UserCreateDate: seconds(user.created_at),
  UserLastModifiedDate: seconds(user.updated_at),
  Enabled: true,
  UserStatus: user.status,
});
