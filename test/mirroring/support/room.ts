/** The mirroring room on a house's table in memory: orders through accept, shards and lanes through their workers. */
import { commitEntry, readForAccept } from '../../../shared/adapters/dynamo/accept-store.ts';
import { aftermathStore } from '../../../shared/adapters/dynamo/aftermath-store.ts';
import type { Table } from '../../../shared/adapters/dynamo/client.ts';
import { readEntry, readLedger } from '../../../shared/adapters/dynamo/line-reads.ts';
import { readClaim, readCursorSeq } from '../../../shared/adapters/dynamo/order-reads.ts';
import { shardStore } from '../../../shared/adapters/dynamo/shard-store.ts';
import type { Follower } from '../../../shared/domain/followers/follower.ts';
import { type Accepted, acceptOrder } from '../../../shared/domain/mirroring/accept.ts';
import type { AttemptResult, Delivery } from '../../../shared/domain/mirroring/attempt.ts';
import type { Claim } from '../../../shared/domain/mirroring/claim.ts';
import type { At } from '../../../shared/domain/mirroring/entry.ts';
import type { ManagerOrderBody, OrderEntry } from '../../../shared/domain/mirroring/order.ts';
import { levelsBefore } from '../../../shared/domain/mirroring/preview.ts';
import { workShard } from '../../../shared/domain/mirroring/shard.ts';
import { previewView } from '../../../shared/domain/mirroring/views.ts';
import type { Vault } from '../../../shared/domain/vaults/vault.ts';
import type { House } from '../../followers/support/house.ts';

const nothing = async (): Promise<undefined> => undefined;
const ack: AttemptResult = { kind: 'ack', ms: 5, status: 200 };

export class Room {
  readonly deliveries: Delivery[] = [];
  /** What was thrown for single followers. */
  readonly errors: unknown[] = [];
  /** What a follower's endpoint answers. */
  answer: (delivery: Delivery) => AttemptResult = () => ack;
  readonly #house: House;
  readonly #vault: Vault;
  #orders = 0;
  constructor(house: House, vault: Vault) {
    this.#house = house;
    this.#vault = vault;
  }

  shardOf = (shard = 0) => ({ tenant_id: this.#vault.tenant_id, vault_id: this.#vault.vault_id, shard });

  order(body: Pick<ManagerOrderBody, 'side' | 'qty'> & Partial<ManagerOrderBody>): Promise<Accepted> {
    const { table, clock, now } = this.#house;
    this.#orders += 1;
    const terms = { symbol: 'IBM', order_type: 'market', time_in_force: 'day', ref_price: '10' } as const;
    const order = { external_id: `room-${this.#orders}`, ...terms, ts: new Date(now).toISOString(), ...body };
    const { tenant_id, vault_id } = this.#vault;
    return acceptOrder(
      { tenant_id, vault_id, order, source: 'api', by: 'mia' },
      {
        clock,
        backOff: nothing,
        ring: nothing,
        read: (request, at) => readForAccept(table, request, at),
        commit: (entry, read) => commitEntry(table, entry, read),
        entry: (of, seq) => readEntry(table, of, seq),
      },
    );
  }

  /** A ring of a shard, worked off to its end. */
  async work(seq: number, { shard = 0, table = this.#house.table }: { shard?: number; table?: Table } = {}): Promise<void> {
    const bell = { ...this.shardOf(shard), seq };
    const worker = { owner: this.#house.seed(), deadline: this.#house.now + 15_000 };
    await workShard(bell, worker, {
      clock: this.#house.clock,
      store: shardStore(table),
      observe: () => undefined,
      report: (_follower, error) => this.errors.push(error),
      dispatcher: {
        ready: () => Promise.resolve(),
        deliver: async (delivery) => {
          this.deliveries.push(delivery);
          return this.answer(delivery);
        },
      },
      aftermath: { ...aftermathStore(table), delays: [1, 5, 15, 60], deadLetter: nothing, ringLanes: nothing },
    });
  }

  claim = (at: At, shard = 0): Promise<Claim | undefined> => readClaim(this.#house.table, this.shardOf(shard), at);

  /** What `preview` answers of an order, as it reads the table now. */
  async preview(seq: number, follower: Follower) {
    const { table } = this.#house;
    const shard = this.shardOf(follower.shard);
    const entry = (await readEntry(table, shard, seq)) as OrderEntry;
    const before = await levelsBefore(entry, follower, {
      claim: (n) => readClaim(table, shard, { seq: n }),
      ledger: (symbol) => readLedger(table, shard, symbol),
      entry: (n) => readEntry(table, shard, n),
      cursor: () => readCursorSeq(table, shard),
    });
    return previewView(entry, follower, before);
  }
}
