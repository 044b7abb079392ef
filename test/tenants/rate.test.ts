import { describe, expect, it } from 'vitest';
import { type Bucket, emptyHistory, rateHeaders, rateRefusal, taking } from '../../shared/domain/tenants/rate.ts';

const rate = { perMinute: 60 };
const now = Date.UTC(2026, 0, 5);

/** The bucket's row, as the conditional write leaves it: additive within a period. */
function take(row: Map<number, number>, read: Bucket, at: number): boolean {
  const write = taking(read, rate, at);
  if (write === undefined) return false;
  const before = row.get(write.period);
  if (before !== undefined && before > write.latest) return false;
  row.set(write.period, (before ?? write.startsAt) + write.intervalMs);
  row.delete(write.period - 1);
  return true;
}
const readOf = (row: Map<number, number>): Bucket => {
  const period = Math.max(0, ...row.keys());
  return period === 0 ? emptyHistory : { period, fullAt: row.get(period) ?? 0 };
};

describe('a bucket of 60 requests a minute', () => {
  it('lets 60 in at once and refuses the 61st', () => {
    const row = new Map<number, number>();
    const passed = Array.from({ length: 61 }, () => take(row, readOf(row), now)).filter(Boolean).length;
    expect(passed).toBe(60);
  });

  it('counts every one of 61 that all read it before any of them wrote', () => {
    const row = new Map<number, number>();
    const read = readOf(row);
    const passed = Array.from({ length: 61 }, () => take(row, read, now)).filter(Boolean).length;
    expect(passed).toBe(60);
  });

  it('does so after a pause too, whatever stood in it', () => {
    const row = new Map<number, number>();
    for (let i = 0; i < 60; i += 1) take(row, readOf(row), now);
    const later = now + 3_600_000;
    const read = readOf(row);
    const passed = Array.from({ length: 61 }, () => take(row, read, later)).filter(Boolean).length;
    expect(passed).toBe(60);
    expect([...row.keys()]).toEqual([2]);
  });

  it('gives one back each second', () => {
    const row = new Map<number, number>();
    for (let i = 0; i < 60; i += 1) take(row, readOf(row), now);
    expect(take(row, readOf(row), now + 999)).toBe(false);
    expect(take(row, readOf(row), now + 1000)).toBe(true);
    expect(take(row, readOf(row), now + 1001)).toBe(false);
  });

  it('that is read empty is refused without a write', () => {
    expect(taking({ period: 3, fullAt: now + 60_000 }, rate, now)).toBeUndefined();
    expect(taking({ period: 3, fullAt: now + 59_000 }, rate, now)).toMatchObject({ period: 3 });
  });

  it.each([
    [now + 1000, 59, 1],
    [now + 60_000, 0, 60],
    [now - 5, 60, 0],
    [now + 30_500, 29, 31],
  ])('full at %d: says what is left', (fullAt, left, reset) => {
    expect(rateHeaders(fullAt, rate, now)).toEqual({
      'ratelimit-policy': '"requests";q=60;w=60',
      ratelimit: `"requests";r=${left};t=${reset}`,
    });
  });

  it('says after how many whole seconds there is one again', () => {
    const { status, code, extra } = rateRefusal(now + 60_400, rate, now);
    expect([status, code, extra]).toEqual([429, 'rate_limited', { retry_after_seconds: 2 }]);
  });
});
