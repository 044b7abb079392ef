import { readChild } from '../../../shared/adapters/dynamo/child-reads.ts';
import type { Table } from '../../../shared/adapters/dynamo/client.ts';
import { countedFill, saveFill } from '../../../shared/adapters/dynamo/fill-store.ts';
import { saveHeld } from '../../../shared/adapters/dynamo/held-store.ts';
import { readEntry } from '../../../shared/adapters/dynamo/line-reads.ts';
import { findFollower } from '../../../shared/adapters/dynamo/lookups.ts';
import { readLedgers, readReport, saveReport } from '../../../shared/adapters/dynamo/reconcile-store.ts';
import { reconcileTable } from '../../../shared/adapters/dynamo/reconcile-table.ts';
import { saveVaultChange } from '../../../shared/adapters/dynamo/vault-change.ts';
import type { Follower, FollowerBody } from '../../../shared/domain/followers/follower.ts';
import { reportPositions } from '../../../shared/domain/followers/position-report.ts';
import type { AttemptResult, Delivery } from '../../../shared/domain/mirroring/attempt.ts';
import type { Bell } from '../../../shared/domain/mirroring/bell.ts';
import type { LineEntry } from '../../../shared/domain/mirroring/entry.ts';
import { type FillReport, reportFill } from '../../../shared/domain/mirroring/fill.ts';
import { standing } from '../../../shared/domain/mirroring/plan.ts';
import { servedChild } from '../../../shared/domain/mirroring/served.ts';
import { type ReconcilePage, reconcile } from '../../../shared/domain/reconciliation/reconcile.ts';
import type { Report } from '../../../shared/domain/reconciliation/report.ts';
import { patched } from '../../../shared/domain/vaults/change.ts';
import type { ReconcilePolicy, Vault } from '../../../shared/domain/vaults/vault.ts';
import { timestamp } from '../../../shared/kit/clock.ts';
import { format } from '../../../shared/kit/decimal.ts';
import { carl, House } from '../../followers/support/house.ts';
import { Room } from '../../mirroring/support/room.ts';

export const refused: AttemptResult = { kind: 'rejected', ms: 5, status: 404, error: '404' };
const ack: AttemptResult = { kind: 'ack', ms: 5, status: 200 };
const quietMs = 30_000;

export class Desk {
  readonly house = new House();
  readonly rung: Bell[] = [];
  /** Followers whose endpoint refuses, and how. */
  readonly broken = new Map<string, AttemptResult>();
  readonly probes: Delivery[] = [];
  vault!: Vault;
  room!: Room;

  async open(policy: Partial<ReconcilePolicy> = {}, more: Parameters<House['vault']>[0] = {}): Promise<this> {
    this.vault = await this.house.vault(more);
    await this.policy({ cool_down_s: 60, ...policy });
    this.room = new Room(this.house, this.vault);
    this.room.answer = (delivery) => this.broken.get(delivery.follower.follower_id) ?? ack;
    return this;
  }
  async policy(policy: Partial<ReconcilePolicy>): Promise<void> {
    const before = await this.house.vaultNow(this.vault);
    const next = patched(before, { reconcile_policy: { ...before.reconcile_policy, ...policy } }, timestamp(this.house.now));
    const by = { by: 'mia', request_id: 'r', seed: this.house.seed() };
    if (!(await saveVaultChange(this.house.table, next, before, by))) throw new Error('the vault moved');
  }
  join = async (more: Partial<FollowerBody> = {}): Promise<Follower> =>
    this.house.register(await this.house.vaultNow(this.vault), carl, more);

  /** An order, worked off; then it is quiet for as long as reconciliation asks. */
  async order(side: 'buy' | 'sell', qty: string, more: Parameters<Room['order']>[0] | object = {}): Promise<number> {
    const { seq } = await this.room.order({ side, qty, ...more });
    await this.room.work(seq);
    this.house.now += quietMs + 1;
    return seq;
  }

