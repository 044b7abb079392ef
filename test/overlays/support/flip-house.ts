import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { commitEntry, readForAccept } from '../../../shared/adapters/dynamo/accept-store.ts';
import { aftermathStore } from '../../../shared/adapters/dynamo/aftermath-store.ts';
import { commitCancel, readForCancel } from '../../../shared/adapters/dynamo/cancel-store.ts';
import type { Table } from '../../../shared/adapters/dynamo/client.ts';
import { readDueRows } from '../../../shared/adapters/dynamo/due-rows.ts';
import { endOnFollower, endOnVault, startOnFollower, startOnVault } from '../../../shared/adapters/dynamo/flip-store.ts';
import { keys } from '../../../shared/adapters/dynamo/keys.ts';
import { readEntry, readLedger } from '../../../shared/adapters/dynamo/line-reads.ts';
import { findFollower, findVault, readVault } from '../../../shared/adapters/dynamo/lookups.ts';
import { readClaim } from '../../../shared/adapters/dynamo/order-reads.ts';
import { readOverlay, saveSwitch } from '../../../shared/adapters/dynamo/overlay-store.ts';
import { readLog } from '../../../shared/adapters/dynamo/past-reads.ts';
import { finishFlip, readLiveFlips, revertStore } from '../../../shared/adapters/dynamo/revert-store.ts';
import { shardStore } from '../../../shared/adapters/dynamo/shard-store.ts';
import type { Follower } from '../../../shared/domain/followers/follower.ts';
import { acceptOrder } from '../../../shared/domain/mirroring/accept.ts';
import { cancelOrder } from '../../../shared/domain/mirroring/cancel.ts';
import type { Claim } from '../../../shared/domain/mirroring/claim.ts';
import { workShard } from '../../../shared/domain/mirroring/shard.ts';
import type { FlipKey } from '../../../shared/domain/overlays/ended.ts';
import type { Overlay, OverlayBody } from '../../../shared/domain/overlays/overlay.ts';
import { type RevertPorts, type RevertRun, revertFlip, type StopPorts } from '../../../shared/domain/overlays/revert.ts';
import { endOverlay, type OverlayPorts, startOverlay } from '../../../shared/domain/overlays/use.ts';
import type { Principal } from '../../../shared/domain/tenants/principal.ts';
import type { Vault } from '../../../shared/domain/vaults/vault.ts';
import { timestamp } from '../../../shared/kit/clock.ts';
import { House, mia, type Row } from '../../followers/support/house.ts';

const none = { baseline: '0', target: '0', base_want: '0', want: '0', told: '0' };
const nothing = async (): Promise<undefined> => undefined;
/** A policy that allows all that there is. */
export const policy = { flip_policy: { min_ttl_s: 5, max_ttl_s: 86_400, max_amplify: '2' } };

/** A house with orders, overlays and shards' workers: the real use cases on the real adapters, on whatever table they are given. */
export class FlipHouse extends House {
  /** Children that endpoints took, as `place symbol side qty`. */
  readonly taken: string[] = [];
  /** Their deliveries: who is sent one twice takes it once. */
  readonly sold = new Set<string>();
  #orders = 0;

  ports(table: Table = this.table): OverlayPorts {
    const who = { by: 'mia', request_id: 'r' };
    const findOwn = (vaultId: string) => findVault(table, vaultId);
    return {
      clock: this.clock,
      backOff: nothing,
      vault: findOwn,
      vaultById: findOwn,
      vaultAt: (vault) => readVault(table, vault),
      follower: (id) => findFollower(table, id),
      overlay: (vault, id) => readOverlay(table, vault, id),
      save: (vault, next, action) => saveSwitch(table, vault, next, { action, ...who }),
      stopped: nothing,
      startVault: (vault, overlay) => startOnVault(table, vault, overlay, who, this.clock),
      startFollower: (vault, follower, overlay) => startOnFollower(table, vault, follower, overlay, who),
      endVault: (vault, overlay) => endOnVault(table, vault, overlay, who),
      saveFollower: (_vault, follower, flip) => endOnFollower(table, follower, flip, who),
      later: nothing,
    };
  }

  start({ vault_id }: Vault, body: OverlayBody, principal: Principal = mia, seed = this.seed()): Promise<Overlay> {
    return startOverlay({ principal, vaultId: vault_id, by: principal.subject }, body, seed, this.ports());
  }
  flip(vault: Vault, ttl_seconds: number, one?: Follower, amplify = '0.5'): Promise<Overlay> {
    const whom = one === undefined ? {} : { follower_id: one.follower_id };
    return this.start(vault, { kind: 'flip', amplify, ttl_seconds, ...whom }, this.ownerOf(one));
  }
  /** Each tenant flips its own. */
  ownerOf = (one: Follower | undefined): Principal =>
    one === undefined || one.tenant_id === mia.tenantId ? mia : { ...mia, tenantId: one.tenant_id };
  end = ({ vault_id }: Vault, { overlay_id }: Overlay, principal: Principal = mia): Promise<Overlay> =>
    endOverlay({ principal, vaultId: vault_id, by: principal.subject }, overlay_id, this.ports());

