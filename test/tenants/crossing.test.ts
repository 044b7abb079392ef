import { describe, expect, it } from 'vitest';
import { type Crossing, crossed } from '../../shared/domain/tenants/crossing.ts';
import { type Scope, scopeOf, sessionNameOf, subjectText, tagsOf } from '../../shared/domain/tenants/scope.ts';
import { noTag } from '../../shared/wiring/reach.ts';

const ulid = '01JZ0000000000000000000001';
const [mine, hers, theirs] = ['A', 'B', 'C'].map((letter) => `ten_${letter}`) as [string, string, string];
const me: Scope = { tenantId: mine };
const person: Scope = { subject: 'ann' };
const nobody: Scope = {};
const vault = (tenant_id: string, vault_id = 'vlt_1') => ({ tenant_id, vault_id });
const follower = (tenant_id: string, vault_tenant_id: string, vault_id = 'vlt_1') => ({
  follower_id: 'fol_1',
  tenant_id,
  vault_tenant_id,
  vault_id,
});
const inHers: Scope = { ...me, vault: vault(hers) };

describe('a crossing', () => {
  const table: readonly (readonly [string, Scope, Crossing, Scope | undefined])[] = [
    ['own tenant', me, { to: 'tenant', tenant_id: mine }, me],
    ['another tenant', me, { to: 'tenant', tenant_id: hers }, undefined],
    ['own vault', me, { to: 'vault', ...vault(mine) }, me],
    ["another tenant's vault", me, { to: 'vault', ...vault(hers) }, undefined],
    ['a vault that was opened', inHers, { to: 'vault', ...vault(hers) }, inHers],
    ['one beside it', inHers, { to: 'vault', ...vault(hers, 'vlt_2') }, undefined],
    ['one of that name elsewhere', inHers, { to: 'vault', ...vault(theirs) }, undefined],
    ['a public vault', me, { to: 'public vault', ...vault(hers) }, inHers],
    ['a public vault of its own', me, { to: 'public vault', ...vault(mine) }, me],
    ['a public vault, by a person without a tenant', person, { to: 'public vault', ...vault(hers) }, undefined],
    ['a public vault, by nobody', nobody, { to: 'public vault', ...vault(hers) }, undefined],
    ['a look', me, { to: 'look at', ...vault(hers) }, { ...me, lookedAt: vault(hers) }],
    ['a look by nobody', nobody, { to: 'look at', ...vault(hers) }, { lookedAt: vault(hers) }],
    ['a look at its own', me, { to: 'look at', ...vault(mine) }, me],
    ['own follower, own vault', me, { to: 'follower', ...follower(mine, mine) }, me],
    ["own follower, another's vault", me, { to: 'follower', ...follower(mine, hers) }, inHers],
    ['the same, looked at before', { ...me, lookedAt: vault(hers) }, { to: 'follower', ...follower(mine, hers) }, inHers],
    ["another's follower, own vault", me, { to: 'follower', ...follower(hers, mine) }, me],
    ["another's follower, another's vault", me, { to: 'follower', ...follower(hers, theirs) }, undefined],
    ["another's follower, the vault open", inHers, { to: 'follower', ...follower(theirs, hers) }, undefined],
    ['a follower, for nobody', nobody, { to: 'follower', ...follower(mine, hers) }, undefined],
    ['its own trail', me, { to: 'trail', ...follower(mine, hers) }, me],
    [
      'a trail as manager',
      me,
      { to: 'trail', ...follower(hers, mine) },
      { ...me, follower: { tenant_id: hers, follower_id: 'fol_1' } },
    ],
    ['a trail as a third', me, { to: 'trail', ...follower(hers, theirs) }, undefined],
    ['a trail, for nobody', nobody, { to: 'trail', ...follower(hers, theirs) }, undefined],
    ['a new tenant', person, { to: 'new tenant', tenant_id: hers }, { subject: 'ann', tenantId: hers }],
    ['a new tenant, for who has one', me, { to: 'new tenant', tenant_id: hers }, undefined],
    ['a new tenant, for nobody', nobody, { to: 'new tenant', tenant_id: hers }, undefined],
    ['a member', me, { to: 'member', tenant_id: mine, subject: 'bea' }, { ...me, subject: 'bea' }],
    ["another tenant's member", me, { to: 'member', tenant_id: hers, subject: 'bea' }, undefined],
    ['a member, for a person', person, { to: 'member', tenant_id: hers, subject: 'bea' }, undefined],
    ['a proven follower', nobody, { to: 'proven follower', ...follower(mine, hers) }, inHers],
    ['a proven follower on its own vault', { lookedAt: vault(mine) }, { to: 'proven follower', ...follower(mine, mine) }, me],
    ['a proven follower, for who is known', me, { to: 'proven follower', ...follower(hers, theirs) }, undefined],
  ];
  it.each(table)('to %s', (_, scope, crossing, expected) => expect(crossed(scope, crossing)).toEqual(expected));

  it('into a second vault of others is a bug', () => {
    expect(() => crossed(inHers, { to: 'follower', ...follower(mine, theirs) })).toThrow(/its second/);
    expect(() => crossed(inHers, { to: 'public vault', ...vault(hers, 'vlt_2') })).toThrow(/its second/);
  });
});

describe('a session', () => {
  it('names all tags, those that are not there too', () => {
    expect(tagsOf({ tenantId: mine, vault: vault(hers) })).toEqual({
      tenant_id: mine,
      subject: noTag,
      vault_tenant_id: hers,
      vault_id: 'vlt_1',
      look_tenant_id: noTag,
      look_vault_id: noTag,
      follower_tenant_id: noTag,
      follower_id: noTag,
    });
  });

  it('is of the tenant, or of the person without one', () => {
    expect(scopeOf({ tenantId: mine, subject: 'ann' })).toEqual(me);
    expect(scopeOf({ subject: 'ann' })).toEqual(person);
  });

  it.each([
    ['ann', 'ann'],
    ['4f1a9c9e-0000-4000-8000-000000000000', '4f1a9c9e-0000-4000-8000-000000000000'],
    ['a@b.example', 'a@b.example'],
    ['*', expect.stringMatching(/^=[0-9a-f]{64}$/)],
    ['a b', expect.stringMatching(/^=[0-9a-f]{64}$/)],
    ['a#b', expect.stringMatching(/^=[0-9a-f]{64}$/)],
    [noTag, expect.stringMatching(/^=[0-9a-f]{64}$/)],
    ['', expect.stringMatching(/^=[0-9a-f]{64}$/)],
    ['é', expect.stringMatching(/^=[0-9a-f]{64}$/)],
    ['x'.repeat(129), expect.stringMatching(/^=[0-9a-f]{64}$/)],
  ])('of %s has a subject that tags and keys can hold', (subject, text) => expect(subjectText(subject)).toEqual(text));

  it.each<[Scope, string]>([
    [{ tenantId: `ten_${ulid}` }, `ten_${ulid}`],
    [{ tenantId: `ten_${ulid}`, vault: vault('ten_X', `vlt_${ulid}`) }, `ten_${ulid},vlt_${ulid}`],
    [{ subject: 'a/b:c' }, 'sub-a-b-c'],
    [{ subject: 'x'.repeat(128) }, `sub-${'x'.repeat(60)}`],
    [{}, 'nobody'],
  ])('of %j is called so that the trail of AWS says who it was', (scope, name) => {
    expect(sessionNameOf(scope)).toBe(name);
    expect(sessionNameOf(scope)).toMatch(/^[\w+=,.@-]{2,64}$/);
  });
});
