/** One vault with one shard in memory: orders and cancels through the real decisions, every child happens unless told not to. */

import type { Follower, FollowerBody } from '../../../shared/domain/followers/follower.ts';
import { newFollower } from '../../../shared/domain/followers/settings.ts';
import { decide } from '../../../shared/domain/mirroring/accept.ts';
import { type CancelRequest, cancelOrder } from '../../../shared/domain/mirroring/cancel.ts';
import type { Claim } from '../../../shared/domain/mirroring/claim.ts';
import { atOf, type CancelEntry, type LogEntry } from '../../../shared/domain/mirroring/entry.ts';
import type { ManagerOrderBody } from '../../../shared/domain/mirroring/order.ts';
import { type Ledger, ledgerAfter } from '../../../shared/domain/mirroring/plan.ts';
import { planEntry } from '../../../shared/domain/mirroring/plan-line.ts';
import { newVault } from '../../../shared/domain/vaults/create.ts';
import type { Vault } from '../../../shared/domain/vaults/vault.ts';
import { timestamp } from '../../../shared/kit/clock.ts';

const tenant = { tenant_id: 'ten_01HF7YAT00000000000000000A', kind: 'manager' as const };
const vaultId = 'vlt_01HF7YAT00000000000000000B';
const start = Date.UTC(2026, 0, 5, 15);

export type Trade = Pick<ManagerOrderBody, 'side' | 'qty'> & { readonly reduce_only?: true; readonly symbol?: string };

export class Line {
  vault: Vault = newVault({ label: 'v', rails: ['fiat'] }, tenant.tenant_id, vaultId, timestamp(start));
  now = start;
  readonly log: LogEntry[] = [];
  readonly claims: Claim[] = [];
  readonly roster: Follower[] = [];
  readonly ledgers = new Map<string, Ledger>();
  readonly #positions = new Map<string, string>();

  join(body: Partial<FollowerBody> & { scale: string }): Follower {
    const place = this.roster.length;
    const follower = newFollower(
      { mode: 'proportional', webhook: { url: 'https://follower.example/' }, ...body },
      {
        followerId: `fol_01HF7YAT0000000000000000${String(place).padStart(2, '0')}`,
        tenantId: tenant.tenant_id,
        vault: this.vault,
        shard: 0,
        place,
        now: timestamp(start),
        allowed: { flip_mode: true, persona_boosts: true },
      },
    );
    this.roster.push(follower);
    this.vault = { ...this.vault, shards: 1 };
    return follower;
  }

  /** Places in `missed` refuse their child. */
  order(trade: Trade, missed: readonly number[] = []): LogEntry {
    this.now += 1000;
    const { symbol = 'IBM', ...rest } = trade;
    const terms = { order_type: 'market', time_in_force: 'day', ref_price: '10', ts: timestamp(this.now) } as const;
    const order = { external_id: `o${this.vault.seq + 1}`, symbol, ...terms, ...rest };
    const request = { tenant_id: tenant.tenant_id, vault_id: vaultId, order, source: 'api' as const, by: 'me' };
    const view = { vault: this.vault, position: this.position(symbol), predecessorDecided: true };
    const entry = decide(request, view, this.now);
    this.#append(entry, missed);
    return entry;
  }

  async cancel(seq: number, filled_qty = '0', seed = `seed ${seq}`): Promise<CancelEntry> {
    this.now += 1000;
    const made: CancelEntry[] = [];
    const request: CancelRequest = { tenant_id: tenant.tenant_id, vault_id: vaultId, seq, filled_qty, by: 'me', seed };
    await cancelOrder(request, {
      clock: () => this.now,
      backOff: async () => undefined,
      ring: async () => undefined,
      entry: async (_vault, n) => this.log[n - 1],
      read: async () => ({ vault: this.vault, order: this.log[seq - 1], mark: undefined, refPrice: '10' }),
      log: async (_vault, symbol, from, to) => this.log.filter((e) => e.order.symbol === symbol && e.seq >= from && e.seq <= to),
      commit: async (entry) => {
        made.push(entry);
        return 'committed';
      },
    });
    const [entry] = made;
    if (entry === undefined) throw new Error('nothing was committed');
    this.#append(entry, []);
    return entry;
  }

  position(symbol = 'IBM'): string {
    return this.#positions.get(symbol) ?? '0';
  }

  ledger(symbol = 'IBM'): Ledger {
    return this.ledgers.get(symbol) ?? { symbol, line: 0, rows: new Map() };
  }

  #append(entry: LogEntry, missed: readonly number[]): void {
    this.log.push(entry);
    const { symbol } = entry.order;
    this.#positions.set(symbol, entry.pinned.position_after);
    const canceled_to = entry.kind === 'cancel' ? { canceled_to: entry.canceled_to } : {};
    this.vault = { ...this.vault, seq: entry.seq, last_time: entry.accepted_at, ...canceled_to };
    this.#work(entry, missed);
  }

  #work(entry: LogEntry, missed: readonly number[]): void {
    const ledger = this.ledger(entry.order.symbol);
    const past = {
      log: this.log.filter((e) => e.seq < entry.seq && e.order.symbol === entry.order.symbol && e.seq >= fromOf(entry)),
      claims: this.claims.filter((c) => c.symbol === entry.order.symbol && c.seq >= fromOf(entry)),
      children: new Map(),
    };
    const broken = (_follower: Follower, error: unknown) => {
      throw error;
    };
    const rows = planEntry({ entry, roster: this.roster, ledger, vaultStatus: 'open', past, canceled: false, onBroken: broken });
    const happened = new Set(rows.filter((r) => r.fate === 'send' && !missed.includes(r.place)).map((r) => r.place));
    const outcomes = rows.map(({ place, fate }) => ({
      place,
      state: happened.has(place) ? ('ack' as const) : fate === 'send' ? ('rejected' as const) : ('skipped' as const),
      attempts: fate === 'send' ? 1 : 0,
    }));
    const claim = {
      ...atOf(entry),
      symbol: entry.order.symbol,
      state: 'done',
      owner: 'o',
      lease_until: 0,
      accepted_at: entry.accepted_at,
      claimed_at: entry.accepted_at,
      rows,
      outcomes,
    } as const;
    this.claims.push(claim);
    this.ledgers.set(entry.order.symbol, ledgerAfter(ledger, entry, rows, happened));
  }
}

const fromOf = (entry: LogEntry): number => (entry.kind === 'cancel' ? entry.from_seq : entry.seq);
