import { describe, expect, it } from 'vitest';
import { packClaim, unpackClaim } from '../../shared/adapters/dynamo/packed.ts';
import { childOrderBody } from '../../shared/domain/mirroring/delivery.ts';
import type { LogEntry } from '../../shared/domain/mirroring/entry.ts';
import type { ClaimRow } from '../../shared/domain/mirroring/plan.ts';
import { reasonsOf } from '../../shared/domain/mirroring/plan-line.ts';
import { childOrderDelivery } from '../../shared/domain/webhooks/delivery-schema.ts';
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

describe('the body of a delivery', () => {
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
      expect(read).toEqual(row);
      expect(reasonsOf(entry, read)).toEqual(reasonsOf(entry, row));
      const follower = line.roster[row.place] ?? { follower_id: '', shard: 0 };
      const attempt = { number: 2, at: entry.accepted_at, lastError: 'HTTP 500' };
      expect(childOrderBody(structuredClone(entry), read, follower, attempt)).toBe(childOrderBody(entry, row, follower, attempt));
    }
  });
});
