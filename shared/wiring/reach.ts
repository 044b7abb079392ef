import type { Access } from './resources.ts';

/**
 * What an API function may touch of the table beside the caller's own partitions, by kind of key. Cards say which kinds
 * and for which words; lib/tenants/leading-keys.ts says what keys those are; docs/decisions/0018 says why.
 */
export type ReachName =
  /** The look-up of a person, the caller or a member of its tenant: whose member it is. */
  | 'person'
  /** Look-ups by id: they say where a thing is and whose it is, and nothing of the thing. */
  | 'vaultReference'
  | 'followerReference'
  | 'orderReference'
  | 'askReference'
  /** Public vaults as everybody may see them. */
  | 'publicVaults'
  /** The list of all vaults, which the platform alone reads. */
  | 'vaultList'
  /** Look-ups of payment providers' customers, and the list of them. */
  | 'customerReference'
  | 'customerList'
  /** What sweep looks after. */
  | 'open'
  /** The one vault of another tenant that this request crosses to, with its shards. */
  | 'vault'
  /** The dead letters of that vault's tenant. */
  | 'vaultDead'
  /** The one vault of another tenant in which a child is looked for, before it is known whose child it is. */
  | 'lookedAt'
  /** The audit trail of one follower of another tenant. */
  | 'followerTrail';

export type Reach = { readonly [R in ReachName]?: readonly Access<'table'>[] };

/**
 * Tags of a session with the table: who calls, and the one place of another tenant that it may go to. A session has all of
 * those that its role knows; what it has not is `noTag`, which is no id and no subject.
 */
export const sessionTags = [
  'tenant_id',
  'subject',
  'vault_tenant_id',
  'vault_id',
  'look_tenant_id',
  'look_vault_id',
  'follower_tenant_id',
  'follower_id',
] as const;
export type SessionTag = (typeof sessionTags)[number];

export const noTag = '=none';

/** The tags that each kind of key is made from; every session has `tenant_id` and `subject`. */
export const tagsOfReach = {
  person: [],
  vaultReference: [],
  followerReference: [],
  orderReference: [],
  askReference: [],
  publicVaults: [],
  vaultList: [],
  customerReference: [],
  customerList: [],
  open: [],
  vault: ['vault_tenant_id', 'vault_id'],
  vaultDead: ['vault_tenant_id'],
  lookedAt: ['look_tenant_id', 'look_vault_id'],
  followerTrail: ['follower_tenant_id', 'follower_id'],
} as const satisfies Record<ReachName, readonly SessionTag[]>;

/** The tags of the sessions of a function with this reach, in one order. */
export function tagsFor(reach: Reach): readonly SessionTag[] {
  const used = new Set<SessionTag>(['tenant_id', 'subject']);
  for (const name of Object.keys(reach) as ReachName[]) for (const tag of tagsOfReach[name]) used.add(tag);
  return sessionTags.filter((tag) => used.has(tag));
}
