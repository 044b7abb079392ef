import type { Scope, VaultOf } from './scope.ts';

/** A follower's two parties, as its look-up names them. */
export interface FollowerAt {
  readonly follower_id: string;
  readonly tenant_id: string;
  readonly vault_tenant_id: string;
  readonly vault_id: string;
}

/** Where a request wants to go. Who the parties are was read from a look-up, or from the thing itself; never from the request. */
export type Crossing =
  | { readonly to: 'tenant'; readonly tenant_id: string }
  /** A vault, by its look-up. */
  | ({ readonly to: 'vault' } & VaultOf)
  /** A vault that stands in the list of the public ones, to put a follower there or to find one's own. */
  | ({ readonly to: 'public vault' } & VaultOf)
  /** A vault in which a child is looked for, whosever it is. */
  | ({ readonly to: 'look at' } & VaultOf)
  /** A follower, in the line of its vault. */
  | ({ readonly to: 'follower' } & FollowerAt)
  /** The trail of another tenant's follower that the vault's manager stops. */
  | ({ readonly to: 'trail' } & FollowerAt)
  /** A tenant that a person without one is making. */
  | { readonly to: 'new tenant'; readonly tenant_id: string }
  /** The look-up of a person who becomes, or ceases to be, a member of the caller's tenant. */
  | { readonly to: 'member'; readonly tenant_id: string; readonly subject: string }
  /** A follower that has proved itself: its signature was checked. */
  | ({ readonly to: 'proven follower' } & FollowerAt);

/**
 * The scope after a crossing (docs/decisions/0018), or undefined when the caller is no party to it: then the thing is not
 * there. Every way in which one tenant's request comes to another tenant's partitions stands here.
 */
export function crossed(scope: Scope, crossing: Crossing): Scope | undefined {
  switch (crossing.to) {
    case 'tenant':
      return scope.tenantId === crossing.tenant_id ? scope : undefined;
    case 'vault':
      return isOwn(scope, crossing) || isOpen(scope.vault, crossing) ? scope : undefined;
    case 'public vault':
      return scope.tenantId === undefined ? undefined : intoVault(scope, crossing);
    case 'look at':
      return isOwn(scope, crossing) || isOpen(scope.vault, crossing) ? scope : { ...scope, lookedAt: place(crossing) };
    case 'follower':
      return toFollower(scope, crossing);
    case 'trail':
      return toTrail(scope, crossing);
    case 'new tenant':
      return scope.tenantId === undefined && scope.subject !== undefined ? { ...scope, tenantId: crossing.tenant_id } : undefined;
    case 'member':
      return scope.tenantId === crossing.tenant_id ? { ...scope, subject: crossing.subject } : undefined;
    case 'proven follower':
      return isNobody(scope) ? toFollower({ tenantId: crossing.tenant_id }, crossing) : undefined;
  }
}

/** Its own tenant reaches it in the vault that it mirrors; the vault's tenant has it in its own partitions. */
function toFollower(scope: Scope, follower: FollowerAt): Scope | undefined {
  if (scope.tenantId === undefined) return undefined;
  const vault = { tenant_id: follower.vault_tenant_id, vault_id: follower.vault_id };
  if (follower.tenant_id === scope.tenantId) return intoVault(scope, vault);
  return isOwn(scope, vault) ? withoutLook(scope) : undefined;
}

function toTrail(scope: Scope, { tenant_id, follower_id, vault_tenant_id }: FollowerAt): Scope | undefined {
  if (scope.tenantId === tenant_id) return scope;
  return scope.tenantId === vault_tenant_id ? { ...scope, follower: { tenant_id, follower_id } } : undefined;
}

function intoVault(scope: Scope, vault: VaultOf): Scope {
  const here = withoutLook(scope);
  if (isOwn(here, vault) || isOpen(here.vault, vault)) return here;
  if (here.vault !== undefined) throw new Error('a request crosses to one vault of another tenant, and this is its second');
  return { ...here, vault: place(vault) };
}

function withoutLook({ lookedAt: _looked, ...scope }: Scope): Scope {
  return scope;
}

const place = ({ tenant_id, vault_id }: VaultOf): VaultOf => ({ tenant_id, vault_id });
const isOwn = ({ tenantId }: Scope, { tenant_id }: VaultOf): boolean => tenantId === tenant_id;
const isNobody = ({ tenantId, subject }: Scope): boolean => tenantId === undefined && subject === undefined;
const isOpen = (open: VaultOf | undefined, { tenant_id, vault_id }: VaultOf): boolean =>
  open?.tenant_id === tenant_id && open.vault_id === vault_id;
