import { type Clock, timestamp } from '../../kit/clock.ts';
import { Refusal } from '../../kit/refusal.ts';
import { requireMatch } from '../contract/match.ts';
import { requireRoom } from '../entitlements/feature.ts';
import type { Member, MemberBody, MemberPatch } from './member.ts';
import { actingTenant, notFound, permit, resource } from './policy.ts';
import type { Principal } from './principal.ts';
import { userIdOf } from './standing.ts';

/** Somebody of the user pool. */
export interface Person {
  readonly subject: string;
  /** Has signed in before: needs no invitation. */
  readonly confirmed: boolean;
  /** Was not in the pool before: the pool has sent the invitation. */
  readonly created: boolean;
}

export interface PeoplePool {
  /** The person with an e-mail address; made, with an invitation by e-mail, if there is none. */
  readonly ensure: (email: string) => Promise<Person>;
  readonly inviteAgain: (email: string) => Promise<void>;
  /** Ends all sessions of a person. */
  readonly signOut: (subject: string) => Promise<void>;
}

/** What must still be so when a member is changed. */
interface Standing {
  /** Is an active owner. */
  readonly standIn: Member | undefined;
  /** The number of `seatsTaken`, where the change takes a seat. */
  readonly seats: number | undefined;
}

export interface MemberPorts {
  readonly clock: Clock;
  readonly pool: PeoplePool;
  /** All members of a tenant. */
  readonly all: (tenantId: string) => Promise<readonly Member[]>;
  readonly find: (tenantId: string, userId: string) => Promise<Member | undefined>;
  /** Who was removed a short while ago. */
  readonly removed: (tenantId: string, userId: string) => Promise<Member | undefined>;
  /** Whether a follower is the tenant's. */
  readonly ownsFollower: (tenantId: string, followerId: string) => Promise<boolean>;
  /** A number that moves with every seat that is taken: read before the members, it must be the same when one is added. */
  readonly seatsTaken: (tenantId: string) => Promise<number>;
  /**
   * Adds a member with its audit event; `member`: it is one already; `elsewhere`: it belongs to another tenant; `again`: another
   * seat was taken meanwhile.
   */
  readonly add: (member: Member, seats: number | undefined) => Promise<'added' | 'member' | 'elsewhere' | 'again'>;
  /** Whether this request has changed a member already, when it is run again. */
  readonly made: (tenantId: string, seed: string) => Promise<boolean>;
  /** Writes, with the mark that `made` finds, only if nobody else changed the member, and what is held is so. */
  readonly replace: (next: Member, before: Member, held: Standing) => Promise<boolean>;
  readonly remove: (member: Member, at: string, standIn: Member | undefined) => Promise<boolean>;
}

export interface Invitation {
  readonly principal: Principal;
  readonly body: MemberBody;
  /** The request's: the same when it is run again. */
  readonly seed: string;
}

/**
 * Adds somebody to the caller's tenant by e-mail (SPEC 4). The pool comes before the table: who crashes between the two has an
 * invited person without a tenant, and the same request meets that person and goes on.
 */
export async function inviteMember({ principal, seed, body }: Invitation, ports: MemberPorts): Promise<Member> {
  const tenantId = actingTenant(principal);
  const email = body.email.toLowerCase();
  if (body.follower_id !== undefined) await requireFollower(tenantId, body.follower_id, ports);
  let person: Person | undefined;
  for (let attempt = 1; attempt <= writeTries; attempt += 1) {
    const seats = takesSeat(body) ? await ports.seatsTaken(tenantId) : undefined;
    const all = await ports.all(tenantId);
    const known = all.find((m) => m.email === email);
    if (known !== undefined && known.cause !== seed) return invitedAgain(known, body, ports);
    if (known === undefined && seats !== undefined) requireRoom(principal, 'seats', all.filter(takesSeat).length);
    person ??= await ports.pool.ensure(email);
    const member = known ?? newMember({ tenantId, email, body, seed, person, now: timestamp(ports.clock()) });
    const outcome = known === undefined ? await ports.add(member, seats) : 'added';
    if (outcome !== 'again') return invited({ member, person, outcome, seed }, ports);
  }
  throw new Error(`seats of tenant ${tenantId} were taken by others ${writeTries} times in a row`);
}

/** Followers' own people take none of the tenant's seats. */
export const takesSeat = ({ role }: Pick<Member, 'role'>): boolean => role !== 'follower';

interface Invited {
  readonly member: Member;
  readonly person: Person;
  readonly outcome: 'added' | 'member' | 'elsewhere';
  readonly seed: string;
}

async function invited({ member, person, outcome, seed }: Invited, ports: MemberPorts): Promise<Member> {
  if (outcome === 'elsewhere') throw new Refusal(409, 'already_in_tenant', 'This person already belongs to a tenant.');
  if (outcome === 'member') return ownOr(member, seed, ports);
  if (!person.created && !person.confirmed && member.email !== undefined) await ports.pool.inviteAgain(member.email);
  return member;
}

/** An invitation runs out after some days: who asks for the same one anew has it sent again. */
async function invitedAgain(known: Member, body: MemberBody, ports: MemberPorts): Promise<Member> {
  const same = known.role === body.role && known.follower_id === body.follower_id;
  if (known.status !== 'invited' || !same || known.email === undefined) throw alreadyMember();
  await ports.pool.inviteAgain(known.email);
  return known;
}

