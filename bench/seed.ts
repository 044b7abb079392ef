import { marshall } from '@aws-sdk/util-dynamodb';
import { openTable } from '../shared/adapters/dynamo/client.ts';
import { followerItem } from '../shared/adapters/dynamo/follower-item.ts';
import { commitFollower } from '../shared/adapters/dynamo/follower-store.ts';
import { keys } from '../shared/adapters/dynamo/keys.ts';
import { putVault } from '../shared/adapters/dynamo/vault-store.ts';
import type { Follower } from '../shared/domain/followers/follower.ts';
import { newFollower } from '../shared/domain/followers/settings.ts';
import { newVault } from '../shared/domain/vaults/create.ts';
import type { Vault } from '../shared/domain/vaults/vault.ts';
import { id, ulidFromCause } from '../shared/kit/ids.ts';
import type { World } from './aws/boundary.ts';
import type { Item } from './meter/attribute.ts';

export const shardSize = 100;
export const symbol = 'AAPL';
const born = Date.UTC(2026, 0, 5, 15);
const ulidOf = (cause: string): string => ulidFromCause(born, cause);
const bornAt = new Date(born).toISOString();

export interface Vaulted {
  readonly vault: Vault;
  readonly followers: readonly Follower[];
}

/** `equal`: every follower the same; else four-decimal scales that differ, a cap on every fourth, some in shadow or switched off. */
export type Scales = 'different' | 'equal';

/** A number that looks drawn and follows from `i` alone (Knuth's multiplicative hash). */
const drawn = (i: number, below: number): number => ((i * 2_654_435_761) % 4_294_967_296) % below;

function bodyOf(i: number, scales: Scales) {
  const webhook = { url: `https://hooks${i % 50}.follower-${i}.example.com/vanta/orders` };
  if (scales === 'equal') return { mode: 'proportional' as const, scale: '0.5', webhook };
  const scale = ((200 + drawn(i, 15_000)) / 10_000).toFixed(4);
  const rest = { scale, webhook, kill_switch: drawn(i, 100) === 7, allow_short: i % 3 !== 0 };
  if (drawn(i, 100) === 8) return { mode: 'shadow' as const, ...rest };
  const cap = String(20_000 + 500 * drawn(i, 200));
  return i % 4 === 3 ? { mode: 'capped' as const, max_pos_usd: cap, ...rest } : { mode: 'proportional' as const, ...rest };
}

const marshalled = (item: object): Item => marshall(item, { removeUndefinedValues: true }) as Item;

/**
 * A vault with its followers in the table: the vault and each shard's first follower by the real stores, which open the
 * shards; the others' rows put straight in, because registering is not what is measured.
 */
export async function openVault(count: number, scales: Scales, world: World): Promise<Vaulted> {
  const table = openTable('bench');
  const tenantId = id('ten', ulidOf('manager'));
  const body = { label: 'Bench', rails: ['fiat' as const], public: true };
  const fresh = newVault(body, tenantId, id('vlt', ulidOf(`vault ${count} ${scales}`)), bornAt);
  let vault = await putVault(table, fresh, { subject: 'bench', request_id: 'bench' });
  const followers: Follower[] = [];
  for (let i = 0; i < count; i += 1) {
    const [shard, place] = [Math.floor(i / shardSize), i % shardSize];
    const named = { followerId: id('fol', ulidOf(`follower ${i}`)), tenantId: id('ten', ulidOf(`client ${i % 97}`)) };
    const follower = newFollower(bodyOf(i, scales), {
      ...named,
      vault,
      shard,
      place,
      now: bornAt,
      allowed: { flip_mode: true, persona_boosts: true },
    });
    followers.push(follower);
    if (place > 0) world.table.seed(marshalled(followerItem(follower)));
    else {
      await commitFollower(table, follower, vault, { opensShard: true, asks: [], subject: 'bench', request_id: 'bench' });
      vault = { ...vault, ver: vault.ver + 1, shards: shard + 1 };
    }
  }
  vault = { ...vault, followers: count, last_shard_followers: ((count - 1) % shardSize) + 1 };
  world.table.seed(marshalled({ ...keys.vault(vault), ...vault }));
  return { vault, followers };
}

/** An order of VANTA OS as the bus delivers it to accept. */
export function busEvent(vault: Pick<Vault, 'vault_id'>, n: number, side: 'buy' | 'sell', qty: number) {
  const now = new Date().toISOString();
  const order = {
    external_id: `bench-${n}`,
    symbol,
    side,
    qty: String(qty),
    order_type: 'market',
    time_in_force: 'day',
    ref_price: '187.35',
    ts: now,
    conviction: { score: '0.82', band: 'high', persona: 'athena' },
    reason_vector: ['momentum_12_1', 'breakout_55d', 'vol_regime_low'],
    provenance: { model: 'os-7', run: `run-${n}`, dataset: 'eod-2026-01-05' },
  };
  return { id: `event-${n}`, time: now, 'detail-type': 'ManagerOrder', detail: { vault_id: vault.vault_id, ...order } };
}
