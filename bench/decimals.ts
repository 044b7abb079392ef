import Big from 'big.js';
import BigNumber from 'bignumber.js';
import { Decimal as Decimaljs } from 'decimal.js';
import * as kit from '../shared/kit/decimal.ts';
import { median } from './meter/growth.ts';

/** What the fold of a symbol needs: exact sums and products, quotients to 18 decimals half-even, whole increments toward zero. */
export interface Arithmetic<D> {
  readonly of: (text: string) => D;
  readonly text: (x: D) => string;
  readonly add: (a: D, b: D) => D;
  readonly subtract: (a: D, b: D) => D;
  /** All factors over the divisor, rounded once. */
  readonly ratio: (a: D, b: D, divisor: D) => D;
  /** Toward zero, to a whole number. */
  readonly whole: (x: D) => D;
  readonly isLess: (a: D, b: D) => boolean;
}

const ours: Arithmetic<kit.Decimal> = {
  of: kit.decimal,
  text: kit.format,
  add: kit.add,
  subtract: kit.subtract,
  ratio: (a, b, divisor) => kit.ratio([a, b], [divisor]),
  whole: (x) => kit.roundTowardZero(x, kit.one),
  isLess: (a, b) => a < b,
};

const Exact = Decimaljs.clone({ precision: 60, rounding: Decimaljs.ROUND_HALF_EVEN, toExpNeg: -30, toExpPos: 30 });
const decimaljs: Arithmetic<Decimaljs> = {
  of: (text) => new Exact(text),
  text: (x) => x.toString(),
  add: (a, b) => a.plus(b),
  subtract: (a, b) => a.minus(b),
  ratio: (a, b, divisor) => a.times(b).div(divisor).toDecimalPlaces(18),
  whole: (x) => x.trunc(),
  isLess: (a, b) => a.lt(b),
};

const bigHalfEven = Big();
bigHalfEven.DP = 18;
bigHalfEven.RM = 2;
bigHalfEven.NE = -30;
bigHalfEven.PE = 30;
const bigjs: Arithmetic<Big> = {
  of: (text) => new bigHalfEven(text),
  text: (x) => x.toString(),
  add: (a, b) => a.plus(b),
  subtract: (a, b) => a.minus(b),
  ratio: (a, b, divisor) => a.times(b).div(divisor),
  whole: (x) => x.round(0, 0),
  isLess: (a, b) => a.lt(b),
};

const HalfEven = BigNumber.clone({ DECIMAL_PLACES: 18, ROUNDING_MODE: BigNumber.ROUND_HALF_EVEN, EXPONENTIAL_AT: 40 });
const bignumber: Arithmetic<BigNumber> = {
  of: (text) => new HalfEven(text),
  text: (x) => x.toString(),
  add: (a, b) => a.plus(b),
  subtract: (a, b) => a.minus(b),
  ratio: (a, b, divisor) => a.times(b).div(divisor),
  whole: (x) => x.integerValue(BigNumber.ROUND_DOWN),
  isLess: (a, b) => a.lt(b),
};

/** The manager's positions in a symbol: increases, part sales, flat, up again. */
const positions = ['370', '283', '411', '297', '434', '97', '260', '0', '512', '344'];

/** The fold of one follower (SPEC 6.2) over these positions, from text to text, as a shard does it per order. */
export function foldOnce<D>({ of, text, ...a }: Arithmetic<D>, scaleText: string, capText: string): string {
  let [target, want] = ['0', '0'];
  let before = of('0');
  const [zero, one] = [of('0'), of('1')];
  for (const next of positions) {
    const after = of(next);
    const reduces = a.isLess(after, before);
    const exact = reduces
      ? a.ratio(of(target), after, before)
      : a.add(of(target), a.ratio(a.subtract(after, before), of(scaleText), one));
    const level = a.whole(exact);
    const previous = of(want);
    const most = a.isLess(of(capText), previous) ? previous : of(capText);
    const lower = reduces ? previous : most;
    const held = a.isLess(lower, level) ? lower : level;
    target = text(exact);
    want = text(a.isLess(held, zero) ? zero : held);
    before = after;
  }
  return `${target} ${want}`;
}

export interface FoldTime {
  readonly name: string;
  /** One order of one follower. */
  readonly micros: number;
}

const libraries = { 'scaled bigint (ours)': ours, 'decimal.js': decimaljs, 'big.js': bigjs, 'bignumber.js': bignumber };
const followers = 2000;
const rounds = 5;

/** Times the fold in each library, after a first round that warms up; throws when their results differ. */
export function timeFolds(): FoldTime[] {
  const scales = Array.from({ length: followers }, (_, i) => ((i * 7919 + 501) % 20_000) / 10_000).map((s) => s.toFixed(4));
  const wanted = scales.map((scale) => foldOnce(ours, scale, '300'));
  return Object.entries(libraries).map(([name, arithmetic]) => {
    const run = () => scales.map((scale) => foldOnce(arithmetic as Arithmetic<unknown>, scale, '300'));
    const different = run().findIndex((text, i) => text !== wanted[i]);
    if (different >= 0) throw new Error(`${name} folds scale ${scales[different]} differently`);
    return { name, micros: median(Array.from({ length: rounds }, () => microsOf(run))) / (followers * positions.length) };
  });
}

function microsOf(work: () => unknown): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return user + system;
}
