import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import type { PreTokenGenerationV3TriggerEvent } from 'aws-lambda';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { PreTokenEvent } from '../../functions/edge/pre-token.ts';
import { keys } from '../../shared/adapters/dynamo/keys.ts';
import { membershipOf, noteMember } from '../../shared/adapters/dynamo/members.ts';
import { type ClaimPorts, claimsFor } from '../../shared/domain/tenants/claims.ts';
import { userIdOf } from '../../shared/domain/tenants/standing.ts';
import { tenantId, World } from './support/people.ts';

/** Events as the developer guide shows them for version 3 of the trigger. */
const common = {
  version: '3' as const,
  region: 'us-east-1',
  userPoolId: 'us-east-1_aaaaaaaaa',
  callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: '3n4b5urk1ft4fl3mg5e62d9ado' },
};
const groupConfiguration = { groupsToOverride: [], iamRolesToOverride: [] };
const machine: PreTokenGenerationV3TriggerEvent = {
  ...common,
  triggerSource: 'TokenGeneration_ClientCredentials',
  userName: 'ClientCredentials',
  request: { userAttributes: {}, groupConfiguration, scopes: ['vanta/vault:read'] },
  response: { claimsAndScopeOverrideDetails: {} },
};
const person = (triggerSource: string, sub = 'anna', email = 'Anna@Example.com') => ({
  ...common,
  triggerSource,
  userName: sub,
  request: {
    userAttributes: { sub, email, email_verified: 'true', 'cognito:user_status': 'CONFIRMED' },
    groupConfiguration,
    scopes: ['openid', 'vanta/vault:read'],
  },
  response: { claimsAndScopeOverrideDetails: null },
});
const sources = ['HostedAuth', 'Authentication', 'NewPasswordChallenge', 'AuthenticateDevice', 'RefreshTokens'].map(
  (source) => `TokenGeneration_${source}`,
);

let preTokenDoor: typeof import('../../functions/edge/pre-token.ts').preTokenDoor;
beforeAll(async () => {
  vi.stubEnv('VANTA_STAGE', 'test');
  ({ preTokenDoor } = await import('../../functions/edge/pre-token.ts'));
});

const tenants: Record<string, string> = { '3n4b5urk1ft4fl3mg5e62d9ado': tenantId };
async function claimsOf(event: PreTokenEvent, world: World, changed: Partial<ClaimPorts> = {}) {
  const table = world.memory.asTable('members');
  const ports: ClaimPorts = {
    clock: () => Date.UTC(2026, 0, 5),
    membership: (subject) => membershipOf(table, subject),
    note: (next, before) => noteMember(table, next, before),
    tenantOf: async (clientId) => tenants[clientId],
    ...changed,
  };
  const answered = await preTokenDoor((whom) => claimsFor(whom, ports))(event);
  const { response, ...rest } = answered;
  const { response: _given, ...asked } = event;
  // Cognito takes the whole event back.
  expect(rest).toEqual(asked);
  return response.claimsAndScopeOverrideDetails.accessTokenGeneration.claimsToAddOrOverride;
}

describe('the claims of an access token', () => {
  it.each(sources)('of a member, asked by %s, are its tenant and role', async (source) => {
    const world = new World();
    world.seat('anna', 'ops');
    expect(await claimsOf(person(source), world)).toEqual({ tenant_id: tenantId, role: 'ops' });
  });

  it("of a follower's person name its follower; a follower that is left on another role is not told", async () => {
    const world = new World();
    const follower_id = 'fol_01HF7YAT00000000000000000A';
    world.seat('fred', 'follower', { follower_id });
    world.seat('otto', 'ops', { follower_id });
    expect(await claimsOf(person('TokenGeneration_HostedAuth', 'fred'), world)).toEqual({
      tenant_id: tenantId,
      role: 'follower',
      follower_id,
    });
    expect(await claimsOf(person('TokenGeneration_HostedAuth', 'otto'), world)).not.toHaveProperty('follower_id');
  });

  it('of somebody without a tenant, or whose membership is gone, are none', async () => {
    const world = new World();
    expect(await claimsOf(person('TokenGeneration_HostedAuth', 'nobody'), world)).toEqual({});
    const anna = world.seat('anna', 'ops');
    world.memory.execute(new DeleteCommand({ TableName: 'members', Key: keys.user(tenantId, anna.user_id) }));
    expect(await claimsOf(person('TokenGeneration_RefreshTokens'), world)).toEqual({});
  });

  it('of a machine client are the tenant of its row in the settings, and no role', async () => {
    expect(await claimsOf(machine, new World())).toEqual({ tenant_id: tenantId });
    const other = { ...machine, callerContext: { ...machine.callerContext, clientId: 'other' } };
    expect(await claimsOf(other, new World())).toEqual({});
  });

  it('are not made during an outage: no token is better than one that says too little', async () => {
    const down = async () => Promise.reject(new Error('the table is down'));
    await expect(claimsOf(person('TokenGeneration_HostedAuth'), new World(), { membership: down })).rejects.toThrow('down');
    await expect(claimsOf(machine, new World(), { tenantOf: down })).rejects.toThrow('down');
  });

  it('are not made for an event that names no subject', async () => {
    const event = { ...person('TokenGeneration_HostedAuth'), request: { userAttributes: {} } };
    await expect(claimsOf(event, new World())).rejects.toThrow('names no subject');
  });
});

describe('the first token', () => {
  const userId = userIdOf(tenantId, 'anna');
  const sign = (world: World) => claimsOf(person('TokenGeneration_HostedAuth'), world);

  it('of an invited member makes it active, once', async () => {
    const world = new World();
    world.seat('anna', 'owner', { status: 'invited' });
    await sign(world);
    await sign(world);
    expect(world.members()).toMatchObject([{ status: 'active', ver: 2 }]);
    expect(world.events(userId)).toEqual(['member.activated']);
  });

  it('tells the address of who made its tenant', async () => {
    const world = new World();
    world.seat('anna', 'owner', { email: undefined });
    await sign(world);
    expect(world.members()).toMatchObject([{ email: 'anna@example.com' }]);
    expect(world.events(userId)).toEqual(['member.address_noted']);
    expect(JSON.stringify(world.memory.partition(`T#${tenantId}#AUDIT#${userId}`))).not.toContain('example.com');
  });

  it('does not bring back who was removed meanwhile', async () => {
    const world = new World();
    const before = world.seat('anna', 'owner', { status: 'invited' });
    world.memory.execute(new DeleteCommand({ TableName: 'members', Key: keys.user(tenantId, userId) }));
    await noteMember(world.memory.asTable('members'), { ...before, status: 'active', ver: 2 }, before);
    expect([world.members(), world.events(userId)]).toEqual([[], []]);
  });

  it('writes nothing for who is known', async () => {
    const world = new World();
    world.seat('anna', 'owner');
    await sign(world);
    expect([world.members()[0]?.['ver'], world.events(userId)]).toEqual([1, []]);
  });
});