  revertPorts = (table: Table = this.table): RevertPorts => ({
    ...revertStore(table),
    clock: this.clock,
    backOff: nothing,
    finish: (flip) => finishFlip(table, flip, timestamp(this.now)),
    ring: nothing,
  });
  keyOf = (vault: Vault, { overlay_id }: Overlay): FlipKey => ({
    tenant_id: vault.tenant_id,
    vault_id: vault.vault_id,
    overlay_id,
  });
  revert = (vault: Vault, overlay: Overlay, table?: Table): Promise<RevertRun> =>
    revertFlip(this.keyOf(vault, overlay), this.revertPorts(table));

  stopPorts = (): StopPorts => ({
    clock: this.clock,
    backOff: nothing,
    live: (vault) => readLiveFlips(this.table, vault),
    vault: (vault) => readVault(this.table, vault),
    follower: (id) => findFollower(this.table, id),
    saveFollower: (_vault, follower, flip) => endOnFollower(this.table, follower, flip, { by: 'platform' }),
    saveVault: (vault, overlay) => endOnVault(this.table, vault, overlay, { by: 'platform' }),
    later: nothing,
  });

  /** An order, accepted at the present time and worked off nowhere yet. */
  async order({ tenant_id, vault_id }: Vault, side: 'buy' | 'sell', qty: number, symbol = 'IBM'): Promise<number> {
    this.#orders += 1;
    const terms = { order_type: 'market', time_in_force: 'day', ref_price: '10', ts: timestamp(this.now) } as const;
    const order = { external_id: `o${this.#orders}`, symbol, side, qty: String(qty), ...terms };
    const { seq } = await acceptOrder(
      { tenant_id, vault_id, order, source: 'api', by: 'mia' },
      {
        clock: this.clock,
        backOff: nothing,
        ring: nothing,
        read: (request, at) => readForAccept(this.table, request, at),
        commit: (entry, read) => commitEntry(this.table, entry, read),
        entry: (vault, n) => readEntry(this.table, vault, n),
      },
    );
    return seq;
  }

  /** A follower takes no part in a symbol's increases any more. */
  denies({ vault_tenant_id, vault_id, shard, place }: Follower, symbol: string): void {
    this.memory.execute(
      new UpdateCommand({
        TableName: 'house',
        Key: keys.follower({ tenant_id: vault_tenant_id, vault_id, shard }, place),
        UpdateExpression: 'SET symbols = :denied, ver = ver + :one',
        ExpressionAttributeValues: { ':denied': { deny: [symbol] }, ':one': 1 },
      }),
    );
  }

  /** The whole of an order is canceled: nothing of it was filled. */
  async cancel({ tenant_id, vault_id }: Vault, seq: number): Promise<void> {
    const what = { tenant_id, vault_id, seq, filled_qty: '0', by: 'mia', seed: this.seed() };
    await cancelOrder(what, {
      clock: this.clock,
      backOff: nothing,
      ring: nothing,
      entry: (vault, n) => readEntry(this.table, vault, n),
      read: (asked) => readForCancel(this.table, asked),
      log: (vault, symbol, from, to) => readLog(this.table, vault, symbol, from, to),
      commit: (entry, read) => commitCancel(this.table, entry, read),
    });
  }

  /** A shard's worker comes, and endpoints take all that it sends. */
  async work({ tenant_id, vault_id }: Vault, shard = 0, table: Table = this.table): Promise<void> {
    const vault = (await readVault(this.table, { tenant_id, vault_id })) as Vault;
    const worker = { owner: this.seed(), deadline: this.now + 15_000 };
    await workShard({ tenant_id, vault_id, shard, seq: vault.seq }, worker, {
      clock: this.clock,
      store: shardStore(table),
      observe: nothing,
      report: (_follower, error) => {
        throw error;
      },
      dispatcher: {
        ready: nothing,
        deliver: async ({ body, follower, deliveryId }) => {
          const { symbol, side, qty } = JSON.parse(body) as Record<string, string>;
          this.taken.push(`${follower.place} ${symbol} ${side} ${qty}`);
          if (side === 'sell') this.sold.add(deliveryId);
          return { kind: 'ack', status: 200, ms: 1 };
        },
      },
      aftermath: { ...aftermathStore(table), delays: [1], deadLetter: nothing, ringLanes: nothing },
    });
  }

  levels = async ({ vault_tenant_id, vault_id, shard, place }: Follower, symbol = 'IBM') => {
    const { rows } = await readLedger(this.table, { tenant_id: vault_tenant_id, vault_id, shard }, symbol);
    const { joined: _joined, place: _place, ...levels } = rows.get(place) ?? { ...none, joined: 0, place };
    return levels;
  };
  claim = async (vault: Vault, seq: number, shard = 0): Promise<Claim> =>
    (await readClaim(this.table, { ...this.keyOf(vault, { overlay_id: '' } as Overlay), shard }, { seq })) as Claim;
  overlayNow = async (vault: Vault, { overlay_id }: Overlay): Promise<Overlay> =>
    (await readOverlay(this.table, vault, overlay_id)) as Overlay;
  events = (entity: string, action: string): Row[] => this.audit(entity).filter((row) => row['action'] === action);
  due = () => readDueRows(this.table);
}
