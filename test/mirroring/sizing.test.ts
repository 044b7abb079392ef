import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flat, fold, type Levels, type Movement, quantity, type SizingInputs } from '../../shared/domain/mirroring/sizing.ts';
import { absolute, add, type Decimal, decimal, format, one, subtract, zero } from '../../shared/kit/decimal.ts';

const inputs = (more: Partial<SizingInputs> = {}): SizingInputs => ({
  scale: one,
  p: one,
  m: one,
  basis: 'fixed',
  allowShort: true,
  symbolAllowed: true,
  ...more,
});

interface Run {
  readonly levels: Levels;
  readonly position: Decimal;
  readonly children: readonly string[];
}

/** Folds signed order quantities; every child happens unless its index is in `missed`. */
function run(
  orders: readonly string[],
  given: SizingInputs,
  more: { ref?: string; missed?: number[]; increment?: string; min?: string } = {},
): Run {
  let state: Run = { levels: flat, position: zero, children: [] };
  orders.forEach((text, i) => {
    const after = add(state.position, decimal(text));
    const movement: Movement = {
      before: state.position,
      after,
      refPrice: decimal(more.ref ?? '1'),
      increment: decimal(more.increment ?? '1'),
      ...(more.min === undefined ? {} : { minQty: decimal(more.min) }),
    };
    const folded = fold(state.levels, movement, given);
    const { qty, code } = quantity(folded, state.levels.told, state.levels.want, movement);
    const told = more.missed?.includes(i) ? state.levels.told : add(state.levels.told, qty);
    state = { levels: { ...folded.after, told }, position: after, children: [...state.children, code ?? format(qty)] };
  });
  return state;
}

describe('the examples of SPEC 6.2', () => {
  const scale = (text: string, cap?: string) =>
    inputs({ scale: decimal(text), ...(cap === undefined ? {} : { maxPosUsd: decimal(cap) }) });
  it.each([
    ['scale 0.33', ['10', '-5'], scale('0.33'), ['3', '-2']],
    ['scale 0.5 under a cap of one share', ['6', '-3'], scale('0.5', '1'), ['1', 'no_change']],
    ['scale 1.5', ['6', '3'], scale('1.5'), ['9', '4']],
    ['scale 0.2', ['37'], scale('0.2'), ['7']],
    ['scale 0.29, where binary floats say 28', ['100'], scale('0.29'), ['29']],
  ])('%s', (_name, orders, given, children) => {
    expect(run(orders, given).children).toEqual(children);
  });
});

describe('named cases', () => {
  it.each<[string, string[], SizingInputs, Parameters<typeof run>[2], string[]]>([
    [
      'a hair below a multiple counts as it, and to zero leaves no dust',
      ['1', '2', '-3'],
      inputs({ scale: decimal('0.333333333333333333') }),
      { increment: '0.01' },
      ['0.33', '0.67', '-1'],
    ],
    ['crossing zero is one child over it', ['10', '-15'], inputs(), {}, ['10', '-15']],
    ['no shorts: a crossing sells what is there', ['10', '-15'], inputs({ allowShort: false }), {}, ['10', '-10']],
    ['a denied symbol takes no increase', ['10', '-5'], inputs({ symbolAllowed: false }), {}, ['symbol_denied', 'no_change']],
    ['nav without a nav takes no increase', ['10'], inputs({ basis: 'nav' }), {}, ['nav_missing']],
    [
      'nav scales by the ratio',
      ['10'],
      inputs({ basis: 'nav', nav: { follower: decimal('500'), manager: decimal('1000') } }),
      {},
      ['5'],
    ],
    ['what was missed comes with the next increase', ['10', '10'], inputs(), { missed: [0] }, ['10', '20']],
    ['a sale never exceeds what was bought', ['10', '-5', '-5'], inputs(), { missed: [0] }, ['10', 'no_change', 'no_change']],
    [
      'a sale after a part was missed sells only what is there',
      ['10', '10', '-20'],
      inputs(),
      { missed: [1] },
      ['10', '10', '-10'],
    ],
    ['too little waits in the target', ['3', '3'], inputs(), { min: '5' }, ['below_minimum', '6']],
    ['the minimum never holds a closing order back', ['6', '-4', '-2'], inputs(), { min: '5' }, ['6', 'below_minimum', '-6']],
    ['a cap alone never forces a sale', ['10', '1'], inputs({ maxPosUsd: decimal('10') }), {}, ['10', 'no_change']],
  ])('%s', (_name, orders, given, more, children) => {
    expect(run(orders, given, more).children).toEqual(children);
  });

  it('a cap that shrank below what is held forces nothing, and what it withheld stays in the target', () => {
    const first = run(['10'], inputs());
    const movement: Movement = { before: decimal('10'), after: decimal('14'), refPrice: one, increment: one };
    const folded = fold(first.levels, movement, inputs({ maxPosUsd: decimal('5') }));
    expect(format(folded.after.want)).toBe('10');
    expect(format(folded.after.target)).toBe('14');
  });
});

