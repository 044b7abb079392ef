import { describe, expect, it } from 'vitest';
import type { PlanId } from '../../shared/domain/entitlements/plans.ts';
import { changeMember, inviteMember } from '../../shared/domain/tenants/members.ts';
import { userIdOf } from '../../shared/domain/tenants/standing.ts';
import { on } from '../entitlements/support/room.ts';
import { ownerOf } from './support/callers.ts';
import { seedOf, tenantId, World } from './support/people.ts';

const owner = (plan: PlanId) => ownerOf(tenantId, { tenant: { kind: 'manager', status: 'active', ...on(plan) } });
const invite = (world: World, name: string, plan: PlanId = 'core', role: 'ops' | 'follower' = 'ops') => {
  const seed = seedOf(`invite ${name}`);
  const follower = role === 'follower' ? { follower_id: 'fol_1' } : {};
  const body = { email: `${name}@example.com`, role, ...follower };
  return inviteMember({ principal: owner(plan), seed, body }, world.ports({ seed }));
};
const refused = {
  status: 403,
  code: 'entitlement_required',
  extra: { entitlement: 'seats', plan: 'core', plans: ['pro', 'institutional'] },
};
const house = (): World => {
  const world = new World();
  world.seat('owner', 'owner');
  world.followers.add('fol_1');
  return world;
};

describe('seats', () => {
  it('are as many as the plan says, invited members counted; nobody is invited in vain', async () => {
    const world = house();
    await expect(invite(world, 'pat')).rejects.toMatchObject(refused);
    expect([world.members().length, world.mails]).toEqual([1, []]);
    for (const name of ['a', 'b', 'c', 'd']) await invite(world, name, 'pro');
    await expect(invite(world, 'e', 'pro')).rejects.toMatchObject({ code: 'entitlement_required' });
    await invite(world, 'e', 'institutional');
    expect(world.members()).toHaveLength(6);
  });

  it('are not taken by the people of followers, until they become members of the house', async () => {
    const world = house();
    const person = await invite(world, 'fay', 'core', 'follower');
    expect(person.role).toBe('follower');
    const seed = seedOf('promote');
    const change = (plan: PlanId) =>
      changeMember({ principal: owner(plan), userId: person.user_id, patch: { role: 'ops' }, seed }, world.ports({ seed }));
    await expect(change('core')).rejects.toMatchObject(refused);
    expect((await change('pro')).role).toBe('ops');
  });

  it('two at once for the last one: one member is added', async () => {
    const world = house();
    for (const name of ['a', 'b', 'c']) world.seat(name, 'ops');
    const both = await Promise.allSettled([invite(world, 'x', 'pro'), invite(world, 'y', 'pro')]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(both.find((one) => one.status === 'rejected')?.reason).toMatchObject({ code: 'entitlement_required' });
    expect(world.members()).toHaveLength(5);
  });

  it('asked for again by the request that has one are its own, also where none is left', async () => {
    const world = house();
    const member = await invite(world, 'a', 'pro');
    expect(await invite(world, 'a', 'core')).toEqual(member);
    expect(member.user_id).toBe(userIdOf(tenantId, 'sub of a@example.com'));
  });
});
