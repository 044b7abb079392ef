/** What goes wrong in a run: at rates that the seed draws, zero among them, or at one counted point. */
import type { Random } from './prng.ts';

/** What a process asks of the world. */
export type CallKind = 'read' | 'write' | 'send' | 'delete' | 'postpone' | 'deliver' | 'secret';

/**
 * `dies`: the process is gone, before the call or after its effect; `in flight`: the call lands after the death. `lost`: the
 * effect is there and the call throws. `unsent`, `throttled`: it throws without effect. `twice`: the answer was lost and the
 * SDK asked again, with the same client token or (`twice anew`) without one. `conflict`: another transaction was on the item.
 * `partial`: only a part of a batch was answered or taken. `freezes`: the process stands still before or after the effect.
 */
export const modes = [
  'dies before',
  'dies after',
  'dies in flight',
  'lost',
  'unsent',
  'throttled',
  'twice',
  'twice anew',
  'conflict',
  'partial',
  'freezes before',
  'freezes after',
] as const;
export type Mode = (typeof modes)[number];

const everywhere = ['dies before', 'dies after', 'freezes before', 'freezes after'] as const;
export const modesOf: Readonly<Record<CallKind, readonly Mode[]>> = {
  read: [...everywhere, 'unsent', 'throttled', 'partial'],
  write: [...everywhere, 'dies in flight', 'lost', 'unsent', 'throttled', 'twice', 'twice anew', 'conflict'],
  send: [...everywhere, 'dies in flight', 'lost', 'unsent', 'partial'],
  delete: [...everywhere, 'lost', 'unsent'],
  postpone: [...everywhere, 'lost', 'unsent'],
  deliver: [...everywhere, 'dies in flight', 'unsent'],
  secret: [...everywhere, 'unsent'],
};

export interface Rates {
  readonly modes: Readonly<Record<Mode, number>>;
  /** A message comes once more by another way, after up to so long. */
  readonly doubled: number;
  /** A call takes long. */
  readonly slow: number;
  /** Between the clocks of two processes, at most. */
  readonly skewMs: number;
  /** A process that runs out of its time is not killed, but goes on. */
  readonly outlives: number;
  /** How often a message is late. */
  readonly late: number;
}

const levels = [0, 0, 0.002, 0.01, 0.04] as const;
const none = Object.fromEntries(modes.map((mode) => [mode, 0])) as Record<Mode, number>;
export const quiet: Rates = { modes: none, doubled: 0, slow: 0, skewMs: 0, outlives: 0, late: 0 };

/** One run in four is without faults; of the others each draws a rate of its own for each fault. */
export function drawRates(random: Random): Rates {
  const calm = random.chance(0.25);
  const drawn = {
    modes: Object.fromEntries(modes.map((mode) => [mode, random.pick(levels)])) as Record<Mode, number>,
    doubled: random.pick([0, 0, 0.05, 0.3]),
    slow: random.pick([0, 0.01, 0.1]),
    skewMs: random.pick([0, 0, 500, 5000]),
    outlives: random.pick([0, 0.5, 1]),
    late: random.pick([0, 0, 0.1, 0.4]),
  };
  return calm ? quiet : drawn;
}

/** Counts every call, and says which of them is hurt. */
export class Faults {
  rates: Rates;
  readonly struck = new Map<string, number>();
  /** Labels of all calls in a run whose points are counted. */
  readonly points: { readonly kind: CallKind; readonly label: string }[] = [];
  readonly #random: Random;
  readonly #plan: ReadonlyMap<number, Mode> | undefined;

  /** With a plan the faults strike at its points, counted from 1, and nowhere else. */
  constructor(rates: Rates, random: Random, plan?: ReadonlyMap<number, Mode>) {
    this.rates = rates;
    this.#random = random;
    this.#plan = plan;
  }

  strike(kind: CallKind, label: string): Mode | undefined {
    if (this.#plan !== undefined) {
      this.points.push({ kind, label });
      const mode = this.#plan.get(this.points.length);
      return mode === undefined || !modesOf[kind].includes(mode) ? undefined : this.note(mode);
    }
    let drawn = this.#random.float();
    for (const mode of modesOf[kind]) {
      drawn -= this.rates.modes[mode];
      if (drawn < 0) return this.note(mode);
    }
    return undefined;
  }

  note<T extends string>(what: T): T {
    this.struck.set(what, (this.struck.get(what) ?? 0) + 1);
    return what;
  }

  chance(rate: number, what: string): boolean {
    if (this.#plan !== undefined || !this.#random.chance(rate)) return false;
    this.note(what);
    return true;
  }

  /** From now on nothing goes wrong any more. */
  stop(): void {
    this.rates = quiet;
  }
}
