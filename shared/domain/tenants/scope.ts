import { sha256Hex } from '../../kit/hash.ts';

import { noTag, type SessionTag } from '../../wiring/reach.ts';

export interface VaultOf {
  readonly tenant_id: string;
  readonly vault_id: string;
}

/**
 * For whom the table is touched, and the one place of another tenant that this needs (docs/decisions/0018). Credentials
 * follow from it and from nothing else: never from the key that is asked for.
 */
export interface Scope {
  readonly tenantId?: string;
  /** A person without a tenant; with one, the person whose look-up is written. */
  readonly subject?: string;
  /** A vault of another tenant that the caller has a follower in, or is about to have one. */
  readonly vault?: VaultOf;
  /** A vault of another tenant in which a child is looked for. */
  readonly lookedAt?: VaultOf;
  /** Another tenant's follower on the caller's own vault. */
  readonly follower?: { readonly tenant_id: string; readonly follower_id: string };
}

/** The scope of a verified caller. A tenant that is none by its form is nobody's. */
export const scopeOf = ({ tenantId, subject }: { readonly tenantId?: string; readonly subject: string }): Scope =>
  tenantId === undefined ? { subject } : { tenantId };

// What STS takes as the value of a tag, but for spaces and '=' (AssumeRole, Tag); 128 is half of what it takes.
const plainTag = /^[A-Za-z0-9_.:/+@-]{1,128}$/;

/** A subject as it stands in tags and keys: Cognito's as they are; one that no tag can hold, by its hash. */
export const subjectText = (subject: string): string => (plainTag.test(subject) ? subject : `=${sha256Hex(subject)}`);

/** All tags that a session for this scope could have; a role asks for those that it knows. */
export function tagsOf({ tenantId, subject, vault, lookedAt, follower }: Scope): Readonly<Record<SessionTag, string>> {
  return {
    tenant_id: tenantId ?? noTag,
    subject: subject === undefined ? noTag : subjectText(subject),
    vault_tenant_id: vault?.tenant_id ?? noTag,
    vault_id: vault?.vault_id ?? noTag,
    look_tenant_id: lookedAt?.tenant_id ?? noTag,
    look_vault_id: lookedAt?.vault_id ?? noTag,
    follower_tenant_id: follower?.tenant_id ?? noTag,
    follower_id: follower?.follower_id ?? noTag,
  };
}

/** Names the session in CloudTrail: the tenant, and where it crosses to. 2 to 64 characters of [\w+=,.@-]. */
export function sessionNameOf({ tenantId, subject, vault, lookedAt, follower }: Scope): string {
  const who = tenantId ?? (subject === undefined ? 'nobody' : `sub-${subjectText(subject)}`);
  const where = vault?.vault_id ?? lookedAt?.vault_id ?? follower?.follower_id;
  return `${who}${where === undefined ? '' : `,${where}`}`.replaceAll(/[^\w+=,.@-]/g, '-').slice(0, 64);
}
