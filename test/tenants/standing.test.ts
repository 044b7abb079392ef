import { describe, expect, it } from 'vitest';
import { principalOf } from '../../shared/domain/tenants/principal.ts';
import { roleScopes } from '../../shared/domain/tenants/roles.ts';
import { present, type Standing, userIdOf } from '../../shared/domain/tenants/standing.ts';
import { on } from '../entitlements/support/room.ts';

const tenant_id = 'ten_01HF7YAT00000000000000000A';
const standing = (more: Partial<Standing> = {}): Standing => ({
  tenant: { kind: 'manager', status: 'active' },
  member: { role: 'owner' },
  effective: { plan_id: 'core', entitlements: on('core').entitlements },
  ...more,
});
const token = (role: string | undefined, scope: string) =>
  principalOf({ sub: 'mia', tenant_id, scope, ...(role === undefined ? {} : { role }) });
const all = roleScopes.owner.map((s) => `vanta/${s}`).join(' ');

describe('a caller as it stands now', () => {
  it('has the role that the table says, whatever the token still says', () => {
    const now = present(token('owner', all), standing({ member: { role: 'auditor' } }));
    expect([now.role, [...now.scopes]]).toEqual(['auditor', roleScopes.auditor]);
  });

  it('is promoted at once, too', () => {
    const scope = roleScopes.auditor.join(' ');
    expect([...present(token('auditor', scope), standing({ member: { role: 'ops' } })).scopes]).toEqual(roleScopes.ops);
  });

  it('keeps lacking the scopes that its token waived', () => {
    const now = present(token('owner', 'vault:read orders:read'), standing({ member: { role: 'ops' } }));
    expect([...now.scopes].sort()).toEqual(['orders:read', 'vault:read']);
  });

  it('that was narrowed stays so when it is promoted', () => {
    const now = present(token('auditor', 'vault:read'), standing({ member: { role: 'owner' } }));
    expect([...now.scopes]).toEqual(['vault:read']);
  });

  it.each([
    ['removed', standing({ member: undefined })],
    ['of a tenant that is not there', standing({ tenant: undefined })],
  ])('%s has no tenant and no scope left', (_, found) => {
    const now = present(token('owner', all), found);
    expect([now.tenant, now.role, [...now.scopes]]).toEqual([undefined, undefined, []]);
  });

  it('with a role that there is not has nothing', () => {
    expect(present(token('king', all), standing()).tenant).toBeUndefined();
  });

  it('that is a machine client needs no member, and has exactly its scopes', () => {
    const now = present(token(undefined, 'vanta/orders:read'), standing({ member: undefined }));
    expect([now.tenant?.plan, now.role, [...now.scopes]]).toEqual(['core', undefined, ['orders:read']]);
  });

  it('that is a follower is the follower of its row, not of its token', () => {
    const claimed = principalOf({ sub: 'f', tenant_id, role: 'follower', follower_id: 'fol_claimed' });
    expect(present(claimed, standing({ member: { role: 'follower', follower_id: 'fol_row' } })).followerId).toBe('fol_row');
    expect(present(claimed, standing({ member: { role: 'auditor' } })).followerId).toBeUndefined();
  });
});

describe("a member's id", () => {
  it('follows from tenant and subject', () => {
    expect(userIdOf(tenant_id, 'mia')).toMatch(/^usr_[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
    expect(userIdOf(tenant_id, 'mia')).toBe(userIdOf(tenant_id, 'mia'));
    expect(userIdOf(tenant_id, 'mia')).not.toBe(userIdOf(tenant_id, 'mib'));
  });
});
