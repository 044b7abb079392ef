import { type Mode, modesOf, type Plan, type Point } from './faults.ts';

/** Every point of a run with each of these modes that its kind knows: one plan each, by a name for people. */
export function everyPoint(seen: readonly Point[], modes: readonly Mode[]): Map<string, Plan> {
  return new Map(
    seen.flatMap(({ kind, label }, i) =>
      modesOf[kind]
        .filter((mode) => modes.includes(mode))
        .map((mode) => [`${i + 1} ${kind} ${label} ${mode}`, new Map([[i + 1, mode]])] as const),
    ),
  );
}

/** As everyPoint, but only the first of several points that are alike. */
export function everyKind(seen: readonly Point[], modes: readonly Mode[]): Map<string, Plan> {
  const nameOf = ({ kind, label }: Point) => `${kind} ${label}`;
  const firsts = new Map(seen.toReversed().map((point) => [nameOf(point), seen.indexOf(point)]));
  for (const [i, point] of seen.entries()) firsts.set(nameOf(point), Math.min(i, firsts.get(nameOf(point)) ?? i));
  const chosen = new Set(firsts.values());
  const numbers = [...chosen].map((i) => `${i + 1} `);
  return new Map([...everyPoint(seen, modes)].filter(([name]) => numbers.some((n) => name.startsWith(n))));
}

/** The points from the first one with this label on. */
export const from = (label: RegExp, plans: ReadonlyMap<string, Plan>, seen: readonly Point[]): Map<string, Plan> => {
  const start = seen.findIndex((point) => label.test(point.label)) + 1;
  return new Map([...plans].filter(([, plan]) => [...plan.keys()].every((n) => n >= start)));
};
