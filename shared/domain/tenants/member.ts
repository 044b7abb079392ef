import { z } from 'zod';
import { idOf, time } from '../contract/fields.ts';
import { type Role, roles } from './roles.ts';

/** A member of a tenant as it is kept. */
export interface Member {
  readonly tenant_id: string;
  readonly user_id: string;
  readonly subject: string;
  readonly role: Role;
  /** `invited` until its person's first token. */
  readonly status: 'invited' | 'active';
  /** Unknown for who made its tenant, until its next token: access tokens carry none. */
  readonly email?: string | undefined;
  readonly follower_id?: string | undefined;
  readonly created_at: string;
  readonly updated_at: string;
  /** Grows with every write. */
  readonly ver: number;
  /** Seed of the request that added it: the same request again meets its own member. */
  readonly cause?: string | undefined;
}

const email = z.email().max(254);
const roleFields = { role: z.enum(roles), follower_id: idOf('fol').optional() };

/** A follower's person is named with its follower, and nobody else is. */
const followerFits = ({ role, follower_id }: { role: Role; follower_id?: string | undefined }): boolean =>
  (role === 'follower') === (follower_id !== undefined);
const misfit = { message: 'goes with the role follower, and only with it', path: ['follower_id'] };

export const memberBody = z.strictObject({ email, ...roleFields }).refine(followerFits, misfit);
export const memberPatch = z.strictObject(roleFields).refine(followerFits, misfit);
export type MemberBody = z.infer<typeof memberBody>;
export type MemberPatch = z.infer<typeof memberPatch>;

export const memberRecord = z
  .strictObject({
    user_id: idOf('usr'),
    email: z.string().nullable(),
    role: z.enum(roles),
    follower_id: idOf('fol').optional(),
    status: z.enum(['invited', 'active']),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: 'Member' });
export type MemberRecord = z.infer<typeof memberRecord>;

export const memberView = (m: Member): MemberRecord => ({
  user_id: m.user_id,
  email: m.email ?? null,
  role: m.role,
  ...(m.follower_id === undefined ? {} : { follower_id: m.follower_id }),
  status: m.status,
  created_at: m.created_at,
  updated_at: m.updated_at,
});

/** What the audit trail says of a member. It cannot be deleted, so that it names nobody's address. */
export const auditedMember = ({ user_id, role, follower_id, status }: Member) => ({
  user_id,
  role,
  status,
  ...(follower_id === undefined ? {} : { follower_id }),
});

export const memberTag = ({ ver }: Member): string => `"${ver}"`;
