import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, newTenant, signIn } from './support/client.ts';
import { Desk, Story } from './support/desk.ts';
import { until } from './support/endpoint.ts';
import { Overlays, shortFlips } from './support/flips.ts';

/** A manager's public vault with two followers of a client on it, one of which has a person; and another client. */
const desk = new Desk();
let story: Story;
let hers: Story;
const callers = {} as Record<'person' | 'client' | 'other' | 'manager', Client>;

beforeAll(async () => {
  await desk.share();
  const api = desk.info?.api ?? '';
  const [cleo, xena] = [await newTenant(api, 'client', 'cleo'), await newTenant(api, 'client', 'xena')];
  story = await desk.vault('shared', { ...shortFlips, public: true });
  hers = new Story(desk.as(cleo.client), 'shared', story.vaultId);
  for (const name of ['one', 'two']) await hers.join(name);
  await story.join('mine');
  const claims = { sub: 'pia', tenant_id: cleo.tenant_id, role: 'follower', follower_id: hers.id('one') };
  Object.assign(callers, { person: await signIn(api, claims), client: cleo.client, other: xena.client, manager: desk.manager });
});
afterAll(async () => {
  await desk.close();
  expect([...desk.contractFaults]).toEqual([]);
});

const as = (who: keyof typeof callers) => new Overlays(desk.as(callers[who]), hers);
const flip = (name?: string) => ({
  ...{ kind: 'flip', amplify: '0.5', ttl_seconds: 60 },
  ...(name === undefined ? {} : { follower_id: hers.id(name) }),
});
async function seen(who: keyof typeof callers) {
  const path = `/v1/vaults/${story.vaultId}/overlays`;
  const { status, body } = await callers[who].get<{ items?: { follower_id?: string; by?: string }[] }>(path);
  return {
    status,
    whose: body.items?.map((o) => o.follower_id).toSorted(),
    tellsWho: body.items?.some((o) => o.by !== undefined),
  };
}

describe('who may flip', () => {
  it('a follower itself, and its tenant, also on the public vault of another; nobody else', async () => {
    const [own, two] = [await as('person').ask(flip('one')), await as('client').ask(flip('two'))];
    expect([own.status, two.status]).toEqual([201, 201]);
    const refused = [
      await as('person').ask(flip('two')),
      await as('person').ask(flip()),
      await as('client').ask(flip()),
      await as('other').ask(flip('one')),
      await as('manager').ask(flip('one')),
      await as('person').end(two.body.overlay_id),
      await as('manager').end(two.body.overlay_id),
      await as('other').end(two.body.overlay_id),
    ];
    const [noFollower, noVault, noOverlay] = ['follower', 'vault', 'overlay'].map((thing) => `404 ${thing}_not_found`);
    expect(refused.map(({ status, body }) => `${status} ${body.code}`)).toEqual([
      ...[noFollower, noVault, noVault, noFollower, noFollower],
      ...[noOverlay, noOverlay, noVault],
    ]);
    const both = [hers.id('one'), hers.id('two')].toSorted();
    expect(await seen('manager')).toEqual({ status: 200, whose: both, tellsWho: true });
    expect(await seen('client')).toEqual({ status: 200, whose: both, tellsWho: false });
    expect(await seen('person')).toEqual({ status: 200, whose: [hers.id('one')], tellsWho: false });
    expect((await seen('other')).status).toBe(404);
    await story.order('buy', 10);
    await story.settled();
    expect([hers.holds('one'), hers.holds('two'), story.holds('mine')]).toEqual([15, 15, 10]);
    expect((await as('person').end(own.body.overlay_id)).body).toMatchObject({ cause: 'deleted' });
    expect((await story.change('mine', { kill_switch: true })).status).toBe(200);
    expect((await hers.change('two', { kill_switch: true })).status).toBe(200);
    expect((await as('manager').reverted(two.body.overlay_id)).cause).toBe('kill_switch');
    await until(() => hers.holds('one') === 10, 'taken back');
    expect(await desk.platform.denied()).toEqual([]);
  });

  it('but not on a plan without flip mode or personas: refused by its name, nothing changed', async () => {
    const lone = await newTenant(desk.info?.api ?? '', 'manager', 'luca');
    const vault = await lone.client.post<{ vault_id: string }>('/v1/vaults', { label: 'Lone', rails: ['fiat'], ...shortFlips });
    await lone.client.post('/local/subscription', { tenant_id: lone.tenant_id, plan_id: 'core' });
    const ask = (body: object) =>
      lone.client.post<{ code: string; entitlement: string; plans: string[] }>(`/v1/vaults/${vault.body.vault_id}/overlay`, body);
    const refusals = [await ask(flip()), await ask({ kind: 'persona', persona: 'apollo' })];
    expect(refusals.map(({ status, body }) => [status, body.code, body.entitlement, body.plans])).toEqual([
      [403, 'entitlement_required', 'flip_mode', ['pro', 'institutional']],
      [403, 'entitlement_required', 'persona_boosts', ['pro', 'institutional']],
    ]);
    const { body } = await lone.client.get<{ items: unknown[] }>(`/v1/vaults/${vault.body.vault_id}/overlays`);
    expect(body.items).toEqual([]);
  });

  it('and the manager stops a flipped follower of another tenant: that ends its flip', async () => {
    await hers.change('two', { kill_switch: false });
    const { overlay_id } = await as('client').start(flip('two'));
    const stopped = await desk.manager.patch(`/v1/followers/${hers.id('two')}`, { kill_switch: true });
    expect(stopped.status).toBe(200);
    expect((await as('client').reverted(overlay_id)).cause).toBe('kill_switch');
    expect(await desk.platform.denied()).toEqual([]);
  });
});