const signed = fc
  .tuple(fc.boolean(), fc.integer({ min: 1, max: 100_000 }))
  .map(([minus, n]) => format(decimal(`${minus ? '-' : ''}${Math.floor(n / 100)}.${n % 100}`)));
const scaleText = fc
  .integer({ min: 1, max: 3000 })
  .map((n) => decimal(`${Math.floor(n / 1000)}.${String(n % 1000).padStart(3, '0')}`));
const anyInputs = fc.record({
  scale: scaleText,
  allowShort: fc.boolean(),
  cap: fc.option(fc.integer({ min: 1, max: 500 }), { nil: undefined }),
});
const history = fc.array(signed, { minLength: 1, maxLength: 30 });
const toInputs = (g: { scale: Decimal; allowShort: boolean; cap: number | undefined }) =>
  inputs({ scale: g.scale, allowShort: g.allowShort, ...(g.cap === undefined ? {} : { maxPosUsd: decimal(String(g.cap)) }) });

describe('properties', () => {
  it('a reduction never raises |want| nor |told|, whatever was missed', () => {
    fc.assert(
      fc.property(history, anyInputs, fc.array(fc.integer({ min: 0, max: 29 })), (orders, given, missed) => {
        const before = run(orders, toInputs(given), { missed });
        const half = decimal(format(before.position));
        const movement: Movement = { before: before.position, after: (half / 2n) as Decimal, refPrice: one, increment: one };
        if (before.position === zero) return;
        const folded = fold(before.levels, movement, toInputs(given));
        const { qty } = quantity(folded, before.levels.told, before.levels.want, movement);
        expect(absolute(folded.after.want) <= absolute(before.levels.want)).toBe(true);
        expect(absolute(add(before.levels.told, qty)) <= absolute(before.levels.told)).toBe(true);
      }),
    );
  });

  it('when the manager is flat, so is everybody: no dust, and nothing told', () => {
    fc.assert(
      fc.property(history, anyInputs, (orders, given) => {
        const net = orders.reduce((sum, o) => add(sum, decimal(o)), zero);
        if (net === zero) return;
        const { levels } = run([...orders, format(subtract(zero, net))], toInputs(given), { increment: '0.01' });
        expect([levels.target, levels.baseline, levels.want, levels.told]).toEqual([zero, zero, zero, zero]);
      }),
    );
  });

  it('told is the want when every child happens and nothing is withheld by a minimum', () => {
    fc.assert(
      fc.property(history, anyInputs, (orders, given) => {
        const { levels } = run(orders, toInputs(given), { increment: '0.01' });
        expect(levels.told).toBe(levels.want);
      }),
    );
  });

  it('no cap is exceeded by an increase', () => {
    fc.assert(
      fc.property(history, scaleText, fc.integer({ min: 1, max: 500 }), (orders, scale, cap) => {
        const { levels } = run(orders, inputs({ scale, maxPosUsd: decimal(String(cap)) }), { increment: '0.01' });
        expect(absolute(levels.told) <= decimal(String(cap))).toBe(true);
      }),
    );
  });
});
