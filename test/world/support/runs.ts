import type { Database } from './database.ts';
import type { Plan } from './faults.ts';
import { type Final, finalOf } from './final.ts';
import type { Settling } from './handlers.ts';
import { outcomes, violationsOf } from './invariants.ts';
import { World, type WorldOptions } from './world.ts';

export interface Run {
  readonly world: World;
  readonly final: Final;
}

/** A story from its beginning to rest, on a table of its own. */
export async function play(database: Database, options: WorldOptions, before?: (world: World) => void): Promise<Run> {
  const world = new World(await database.fresh(), options);
  before?.(world);
  await world.open();
  await world.rest();
  if (options.story.settles) await settleAll(world);
  return { world, final: await finalOf(world) };
}

/** As play, and throws when anything that must hold does not. */
export async function prove(database: Database, options: WorldOptions, before?: (world: World) => void): Promise<Run> {
  const run = await play(database, options, before);
  const violations = violationsOf(run.final);
  if (violations.length > 0) throw new Error(violations.join('; '));
  return run;
}

/** One run for each plan; gives what was wrong, by the name of the plan. */
export async function proveAll(database: Database, options: WorldOptions, plans: ReadonlyMap<string, Plan>): Promise<string[]> {
  const found = await some([...plans], runsAtATime, async ([name, plan]) => {
    try {
      const { world } = await prove(database, { ...options, plan });
      return world.faults.missed === 0 ? [] : [`${name}: it never struck`];
    } catch (error) {
      return [`${name}: ${(error as Error).message}`];
    }
  });
  return found.flat();
}

/** Keeps both sides of the wire busy on two cores. */
const runsAtATime = 4;

/** Somebody who knows says of every unknown child whether it happened. */
async function settleAll(world: World): Promise<void> {
  const { ended } = outcomes(await finalOf(world));
  for (const { id, unknown, follower, entry } of ended) {
    if (!unknown) continue;
    const what: Settling = { followerId: follower.follower_id, seq: entry.seq, happened: world.endpoints.took(id) };
    world.ask('settlements', id, what);
  }
  await world.rest();
}

/** Works through all of them, some at a time; what they give is in their order. */
async function some<T, R>(items: readonly T[], atATime: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = [...items.entries()];
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) results[next[0]] = await work(next[1]);
  };
  await Promise.all(Array.from({ length: atATime }, worker));
  return results;
}
