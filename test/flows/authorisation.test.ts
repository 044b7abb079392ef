import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Route, type RouteId, routes } from '../../shared/wiring/routes.ts';
import { codeOf, contract, callers as policyCallers } from '../tenants/support/policy-table.ts';
import { bodyOf, build, type Caller, type Estate } from './support/estate.ts';
import { Platform } from './support/platform.ts';

/**
 * Every route x every caller x its own tenant's things, another tenant's, and missing ones, over HTTP: the answers are those of the
 * hand-written table that the policy is held to.
 */
const platform = new Platform();
let estate: Estate;

beforeAll(async () => {
  const { api } = await platform.share('quick');
  estate = await build(api);
});
afterAll(() => platform.stop());

const whoses = ['own', 'other', 'missing'] as const;

/** Leaves the things as they are for the rest: what ends something comes last. */
const order = (id: RouteId): number => (/^delete/.test(id) ? 2 : routes[id].method === 'GET' ? 0 : 1);
const ids = (Object.keys(routes) as RouteId[])
  .filter((id) => contract[id].to !== 'anybody' && contract[id].signed !== true)
  .sort((x, y) => order(x) - order(y));

async function ask(id: RouteId, caller: Caller, whose: (typeof whoses)[number]): Promise<string> {
  const route: Route = routes[id];
  const things = estate.things[whose];
  const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => things[name] ?? `unknown-${name}`);
  const query = route.method === 'GET' ? estate.queryOf(id, things) : '';
  const reply = await caller.client.call(route.method, path + query, bodyOf(id, things));
  if (reply.status < 400) return 'allowed';
  const code = String(reply.body['code'] ?? reply.status);
  const refusals = ['unauthenticated', 'scope_required', 'tenant_required', 'not_a_member', 'tenant_kind', 'tenant_suspended'];
  const hidden = new Set([`${contract[id].on}_not_found`, ...refusals]);
  if (reply.status === 401) return 'unauthenticated';
  // A body that does not fit would say nothing of who may.
  if (reply.status === 400) throw new Error(`${id}: ${JSON.stringify(reply.body)}`);
  // Whatever else is refused was refused to somebody who may: the thing's state did not allow it.
  return hidden.has(code) ? code : 'allowed';
}

/** A follower's person lists a vault's overlays by its follower there. */
const actedOn = (id: RouteId, { name }: Caller, whose: (typeof whoses)[number]) =>
  id === 'listOverlays' && name === 'follower' && whose === 'own' ? contract[id].orOn : contract[id].on;

describe.each(ids)('%s', (id) => {
  it('answers every caller as the table says', async () => {
    const wrong: string[] = [];
    for (const caller of estate.callers) {
      const known = policyCallers.find(({ name }) => name === caller.name);
      if (known === undefined) throw new Error(`${caller.name} is not in the table`);
      for (const whose of contract[id].on === undefined ? (['own'] as const) : whoses) {
        const should = codeOf(id, known, whose, actedOn(id, caller, whose));
        const is = await ask(id, caller, whose);
        const wanted = should === 'full' || should === 'part' ? 'allowed' : should;
        if (is !== wanted) wrong.push(`${caller.name}, ${whose}: ${is}, not ${wanted}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});