  /** One run over the whole vault, and what it rang worked off unless told not to. */
  async run({
    table = this.house.table,
    work = true,
    deadline = 1_000_000,
  }: {
    table?: Table;
    work?: boolean;
    deadline?: number;
  } = {}): Promise<Report> {
    const run_at = timestamp(this.house.now);
    let page: ReconcilePage = { tenant_id: this.vault.tenant_id, vault_id: this.vault.vault_id, run_at, from: 0 };
    for (;;) {
      const done = await reconcile(page, this.house.now + deadline, this.#ports(table));
      if ('finished_at' in done) {
        if (work) await this.workRung();
        return done;
      }
      page = JSON.parse(JSON.stringify(done)) as ReconcilePage;
    }
  }
  async workRung(): Promise<void> {
    for (const bell of this.rung.splice(0)) await this.room.work(bell.seq, { shard: bell.shard });
  }
  quiet(): void {
    this.house.now += quietMs + 1;
  }

  #ports(table: Table): Parameters<typeof reconcile>[2] {
    return {
      clock: this.house.clock,
      quietMs,
      ...reconcileTable(table),
      deliver: async (delivery) => {
        this.probes.push(delivery);
        return this.broken.get(delivery.follower.follower_id) ?? ack;
      },
      ring: async (bells) => {
        this.rung.push(...bells);
      },
      save: (report) => saveReport(table, report),
    };
  }

  now = (f: Follower): Promise<Follower> => this.house.followerNow(f);
  latest = (): Promise<Report | undefined> => readReport(this.house.table, this.vault);
  async levels(f: Follower, symbol = 'IBM'): Promise<{ want: string; told: string }> {
    const ledgers = await readLedgers(this.house.table, this.room.shardOf(f.shard));
    const row = ledgers.find((l) => l.symbol === symbol)?.rows.get(f.place);
    const { want, told } = standing(await this.now(f), symbol, row);
    return { want: format(want), told: format(told) };
  }
  /** What a follower's endpoint was sent, signed, in order. */
  took = (f: Follower): string[] =>
    this.room.deliveries
      .filter((d) => d.follower.follower_id === f.follower_id)
      .map(({ body }) => {
        const { side, qty } = JSON.parse(body) as { side: string; qty: string };
        return `${side === 'buy' ? '' : '-'}${qty}`;
      });

  /** A report of the follower's on its child of an entry. */
  async fill(f: Follower, at: { seq: number; k?: number }, report: Partial<FillReport> & { qty: string }): Promise<void> {
    const { table, clock } = this.house;
    const claim = await this.room.claim(at, f.shard);
    const row = claim?.rows.find((r) => r.place === f.place);
    const entry = (claim?.entry ?? (await readEntry(table, this.room.shardOf(f.shard), at.seq))) as LineEntry | undefined;
    if (claim === undefined || row === undefined || entry === undefined) throw new Error('there is no such child');
    const fill = { fill_id: this.house.seed(), price: '10', ts: timestamp(this.house.now), ...report } as FillReport;
    await reportFill(fill, {
      clock,
      read: async () => {
        const follower = await this.now(f);
        return { follower, child: (await readChild(table, f, at)) ?? servedChild(entry, claim, row, follower) };
      },
      canceledChild: async () => undefined,
      takenBack: async () => false,
      counted: (of, fillId) => countedFill(table, of, fillId),
      save: async (reported) => saveFill(table, reported, (await readChild(table, f, at)) !== undefined, 'no cancel'),
    });
  }
  holds(f: Follower, positions: Record<string, string>, ts = timestamp(this.house.now)) {
    const { table, clock } = this.house;
    const by = { by: 'carl', request_id: 'r', event_id: this.house.seed(), at: timestamp(this.house.now) };
    const body = { ts, positions: Object.entries(positions).map(([symbol, qty]) => ({ symbol, qty })) };
    return reportPositions(
      { principal: carl, followerId: f.follower_id, body },
      {
        clock,
        backOff: async () => undefined,
        find: (id) => findFollower(table, id),
        save: (of, held, reported) => saveHeld(table, of, held, { reported, by }),
      },
    );
  }
}
