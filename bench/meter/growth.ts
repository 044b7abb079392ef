/**
 * The exponent b of y = a * n^b by least squares over the logarithms: 1 is linear, 0 does not grow. Undefined for fewer than
 * two sizes, and where a value is not positive.
 */
export function growthExponent(points: readonly { n: number; y: number }[]): number | undefined {
  if (points.length < 2 || points.some(({ n, y }) => !(n > 0 && y > 0))) return undefined;
  const logs = points.map(({ n, y }) => ({ x: Math.log(n), y: Math.log(y) }));
  const mean = (of: (p: { x: number; y: number }) => number) => logs.reduce((sum, p) => sum + of(p), 0) / logs.length;
  const [x, y] = [mean((p) => p.x), mean((p) => p.y)];
  const spread = logs.reduce((sum, p) => sum + (p.x - x) ** 2, 0);
  return spread === 0 ? undefined : logs.reduce((sum, p) => sum + (p.x - x) * (p.y - y), 0) / spread;
}

/** The middle value; of an even number the mean of the two in the middle. */
export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? (sorted[half] as number) : ((sorted[half - 1] as number) + (sorted[half] as number)) / 2;
};

/** The smallest value that at least this share (0 .. 1) of all do not exceed. */
export const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(values.length * share) - 1)] as number;
