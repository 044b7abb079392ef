import { ArnPrincipal, type PolicyStatement, type PrincipalBase, Role, SessionTagsPrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { noTag, type SessionTag } from '../../shared/wiring/reach.ts';

export interface TenantRoleProps {
  /** The function's own role: nobody else takes the tenant role on. */
  readonly own: Role;
  readonly tags: readonly SessionTag[];
  readonly statements: readonly PolicyStatement[];
}

const ulid = '?'.repeat(26);
/** What a tag may say: an id in full, or that there is none. A subject is a name that the issuer gave. */
const forms: Readonly<Record<SessionTag, readonly string[]>> = {
  tenant_id: [`ten_${ulid}`, noTag],
  subject: ['?*'],
  vault_tenant_id: [`ten_${ulid}`, noTag],
  vault_id: [`vlt_${ulid}`, noTag],
  look_tenant_id: [`ten_${ulid}`, noTag],
  look_vault_id: [`vlt_${ulid}`, noTag],
  follower_tenant_id: [`ten_${ulid}`, noTag],
  follower_id: [`fol_${ulid}`, noTag],
};

/**
 * The role that an API function takes on to touch the table (docs/decisions/0018): every session says in its tags for whom,
 * and its policy names keys by those tags alone. All tags are there, always: a name that a policy cannot resolve has no
 * meaning that one would want to rely on.
 */
export function tenantRole(scope: Construct, { own, tags, statements }: TenantRoleProps): Role {
  const conditions = {
    StringLike: Object.fromEntries(tags.map((tag) => [`aws:RequestTag/${tag}`, forms[tag]])),
    'ForAllValues:StringEquals': { 'aws:TagKeys': [...tags] },
  };
  const itself: PrincipalBase = new ArnPrincipal(own.roleArn);
  const role = new Role(scope, 'TenantRole', {
    assumedBy: new SessionTagsPrincipal(itself).withConditions(conditions),
  });
  for (const statement of statements) role.addToPolicy(statement);
  return role;
}
