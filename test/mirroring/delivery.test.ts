import { describe, expect, it } from 'vitest';
import { packClaim, unpackClaim } from '../../shared/adapters/dynamo/packed.ts';
import { type Attempt, childOrderBody } from '../../shared/domain/mirroring/delivery.ts';
import { canceledChildId, childIdOf, type LogEntry, orderIdOf } from '../../shared/domain/mirroring/entry.ts';
import type { ClaimRow } from '../../shared/domain/mirroring/plan.ts';
import { positionAfter, reasonsOf } from '../../shared/domain/mirroring/plan-line.ts';
import { childOrderDelivery } from '../../shared/domain/webhooks/delivery-schema.ts';
import { absolute, decimal, format, sign } from '../../shared/kit/decimal.ts';
import { Line } from './support/line.ts';

/** Some orders and a cancel, each with the rows that its claim has. */
async function worked(): Promise<{ line: Line; all: { entry: LogEntry; row: ClaimRow }[] }> {
  const line = new Line();
  line.join({ scale: '0.35' });
  line.join({ scale: '2', mode: 'capped', max_pos_usd: '120' });
  line.join({ scale: '1', allow_short: false });
  line.order({ side: 'buy', qty: '13' });
  line.order({ side: 'sell', qty: '20' });
  line.order({ side: 'buy', qty: '30', reduce_only: true });
  await line.cancel(1, '2');
  const all = line.claims.flatMap((claim) => claim.rows.map((row) => ({ entry: line.log[claim.seq - 1] as LogEntry, row })));
  return { line, all };
}

const bookSizing = (entry: LogEntry, row: ClaimRow) => ({
  baseline: row.after.baseline,
  target: row.after.target,
  want: row.after.want,
  told: row.before.told,
  reasons: reasonsOf(entry, { ...row, reasons: undefined } as ClaimRow),
});

/** The body as one JSON value, put together by the book. */
function bookBody(entry: LogEntry, row: ClaimRow, follower: { follower_id: string; shard: number }, attempt: Attempt): string {
  const { order } = entry;
  const cancels =
    entry.kind === 'cancel' && row.inputs.was !== undefined ? canceledChildId(entry, follower.shard, row.place) : undefined;
  const signed = decimal(row.qty);
  return JSON.stringify({
    ts: attempt.at,
    type: cancels === undefined ? 'child_order' : 'cancel',
    cancels,
    follower_order_id: childIdOf(entry, follower.shard, row.place),
    follower_id: follower.follower_id,
    vault_id: entry.vault_id,
    seq: entry.seq,
    symbol: order.symbol,
    venue: order.venue ?? null,
    side: row.qty === '0' ? order.side : sign(signed) < 0 ? 'sell' : 'buy',
    qty: format(absolute(signed)),
    order_type: order.order_type,
    limit_price: order.limit_price ?? null,
    time_in_force: order.time_in_force,
    position_after: positionAfter(entry, row),
    reason_vector: order.reason_vector ?? [],
    conviction: order.conviction ?? null,
    meta: {
      manager_order_id: orderIdOf(entry),
      scale: row.inputs.scale,
      max_pos_usd: row.inputs.cap ?? null,
      kill_switch: false,
    },
    sizing: bookSizing(entry, row),
    audit: {
      dag_id: orderIdOf(entry),
      dispatch_attempts: attempt.number,
      last_error: attempt.lastError ?? null,
      state: attempt.number === 1 ? 'planned' : 'retry',
    },
    provenance: order.provenance ?? {},
  });
}

describe('the body of a delivery', () => {
  it('is byte for byte what JSON makes of it, whatever others put into it', async () => {
    const { line, all } = await worked();
    const nasty = ['"', '\\', '\u0000', '\n', 'ü', '\u2028', '\ud800', '\u007f', '<>', 'plain', ''];
    for (const { entry, row } of all) {
      for (const [i, text] of nasty.entries()) {
        const order = { ...entry.order, venue: `v${text}`, reason_vector: [text], provenance: { [`k${text}`]: text } };
        const odd = { ...entry, order } as LogEntry;
        const follower = { follower_id: `${line.roster[row.place]?.follower_id}${text}`, shard: 3 };
        const attempts: Attempt[] = [
          { number: 1, at: entry.accepted_at },
          { number: 2 + i, at: entry.accepted_at, lastError: `HTTP ${text}` },
        ];
        for (const attempt of attempts)
          expect(childOrderBody(odd, row, follower, attempt)).toBe(bookBody(odd, row, follower, attempt));
      }
    }
  });

  it('is plain JSON that the contract describes, for every kind of entry', async () => {
    const { line, all } = await worked();
    const kinds = new Set<string>();
    for (const { entry, row } of all) {
      const follower = line.roster[row.place];
      if (follower === undefined) throw new Error('no follower');
      const body = childOrderBody(entry, row, follower, { number: 1, at: entry.accepted_at });
      const parsed = JSON.parse(body) as { type: string };
      expect(JSON.stringify(parsed)).toBe(body);
      expect(childOrderDelivery.safeParse(parsed).error).toBeUndefined();
      kinds.add(parsed.type);
    }
    expect([...kinds].sort()).toEqual(['cancel', 'child_order']);
  });

  it('is the same from a claim that was read as from one that was just planned, in all but time and attempt', async () => {
    const { line, all } = await worked();
    for (const { entry, row } of all) {
      const [read] = unpackClaim(packClaim([row]));
      if (read === undefined) throw new Error('nothing was read');
      expect(read).toEqual({ ...row, reasons: undefined });
      expect(reasonsOf(entry, read)).toEqual(reasonsOf(entry, row));
      const follower = line.roster[row.place] ?? { follower_id: '', shard: 0 };
      const attempt = { number: 2, at: entry.accepted_at, lastError: 'HTTP 500' };
      expect(childOrderBody(structuredClone(entry), read, follower, attempt)).toBe(childOrderBody(entry, row, follower, attempt));
    }
  });
});
