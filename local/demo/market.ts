import { randomUUID } from 'node:crypto';
import type { VantaClient } from '../../client/src/index.ts';
import { signIn, subscribe } from './client.ts';
import type { Endpoints } from './endpoints.ts';
import { kindOf, type Wish } from './mix.ts';
import { inParallel } from './patience.ts';

/** Everybody who takes part: a manager with a public vault, and the clients whose followers mirror it. */
export interface Market {
  readonly manager: VantaClient;
  readonly vaultId: string;
}

const clientTenants = 2;
const registrationsAtOnce = 8;

/** Founds the tenants and the vault, and registers every follower with its endpoint. */
export async function openMarket(api: string, wishes: readonly Wish[], endpoints: Endpoints): Promise<Market> {
  // Names of their own in every run: on kept data, last time's people already have a tenant.
  const run = randomUUID().slice(0, 8);
  const manager = await found(api, { sub: `demo-manager-${run}`, name: 'Demo manager', kind: 'manager' });
  const { vault_id } = await manager.createVault({ body: { label: 'Demo momentum', rails: ['fiat'], public: true } });
  const names = Array.from({ length: clientTenants }, (_, i) => ({
    sub: `demo-client-${i}-${run}`,
    name: `Demo client ${i + 1}`,
  }));
  const clients = await Promise.all(names.map((who) => found(api, { ...who, kind: 'client' as const })));
  await inParallel(wishes, registrationsAtOnce, async (wish) => {
    const client = clients[wish.n % clients.length] as VantaClient;
    const follower = await client.createFollower({ path: { vault_id }, body: followerBody(wish, endpoints.url(wish.n)) });
    const inbox = endpoints.inboxes[wish.n];
    inbox?.registered(follower.follower_id, follower.signing_secret);
    if (inbox !== undefined) inbox.outOfService = wish.fault === 'fails';
  });
  return { manager, vaultId: vault_id };
}

interface Founder {
  readonly sub: string;
  readonly name: string;
  readonly kind: 'manager' | 'client';
}

/** A person without a tenant founds one, gets it a plan, and then speaks as its owner. */
async function found(api: string, { sub, name, kind }: Founder): Promise<VantaClient> {
  const stranger = await signIn(api, { sub, email: `${sub}@example.com` });
  const { tenant_id } = await stranger.createTenant({ body: { name, kind } });
  await subscribe(api, tenant_id, 'institutional');
  return signIn(api, { sub, email: `${sub}@example.com`, tenant_id, role: 'owner' });
}

const followerBody = (wish: Wish, url: string) => ({
  label: `${kindOf(wish)} ${wish.n}`,
  mode: wish.mode,
  scale: wish.scale,
  ...(wish.maxPosUsd === undefined ? {} : { max_pos_usd: wish.maxPosUsd }),
  ...(wish.fault === 'killed' ? { kill_switch: true } : {}),
  webhook: { url },
});
