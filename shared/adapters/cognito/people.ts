import {
  AdminCreateUserCommand,
  AdminGetUserCommand,
  AdminUserGlobalSignOutCommand,
  type AttributeType,
  CognitoIdentityProviderClient,
  UnsupportedUserStateException,
  UserNotFoundException,
  UsernameExistsException,
} from '@aws-sdk/client-cognito-identity-provider';
import type { PeoplePool, Person } from '../../domain/tenants/members.ts';
import { Refusal } from '../../kit/refusal.ts';

/** The people of the user pool. Their user name is their subject; an e-mail address names them as well. */
export function peoplePool(userPoolId: string): PeoplePool {
  const client = new CognitoIdentityProviderClient({ maxAttempts: 3 });
  const create = (email: string, more: { MessageAction?: 'RESEND' } = {}) =>
    client.send(new AdminCreateUserCommand({ UserPoolId: userPoolId, ...invited(email), ...more }));
  return {
    ensure: async (email) => {
      try {
        const { User } = await create(email);
        return { subject: subjectOf(User?.Attributes), confirmed: false, created: true };
      } catch (error) {
        if (!(error instanceof UsernameExistsException)) throw error;
        return existing(client, userPoolId, email);
      }
    },
    inviteAgain: async (email) => {
      await create(email, { MessageAction: 'RESEND' }).catch((error: unknown) => {
        // Has signed in meanwhile: there is nothing to send any more.
        if (!(error instanceof UnsupportedUserStateException)) throw error;
      });
    },
    signOut: async (subject) => {
      await client
        .send(new AdminUserGlobalSignOutCommand({ UserPoolId: userPoolId, Username: subject }))
        .catch((error: unknown) => {
          // Who is not in the pool has no session there.
          if (!(error instanceof UserNotFoundException)) throw error;
        });
    },
  };
}

const invited = (email: string) => ({
  Username: email,
  UserAttributes: [
    { Name: 'email', Value: email },
    // Who can read the invitation has the address.
    { Name: 'email_verified', Value: 'true' },
  ],
  // Without it Cognito would send a text message.
  DesiredDeliveryMediums: ['EMAIL' as const],
});

async function existing(client: CognitoIdentityProviderClient, UserPoolId: string, Username: string): Promise<Person> {
  const found = await client.send(new AdminGetUserCommand({ UserPoolId, Username }));
  // Somebody chose a password for an address that may not be theirs: it must not become a member.
  if (found.UserStatus === 'UNCONFIRMED')
    throw new Refusal(409, 'person_unconfirmed', 'This address has signed up, and nobody has confirmed yet that it is theirs.');
  const confirmed = ['CONFIRMED', 'EXTERNAL_PROVIDER', 'RESET_REQUIRED'].includes(found.UserStatus ?? '');
  return { subject: subjectOf(found.UserAttributes), confirmed, created: false };
}

function subjectOf(attributes: readonly AttributeType[] | undefined): string {
  const subject = attributes?.find(({ Name }) => Name === 'sub')?.Value;
  if (subject === undefined) throw new Error('the user pool names no subject');
  return subject;
}
