import { markdownTable } from '../results.ts';

/** What stood in memory while so many deliveries had arrived. */
export interface Sample {
  readonly at: number;
  readonly arrived: number;
  /** Resident bytes by process. */
  readonly resident: Readonly<Record<string, number>>;
}

/** What the platform's own process is held against. It runs every function in threads of its own, each with its own heap. */
export const bounds = { mostMb: 3000, growthOfLastHalf: 0.1 } as const;

const megabyte = 1e6;
const mb = (bytes: number): string => (bytes / megabyte).toFixed(0);

/** Resident memory of every process: before the first delivery, and the most in each quarter of them. */
export function quarterTable(samples: readonly Sample[], all: number): string {
  const names = [...new Set(samples.flatMap(({ resident }) => Object.keys(resident)))];
  const quarters = [1, 2, 3, 4].map((q) =>
    samples.filter(({ arrived }) => arrived > 0 && Math.min(4, Math.floor((4 * arrived) / all) + 1) === q),
  );
  const parts = [samples.slice(0, 1), ...quarters];
  const most = (part: readonly Sample[], name: string) => Math.max(0, ...part.map(({ resident }) => resident[name] ?? 0));
  return markdownTable(
    ['process', 'before', 'first quarter', 'second', 'third', 'last'],
    names.map((name) => [name, ...parts.map((part) => mb(most(part, name)))]),
  );
}

/**
 * Whether memory is bounded: below a stated bound, and at rest after a warm-up, the first half. At rest means that the
 * straight line through the second half (least squares over what arrived) rises by no more than a tenth of its mean.
 */
export function memoryOf(points: readonly { n: number; bytes: number }[]): { faults: string[]; text: string } {
  const most = Math.max(0, ...points.map(({ bytes }) => bytes));
  const end = points.at(-1)?.n ?? 0;
  const growth = riseOf(points.filter(({ n }) => n >= end / 2));
  const text =
    `The platform's process: at most ${mb(most)} MB (bound ${bounds.mostMb}); over the last half of the deliveries it changed ` +
    `by ${(100 * growth).toFixed(1)} % (bound ${100 * bounds.growthOfLastHalf} %).`;
  const faults = [
    ...(most <= bounds.mostMb * megabyte ? [] : [`the platform took ${mb(most)} MB`]),
    ...(growth <= bounds.growthOfLastHalf
      ? []
      : [`the platform's memory grew by ${(100 * growth).toFixed(1)} % in the last half`]),
  ];
  return { faults, text };
}

/** What the line through the points rises by from its first to its last, over their mean. */
function riseOf(points: readonly { n: number; bytes: number }[]): number {
  if (points.length < 2) return 0;
  const mean = (of: (p: { n: number; bytes: number }) => number) => points.reduce((sum, p) => sum + of(p), 0) / points.length;
  const [n, bytes] = [mean((p) => p.n), mean((p) => p.bytes)];
  const spread = points.reduce((sum, p) => sum + (p.n - n) ** 2, 0);
  const slope = spread === 0 ? 0 : points.reduce((sum, p) => sum + (p.n - n) * (p.bytes - bytes), 0) / spread;
  return (slope * ((points.at(-1)?.n ?? 0) - (points[0]?.n ?? 0))) / bytes;
}
