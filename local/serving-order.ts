import { parseArgs } from 'node:util';
import { placesInOrder, servingRule, shardsInOrder } from '../shared/domain/mirroring/shuffle.ts';
import { id, isId, parseChildId } from '../shared/kit/ids.ts';
import { UsageError } from './options.ts';

/** Recomputes the order in which followers were served, from ids alone: needs no access to any platform. */

const usage = `usage: npm run serving-order -- MANAGER_ORDER_ID [--shards N] [--shard S --places N]
       npm run serving-order -- FOLLOWER_ORDER_ID [--shards N] --places N
  --shards N    the order went to N shards: print them from the first to the last
  --shard S     look into shard S (a follower order's id names its shard and place)
  --places N    the shard has N followers: print their places from the first to the last`;

const largestShard = 1_048_575;
const mostPlaces = 1024;

interface Asked {
  readonly orderId: string;
  readonly shards?: number;
  readonly inside?: { readonly shard: number; readonly places: number };
  readonly place?: number;
}

/** Reads the command line; throws a UsageError that says what is wrong. */
function asked(args: readonly string[]): Asked {
  const { values, positionals } = parsed(args);
  const [given = ''] = positionals;
  if (positionals.length !== 1) throw new UsageError(`one order is needed, not ${positionals.length}`);
  const child = parseChildId(given);
  if (child === undefined && !isId('mo', given)) throw new UsageError(`not the id of an order: "${given}"`);
  const shards = numberIn('--shards', values.shards, 1, largestShard + 1);
  const shard = child?.shard ?? numberIn('--shard', values.shard, 0, (shards ?? largestShard + 1) - 1);
  const places = numberIn('--places', values.places, 1, mostPlaces);
  if (child !== undefined && values.shard !== undefined) throw new UsageError('a follower order names its shard itself');
  if ((shard === undefined) !== (places === undefined)) throw new UsageError('--shard and --places belong together');
  if (child !== undefined && places !== undefined) requireAmong(child, shards, places);
  if (shards === undefined && shard === undefined) throw new UsageError('--shards, or --shard with --places, is needed');
  return {
    orderId: child === undefined ? given : id('mo', child.cause),
    ...(shards === undefined ? {} : { shards }),
    ...(shard === undefined || places === undefined ? {} : { inside: { shard, places } }),
    ...(child === undefined ? {} : { place: child.place }),
  };
}

function requireAmong({ shard, place }: { shard: number; place: number }, shards: number | undefined, places: number): void {
  if (shards !== undefined && shard >= shards) throw new UsageError(`shard ${shard} is not among ${shards}`);
  if (place >= places) throw new UsageError(`place ${place} is not among ${places}`);
}

function parsed(args: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: { shards: text, shard: text, places: text } });
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

function numberIn(option: string, text: string | undefined, least: number, most: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d{1,7}$/.test(text) && value >= least && value <= most) return value;
  throw new UsageError(`${option} must be a whole number from ${least} to ${most}, not "${text}"`);
}

/** What the command prints. */
export function servingOrderText(args: readonly string[]): string {
  const { orderId, shards, inside, place } = asked(args);
  const lines = [`order ${orderId}`, `rule: ${servingRule}`];
  if (shards !== undefined) lines.push(`shards: ${shardsInOrder(orderId, shards).join(' ')}`);
  if (inside === undefined) return lines.join('\n');
  const { shard, places } = inside;
  const all = Array.from({ length: places }, (_, n) => n);
  const order = placesInOrder(orderId, shard, all);
  lines.push(`places of shard ${shard}: ${order.join(' ')}`);
  if (place !== undefined) lines.push(`place ${place}: ${order.indexOf(place) + 1} of ${places}`);
  return lines.join('\n');
}

function main(): void {
  try {
    console.log(servingOrderText(process.argv.slice(2)));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\n${usage}`);
    process.exitCode = 2;
  }
}

if (import.meta.main) main();
