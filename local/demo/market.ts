import { randomUUID } from 'node:crypto';
import { type Client, createClient, tokenFor } from './client.ts';
import type { Endpoints } from './endpoints.ts';
import { kindOf, type Wish } from './mix.ts';
import { inParallel } from './patience.ts';

/** Everybody who takes part: a manager with a public vault, and the clients whose followers mirror it. */
export interface Market {
  readonly manager: Client;
  readonly vaultId: string;
}

const clientTenants = 2;
const registrationsAtOnce = 8;

/** Founds the tenants and the vault, and registers every follower with its endpoint. */
export async function openMarket(api: string, wishes: readonly Wish[], endpoints: Endpoints): Promise<Market> {
  // Names of their own in every run: on kept data, last time's people already have a tenant.
  const run = randomUUID().slice(0, 8);
  const manager = await found(api, { sub: `demo-manager-${run}`, name: 'Demo manager', kind: 'manager' });
  const vault = await manager.post('/v1/vaults', { label: 'Demo momentum', rails: ['fiat'], public: true });
  const vaultId = String(vault.vault_id);
  const names = Array.from({ length: clientTenants }, (_, i) => ({
    sub: `demo-client-${i}-${run}`,
    name: `Demo client ${i + 1}`,
  }));
  const clients = await Promise.all(names.map((who) => found(api, { ...who, kind: 'client' })));
  await inParallel(wishes, registrationsAtOnce, async (wish) => {
    const client = clients[wish.n % clients.length] as Client;
    const follower = await client.post(`/v1/vaults/${vaultId}/followers`, followerBody(wish, endpoints.url(wish.n)));
    const inbox = endpoints.inboxes[wish.n];
    inbox?.registered(String(follower.follower_id), String(follower.signing_secret));
    if (inbox !== undefined) inbox.outOfService = wish.fault === 'fails';
  });
  return { manager, vaultId };
}

/** A person without a tenant founds one, and then speaks as its owner. */
async function found(api: string, { sub, name, kind }: { sub: string; name: string; kind: string }): Promise<Client> {
  const stranger = createClient(api, await tokenFor(api, { sub, email: `${sub}@example.com` }));
  const { tenant_id } = await stranger.post('/v1/tenants', { name, kind });
  return createClient(api, await tokenFor(api, { sub, email: `${sub}@example.com`, tenant_id, role: 'owner' }));
}

const followerBody = (wish: Wish, url: string) => ({
  label: `${kindOf(wish)} ${wish.n}`,
  mode: wish.mode,
  scale: wish.scale,
  ...(wish.maxPosUsd === undefined ? {} : { max_pos_usd: wish.maxPosUsd }),
  ...(wish.fault === 'killed' ? { kill_switch: true } : {}),
  webhook: { url },
});
