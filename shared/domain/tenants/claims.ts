import { type Clock, timestamp } from '../../kit/clock.ts';
import type { Member } from './member.ts';

/** Whom a token is for, as the user pool asks its trigger. */
export type TokenFor =
  | { readonly kind: 'person'; readonly subject: string; readonly email: string | undefined }
  | { readonly kind: 'machine'; readonly clientId: string };

export interface ClaimPorts {
  readonly clock: Clock;
  /** The membership of a subject, if it has one. */
  readonly membership: (subject: string) => Promise<Member | undefined>;
  /** Writes a member's first token, or its e-mail address, down; somebody else may have done it. */
  readonly note: (next: Member, before: Member) => Promise<void>;
  readonly tenantOf: (clientId: string) => Promise<string | undefined>;
}

/**
 * What the platform puts into an access token (SPEC 3). A person without a tenant, and a client that no tenant has, gets a
 * token without claims: it opens nothing that belongs to a tenant. An outage goes up and makes no token.
 */
export async function claimsFor(whom: TokenFor, ports: ClaimPorts): Promise<Readonly<Record<string, string>>> {
  if (whom.kind === 'machine') {
    const tenant_id = await ports.tenantOf(whom.clientId);
    return tenant_id === undefined ? {} : { tenant_id };
  }
  const member = await ports.membership(whom.subject);
  if (member === undefined) return {};
  const { tenant_id, role, follower_id } = member;
  const seen = firstSeen(member, whom.email, timestamp(ports.clock()));
  if (seen !== undefined) await ports.note(seen, member);
  return { tenant_id, role, ...(role === 'follower' && follower_id !== undefined ? { follower_id } : {}) };
}

/** The member with what its first token tells of it; undefined when that is known already. */
function firstSeen(member: Member, email: string | undefined, now: string): Member | undefined {
  if (member.status === 'active' && (member.email !== undefined || email === undefined)) return undefined;
  return { ...member, status: 'active', email: member.email ?? email?.toLowerCase(), updated_at: now, ver: member.ver + 1 };
}
