import { type Scope, scopes } from '../../wiring/routes.ts';

export const roles = ['owner', 'ops', 'auditor', 'follower'] as const;
export type Role = (typeof roles)[number];

/** What each role may (SPEC 3). A follower's person has no tenant scopes: it acts through "or self" alone. */
export const roleScopes: Record<Role, readonly Scope[]> = {
  owner: scopes,
  ops: ['vault:read', 'mirror:manage', 'orders:read', 'follower:manage', 'audit:read'],
  auditor: ['vault:read', 'orders:read', 'billing:read', 'audit:read'],
  follower: [],
};
