import { describe, expect, it, vi } from 'vitest';
import { runDemo } from '../../local/demo/demo.ts';
import { table } from '../../local/demo/report.ts';
import { percentile } from '../../local/demo/verdict.ts';
import { type Misbehaviour, startFakePlatform } from './fake-platform.ts';

/** What the demo prints of a platform that behaves like this. */
async function played(misbehaviour: Misbehaviour, minutes = 1): Promise<string> {
  const platform = await startFakePlatform(misbehaviour);
  const lines: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(String(text)) > 0);
  try {
    const bus = { endpoint: platform.api, name: 'bus' };
    await runDemo({ api: platform.api, bus, minutes, followers: 20, firstMonth: '2009-03', paceMs: 1, flips: false });
  } finally {
    write.mockRestore();
    await platform.stop();
  }
  return lines.join('');
}

describe('the demo against a platform that', () => {
  it('does everything right says so, with the numbers', async () => {
    const text = await played({});
    expect(text).toContain('No drift');
    expect(text).toMatch(/orders sent by VANTA OS +19 +19 accepted, 0 refused/);
    expect(text).toMatch(/deliveries received +([\d,]+) +\1 unique of \1 due/);
  });

  it('does everything twice, drops children, signs badly, buys too much and refuses an order says each', async () => {
    const text = await played(
      { doubles: true, drops: (seq, n) => seq === 2 && n === 2, badKeyFor: 5, refuses: 'momentum-2010-03-GOOG', overbuys: 6 },
      0.01,
    );
    expect(text).toContain('NOT AS IT SHOULD BE');
    expect(text).toMatch(/duplicates +\d{3}/);
    expect(text).toContain('orders refused (vault_halted): 1');
    expect(text).toMatch(/children that never reached their follower: \d+/);
    expect(text).toMatch(/followers that hold something else than the contract says: 3/);
    expect(text).toMatch(/children with another side, quantity or position than the contract says: \d+/);
    expect(text).toMatch(/deliveries with a bad signature: \d+/);
    expect(text).toContain('follower 5: X-Vanta-Signature: no signature matches');
  });
});

it.each([
  [0.5, 50],
  [0.95, 95],
  [1, 100],
])('percentile %d', (share, expected) => {
  expect(
    percentile(
      Array.from({ length: 100 }, (_, i) => i + 1),
      share,
    ),
  ).toBe(expected);
});
it('percentile of nothing', () => expect(percentile([], 0.5)).toBeUndefined());

it('a table stands in columns', () => {
  const rows = [
    ['what', 'n'],
    ['a', '1'],
    ['longer', '1,000'],
  ];
  expect(table(rows)).toBe(['what        n', '------  -----', 'a           1', 'longer  1,000'].join('\n'));
});
