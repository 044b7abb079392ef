import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { add, option, type Shell, whole } from '../command.ts';
import type { Context, World } from '../context.ts';
import { type ExitCode, exitCodes, usage } from '../exit.ts';
import { type BusOptions, busOf, putBatches } from '../feed/bus.ts';
import { type Decision, Decisions, withoutDecision } from '../feed/decisions.ts';
import { type Batch, batchesOf, stamped } from '../feed/read.ts';
import { chained, eventsOf, following } from '../feed/split.ts';
import type { Column } from '../output/table.ts';

interface FeedOptions extends BusOptions {
  readonly vault?: string;
  readonly wait: boolean;
  readonly restamp?: true;
  readonly timeout: number;
}

const columns: readonly Column<Decision>[] = [
  { title: 'EXTERNAL ID', of: (d) => d.external_id },
  { title: 'RESULT', of: (d) => d.result, state: true },
  { title: 'SEQ', of: (d) => d.seq, right: true },
  { title: 'ORDER', of: (d) => d.manager_order_id },
  { title: 'CODE', of: (d) => d.code },
  { title: 'DETAIL', of: (d) => d.detail },
];

export function addFeed(program: Command, shell: Shell): void {
  add<FeedOptions>(program, shell, {
    usage: 'feed <file>',
    about: 'put an autotrade_queue on the bus, as VANTA OS does, and tell what became of each order',
    example: 'vanta feed queue.json ; cat orders.jsonl | vanta feed - --vault vlt_... --bus vanta-sandbox',
    options: [
      option('--vault <id>', 'of orders that name none'),
      option('--no-wait', 'do not wait for decisions; needs no token'),
      option('--restamp', 'give every order the present time as its ts; else only those without one'),
      whole('--timeout <seconds>', 'how long to wait for the decisions of an event', 30),
      option('--bus <name>', 'name or ARN of the bus; default VANTA_BUS, or the local platform’s'),
      option('--bus-endpoint <url>', 'where it is, if not on AWS'),
      option('--region <region>', 'AWS region; default as the AWS SDK finds it'),
    ],
    run: feed,
  });
}

async function feed(context: Context, [file = '']: readonly string[], options: FeedOptions): Promise<ExitCode> {
  const { world, profile, print } = context;
  const bus = busOf(options, profile, world.env);
  const now = new Date(world.now()).toISOString();
  const batches = batchesOf(await textOf(file, world), options.vault);
  const timed = batches.map(({ vault_id, orders }) => ({
    vault_id,
    orders: orders.map((order) => stamped(order, now, options.restamp === true)),
  }));
  const events = timed.flatMap(eventsOf);
  const put = (batch: readonly Batch[]) => putBatches(bus, batch, world.signal);
  const decisions = options.wait ? await inTurn(context, events, put, options.timeout * 1000) : await atOnce(events, put);
  print.table(decisions, columns, 'no orders');
  const counts = Map.groupBy(decisions, (d) => d.result);
  print.note([...counts].map(([result, some]) => `${some.length} ${result.replace('_', ' ')}`).join(', '));
  if (counts.has('refused')) return exitCodes.refused;
  return counts.has('undecided') ? exitCodes.failed : exitCodes.ok;
}

async function textOf(file: string, { stdin, cwd }: World): Promise<string> {
  if (file === '-') return text(stdin);
  try {
    return readFileSync(resolve(cwd, file), 'utf8');
  } catch (error) {
    throw usage((error as Error).message);
  }
}

type Put = (batch: readonly Batch[]) => Promise<void>;

async function atOnce(events: readonly Batch[], put: Put): Promise<Decision[]> {
  await put(chained(events));
  return events.flatMap((event) => withoutDecision(event, 'sent'));
}

/**
 * An event goes when the one before it is decided, and follows the last order that was accepted: one that was refused
 * must not take all after it along. After an event that nobody decided, none goes.
 */
async function inTurn(context: Context, events: readonly Batch[], put: Put, timeoutMs: number): Promise<Decision[]> {
  const vaults = new Map<string, Decisions>();
  for (const { vault_id } of events) if (!vaults.has(vault_id)) vaults.set(vault_id, await Decisions.open(context, vault_id));
  const decided: Decision[] = [];
  const last = new Map<string, string>();
  for (const [i, event] of events.entries()) {
    const sent = following(event, last.get(event.vault_id));
    await put([sent]);
    const found = (await vaults.get(event.vault_id)?.of(sent, timeoutMs)) ?? [];
    decided.push(...found);
    const previous = found.findLast((d) => d.result === 'accepted')?.external_id;
    if (previous) last.set(event.vault_id, previous);
    if (found.some((d) => d.result === 'undecided'))
      return [...decided, ...events.slice(i + 1).flatMap((rest) => withoutDecision(rest, 'not_sent'))];
  }
  return decided;
}
