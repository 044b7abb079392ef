/** A follower as the demo registers it. */
export interface Wish {
  readonly n: number;
  readonly mode: 'proportional' | 'capped' | 'shadow';
  readonly scale: string;
  readonly maxPosUsd?: string;
  /** One follower's endpoint answers 500 to everything; another has its kill switch on. */
  readonly fault?: 'fails' | 'killed';
}

/** How the summary calls a follower's kind. */
export const kindOf = ({ mode, fault }: Wish): string => fault ?? mode;

const scales = ['0.1', '0.29', '0.33', '0.5', '0.75', '1', '1.5', '2', '2.5', '0.07'];
const caps = ['150', '2500', '9999.99', '15000', '40000'];

/** Of every twenty followers one is shadow and five are capped, one of a hundred fails and one is killed; scales run through the list, so that every kind meets many. */
export function mixOf(count: number): Wish[] {
  return Array.from({ length: count }, (_, n) => {
    // Seven and ten have no common divisor: every mode meets every scale.
    const scale = pick(scales, n * 7 + Math.floor(n / 20));
    const place = n % 20;
    if (place === 19) return { n, mode: 'shadow', scale };
    if (n === 21) return { n, mode: 'proportional', scale, fault: 'fails' };
    if (n === 22) return { n, mode: 'proportional', scale, fault: 'killed' };
    return place % 4 === 3 || place === 0
      ? { n, mode: 'capped', scale, maxPosUsd: pick(caps, n + Math.floor(n / 20)) }
      : { n, mode: 'proportional', scale };
  });
}

const pick = (list: readonly string[], at: number): string => list[at % list.length] as string;