/** The member that an earlier run of the same request added. */
async function ownOr({ tenant_id, user_id }: Member, seed: string, ports: MemberPorts): Promise<Member> {
  const stored = await ports.find(tenant_id, user_id);
  if (stored?.cause !== seed) throw alreadyMember();
  return stored;
}

const alreadyMember = (): Refusal => new Refusal(409, 'already_member', 'This person is a member of your tenant already.');

async function requireFollower(tenantId: string, followerId: string, ports: MemberPorts): Promise<void> {
  if (!(await ports.ownsFollower(tenantId, followerId))) throw notFound('follower');
}

interface Newcomer {
  readonly tenantId: string;
  readonly email: string;
  readonly body: MemberBody;
  readonly seed: string;
  readonly person: Person;
  readonly now: string;
}

const newMember = ({ tenantId, email, body, seed, person, now }: Newcomer): Member => ({
  tenant_id: tenantId,
  user_id: userIdOf(tenantId, person.subject),
  subject: person.subject,
  email,
  role: body.role,
  ...(body.follower_id === undefined ? {} : { follower_id: body.follower_id }),
  status: person.confirmed ? 'active' : 'invited',
  created_at: now,
  updated_at: now,
  ver: 1,
  cause: seed,
});

const writeTries = 10;

export interface MemberChange {
  readonly principal: Principal;
  readonly userId: string;
  readonly patch: MemberPatch;
  readonly seed: string;
  readonly ifMatch?: string | undefined;
}

/**
 * Gives a member another role; it counts from the next request on, whatever tokens say (standing.ts). Run again with its seed
 * it changes nothing a second time.
 */
export async function changeMember(change: MemberChange, ports: MemberPorts): Promise<Member> {
  const { principal, userId, patch, seed, ifMatch } = change;
  const tenantId = actingTenant(principal);
  if (patch.follower_id !== undefined) await requireFollower(tenantId, patch.follower_id, ports);
  for (let attempt = 1; attempt <= writeTries; attempt += 1) {
    const member = await ports.find(tenantId, userId);
    permit(principal, 'updateUser', resource('user', member));
    if (member === undefined) throw notFound('user');
    if (await ports.made(tenantId, seed)) return member;
    requireMatch(ifMatch, `"${member.ver}"`, 'member');
    if (member.role === patch.role && member.follower_id === patch.follower_id) return member;
    const { follower_id: _before, ...rest } = member;
    const next = { ...rest, ...patch, ver: member.ver + 1, updated_at: timestamp(ports.clock()) };
    const seats = await seatFor(principal, { next, member }, ports);
    const standIn = patch.role === 'owner' ? undefined : await standInFor(member, ports);
    if (await ports.replace(next, member, { standIn, seats })) return next;
  }
  throw new Error(`member ${userId} was written by others ${writeTries} times in a row`);
}

/** A follower's person who becomes a member of the house takes a seat. */
async function seatFor(
  principal: Principal,
  { next, member }: { readonly next: Member; readonly member: Member },
  ports: MemberPorts,
): Promise<number | undefined> {
  if (!takesSeat(next) || takesSeat(member)) return undefined;
  const seats = await ports.seatsTaken(member.tenant_id);
  requireRoom(principal, 'seats', (await ports.all(member.tenant_id)).filter(takesSeat).length);
  return seats;
}

export interface MemberRemoval {
  readonly principal: Principal;
  readonly userId: string;
}

/**
 * Takes a member out of its tenant: its access ends with the row, its sessions right after. Who died or failed between the
 * two leaves a note of the removed one, by which a repeated request ends the sessions.
 */
export async function removeMember({ principal, userId }: MemberRemoval, ports: MemberPorts): Promise<Member> {
  const tenantId = actingTenant(principal);
  for (let attempt = 1; attempt <= writeTries; attempt += 1) {
    const member = await ports.find(tenantId, userId);
    const gone = member === undefined ? await ports.removed(tenantId, userId) : undefined;
    permit(principal, 'deleteUser', resource('user', member ?? gone));
    if (gone !== undefined) return signedOut(gone, ports);
    if (member === undefined) throw notFound('user');
    const standIn = await standInFor(member, ports);
    if (await ports.remove(member, timestamp(ports.clock()), standIn)) return signedOut(member, ports);
  }
  throw new Error(`member ${userId} was written by others ${writeTries} times in a row`);
}

async function signedOut(member: Member, { pool }: MemberPorts): Promise<Member> {
  await pool.signOut(member.subject);
  return member;
}

const isOwner = ({ role, status }: Member): boolean => role === 'owner' && status === 'active';

/**
 * Another active owner, who must stand still when this one's place is written: of two owners who remove or demote each other
 * at the same moment one stays (SPEC 3: the last owner cannot leave or be demoted).
 */
async function standInFor(member: Member, ports: MemberPorts): Promise<Member | undefined> {
  if (!isOwner(member)) return undefined;
  const other = (await ports.all(member.tenant_id)).find((m) => isOwner(m) && m.user_id !== member.user_id);
  if (other !== undefined) return other;
  throw new Refusal(409, 'last_owner', 'A tenant keeps at least one owner: make somebody else an owner first.');
}
