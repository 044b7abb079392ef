import { randomUUID } from 'node:crypto';
import type { VantaClient } from '../../client/src/index.ts';
import { show } from './decimal.ts';
import { openEndpoints } from './endpoints.ts';
import { waitUntil } from './patience.ts';

const amplify = '0.35';
const seconds = 5;
const symbol = 'IBM';

/** What the endpoints of a flipped follower and of its twin held, step by step. */
export interface FlipStep {
  readonly when: string;
  readonly flipped: string;
  readonly twin: string;
}

/**
 * One follower in flip mode beside its twin, on a vault of their own: it starts, sizes, expires and is taken back, while the
 * months are played. Knows the platform over HTTP only.
 */
export async function playFlip(manager: VantaClient, minutes: number): Promise<FlipStep[]> {
  const endpoints = await openEndpoints(2);
  const untilMs = Date.now() + minutes * 60_000;
  try {
    const flip_policy = { min_ttl_s: seconds, max_ttl_s: 60, max_amplify: '0.5' };
    const { vault_id } = await manager.createVault({ body: { label: 'Demo flip', rails: ['fiat'], flip_policy } });
    const path = { vault_id };
    const [follower_id = ''] = [await join(manager, vault_id, endpoints, 0), await join(manager, vault_id, endpoints, 1)];
    const held = (n: number) => show(endpoints.inboxes[n]?.positions.get(symbol) ?? 0n);
    const holding = async (when: string, flipped: string, twin: string): Promise<FlipStep> => {
      await waitUntil(() => held(0) === flipped && held(1) === twin, { everyMs: 50, untilMs });
      return { when, flipped: held(0), twin: held(1) };
    };
    await buy(manager, vault_id);
    const before = await holding('before', '100', '100');
    const body = { kind: 'flip', follower_id, amplify, ttl_seconds: seconds } as const;
    const flip = await manager.createOverlay({ path, body });
    await buy(manager, vault_id);
    const during = await holding(`amplified by ${amplify} for ${seconds} s`, '235', '200');
    const lagMs = await lagOf(manager, vault_id, flip.overlay_id, untilMs);
    const after = await holding(lagMs === undefined ? 'NOT TAKEN BACK' : `taken back ${lagMs} ms after its end`, '200', '200');
    return [before, during, after];
  } finally {
    await endpoints.close();
  }
}

async function join(manager: VantaClient, vault_id: string, { inboxes, url }: Endpoints, n: number): Promise<string> {
  const body = { mode: 'proportional', scale: '1', webhook: { url: url(n) } } as const;
  const { follower_id, signing_secret } = await manager.createFollower({ path: { vault_id }, body });
  inboxes[n]?.registered(follower_id, signing_secret);
  return follower_id;
}
type Endpoints = Awaited<ReturnType<typeof openEndpoints>>;

async function buy(manager: VantaClient, vault_id: string): Promise<void> {
  const terms = { order_type: 'market', time_in_force: 'day', ref_price: '100', ts: new Date().toISOString() } as const;
  const body = { external_id: randomUUID(), symbol, side: 'buy', qty: '100', ...terms } as const;
  await manager.createManagerOrder({ path: { vault_id }, body });
}

/** How long after its end it was recorded as taken back. */
async function lagOf(manager: VantaClient, vault_id: string, id: string, untilMs: number): Promise<number | undefined> {
  let lagMs: number | undefined;
  const isBack = async () => {
    const { items } = await manager.listOverlays({ path: { vault_id } });
    const { reverted_at, expires_at } = items.find(({ overlay_id }) => overlay_id === id) ?? {};
    if (reverted_at !== undefined && expires_at !== undefined) lagMs = Date.parse(reverted_at) - Date.parse(expires_at);
    return lagMs !== undefined;
  };
  await waitUntil(isBack, { everyMs: 200, untilMs });
  return lagMs;
}
