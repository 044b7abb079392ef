import { growthExponent } from './meter/growth.ts';
import type { Measured } from './one-size.ts';

/** The numbers to hold (SPEC 8 and the bench's issue), for the platform at 10,000 followers and more. */
export const budget = {
  fromFollowers: 10_000,
  callsPerChild: 0.1,
  writeUnitsPerChild: 0.2,
  microsOfExpansion: 10,
  exponent: 1.05,
  /** A worker's memory at the largest size over that at 1,000 followers: it grows with the shard, not with N. */
  memoryGrowth: 1.5,
  timesFewerCalls: 50,
  timesFewerUnits: 15,
} as const;

export interface Verdict {
  readonly what: string;
  readonly value: number;
  readonly limit: number;
  readonly ok: boolean;
}

const atMost = (what: string, value: number, limit: number): Verdict => ({ what, value, limit, ok: value <= limit });
const atLeast = (what: string, value: number, limit: number): Verdict => ({ what, value, limit, ok: value >= limit });

/** What is held at one size. */
export function sizeVerdicts(rows: readonly Measured[]): Verdict[] {
  const platform = rows.find(({ who }) => who === 'platform');
  if (platform === undefined || platform.followers < budget.fromFollowers) return [];
  const { deliveries, calls, reading, cpu, followers } = platform;
  const at = `at ${followers.toLocaleString('en')}`;
  const peer = rows.find(({ who }) => who === 'per follower');
  return [
    atMost(`AWS calls per child ${at}`, calls / deliveries, budget.callsPerChild),
    atMost(`write units per child ${at}`, reading.writeUnits / deliveries, budget.writeUnitsPerChild),
    atMost(`CPU microseconds of the expansion per child ${at}`, cpu.expansion, budget.microsOfExpansion),
    ...(peer === undefined
      ? []
      : [
          atLeast(`times fewer calls than per follower ${at}`, peer.calls / calls, budget.timesFewerCalls),
          atLeast(
            `times fewer write units than per follower ${at}`,
            peer.reading.writeUnits / reading.writeUnits,
            budget.timesFewerUnits,
          ),
        ]),
  ];
}

export type Quantity = 'calls' | 'write units' | 'read units' | 'CPU' | 'memory';
const quantities: Record<Quantity, (m: Measured) => number> = {
  calls: (m) => m.calls,
  'write units': (m) => m.reading.writeUnits,
  'read units': (m) => m.reading.readUnits,
  CPU: (m) => m.cpu.total * m.deliveries,
  memory: (m) => m.peakBytes,
};

/** The growth exponents of one system over its sizes. */
export const exponentsOf = (rows: readonly Measured[]): Record<Quantity, number | undefined> =>
  Object.fromEntries(
    Object.entries(quantities).map(([name, of]) => [name, growthExponent(rows.map((m) => ({ n: m.followers, y: of(m) })))]),
  ) as Record<Quantity, number | undefined>;

/** What is held over all sizes: no quantity grows faster than the followers, and a worker's memory not at all. */
export function growthVerdicts(rows: readonly Measured[]): Verdict[] {
  const platform = rows.filter(({ who }) => who === 'platform');
  const exponents = Object.entries(exponentsOf(platform)).flatMap(([name, value]) =>
    value === undefined || name === 'memory' ? [] : [atMost(`growth exponent of ${name}`, value, budget.exponent)],
  );
  const base = platform.find(({ followers }) => followers === 1000);
  const largest = platform.at(-1);
  if (base === undefined || largest === undefined || largest === base) return exponents;
  const growth = largest.peakBytes / base.peakBytes;
  return [...exponents, atMost(`a worker's memory at ${largest.followers} over that at 1,000`, growth, budget.memoryGrowth)];
}
