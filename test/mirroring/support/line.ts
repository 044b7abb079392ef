/** One vault with one shard in memory: orders and cancels through the real decisions, every child happens unless told not to. */

import type { Follower, FollowerBody } from '../../../shared/domain/followers/follower.ts';
import { newFollower } from '../../../shared/domain/followers/settings.ts';
import { decide } from '../../../shared/domain/mirroring/accept.ts';
import { askEntry } from '../../../shared/domain/mirroring/asks.ts';
import { type CancelRequest, cancelOrder } from '../../../shared/domain/mirroring/cancel.ts';
import type { Claim } from '../../../shared/domain/mirroring/claim.ts';
import { atOf, type CancelEntry, type LineEntry, type LogEntry } from '../../../shared/domain/mirroring/entry.ts';
import { nextTouched, revertCause } from '../../../shared/domain/mirroring/flips.ts';
import type { ManagerOrderBody } from '../../../shared/domain/mirroring/order.ts';
import { type Ledger, ledgerAfter, type PlannedRow } from '../../../shared/domain/mirroring/plan.ts';
import { planEntry } from '../../../shared/domain/mirroring/plan-line.ts';
import type { Counted } from '../../../shared/domain/overlays/counted.ts';
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
  readonly reverted = new Set<string>();
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

  /** Puts a vault-wide overlay on the vault from now on, for so many ms. */
  overlay(numbers: Counted, ms: number): void {
    const spell = { starts_at: timestamp(this.now + 1), expires_at: timestamp(this.now + 1 + ms) };
    this.vault = { ...this.vault, overlays: [...(this.vault.overlays ?? []), { ...numbers, ...spell }] };
  }

  /** Flips one follower from now on, for so many ms. */
  flip(place: number, amplify: string, ms: number, overlay_id = flipId(place)): void {
    const flip = { overlay_id, amplify, starts_at: timestamp(this.now + 1), expires_at: timestamp(this.now + 1 + ms) };
    this.change(place, { flip });
  }

  change(place: number, change: Partial<Follower>): void {
    this.roster[place] = { ...(this.roster[place] as Follower), ...change };
  }

  /** As the shard's worker reverts a flip: one entry a symbol, behind the log's last. Gives what was planned. */
  revert(overlay_id: string, missed: readonly number[] = []): PlannedRow[] {
    const cause = revertCause(overlay_id);
    const ask = { kind: 'revert' as const, cause, overlay_id, asked_at: timestamp(this.now), by: 'platform' };
    const positions = [...this.#positions].map(([symbol, qty]) => ({ symbol, qty, ref_price: '10', seq: this.vault.seq }));
    const done = new Set<string>();
    const planned: PlannedRow[] = [];
    for (;;) {
      const asked = {
        vault: this.vault,
        positions,
        ledgers: [...this.ledgers.values()],
        done,
        ended: this.reverted.has(overlay_id),
      };
      const symbol = nextTouched(ask, this.roster, asked);
      if (symbol === undefined) break;
      const last = this.claims.at(-1) ?? { seq: this.vault.seq };
      planned.push(...this.work(askEntry(ask, symbol, asked, { key: { ...this.vault, shard: 0 }, last: atOf(last) }), missed));
      done.add(symbol);
    }
    this.reverted.add(overlay_id);
    this.roster.forEach(({ flip }, place) => {
      if (flip?.overlay_id !== overlay_id) return;
      const { flip: _gone, ...rest } = this.roster[place] as Follower;
      this.roster[place] = rest;
    });
    return planned;
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
    this.work(entry, missed);
  }

  work(entry: LineEntry, missed: readonly number[]): PlannedRow[] {
    const ledger = this.ledger(entry.order.symbol);
    const past = {
      log: this.log.filter((e) => e.seq < entry.seq && e.order.symbol === entry.order.symbol && e.seq >= fromOf(entry)),
      claims: this.claims.filter((c) => c.symbol === entry.order.symbol && c.seq >= fromOf(entry)),
      children: new Map(),
      reverted: this.reverted,
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
      ...(entry.kind === 'order' || entry.kind === 'cancel' ? {} : { entry }),
    } as const;
    this.claims.push(claim);
    this.ledgers.set(entry.order.symbol, ledgerAfter(ledger, entry, rows, happened));
    return rows;
  }
}

export const flipId = (place: number): string => `ovl_01HF7YAT0000000000000000${String(place).padStart(2, '0')}`;

const fromOf = (entry: LineEntry): number => (entry.kind === 'cancel' ? entry.from_seq : entry.seq);
