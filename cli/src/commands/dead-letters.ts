import type { Command } from 'commander';
import { type Result, VantaError } from '../../../client/src/index.ts';
import { add, group, option, type Shell } from '../command.ts';
import type { Context } from '../context.ts';
import { type ExitCode, exitCodeOf, exitCodes, failureOf, usage } from '../exit.ts';
import { type ListOptions, listOptions, pageOf, printList } from '../listing.ts';
import type { Column } from '../output/table.ts';

type DeadLetter = Result<'listDeadLetters'>['items'][number];

const columns: readonly Column<DeadLetter>[] = [
  { title: 'CHILD', of: (d) => d.follower_order_id },
  { title: 'FOLLOWER', of: (d) => d.follower_id },
  { title: 'SEQ', of: (d) => d.seq, right: true },
  { title: 'SYMBOL', of: (d) => d.symbol },
  { title: 'CODE', of: (d) => d.code },
  { title: 'TRIES', of: (d) => d.attempts, right: true },
  { title: 'SURE', of: (d) => (d.unknown ? 'unknown' : 'yes'), state: true },
  { title: 'DIED', of: (d) => d.dead_at },
  { title: 'LAST ERROR', of: (d) => d.last_error },
];

export function addDeadLetters(program: Command, shell: Shell): void {
  const letters = group(program, 'dead-letters', 'children that nobody could be told of');
  add<ListOptions>(letters, shell, {
    usage: 'list',
    about: 'list your followers’ and your vaults’, the oldest first',
    example: 'vanta dead-letters list --all --json',
    options: listOptions,
    run: async (context, _args, options) => {
      const items = context.client.iterate.listDeadLetters({ ...context.call, query: pageOf(options) });
      await printList(context, items, options, { columns, none: 'no dead letters' });
    },
  });
  add<{ all?: true }>(letters, shell, {
    usage: 'redrive [children...]',
    about: 'send them once more: same id, same body',
    example: 'vanta dead-letters redrive fo_... ; vanta dead-letters redrive --all',
    options: [option('--all', 'every one that is listed and yours to send')],
    run: redrive,
  });
}

interface Redriven {
  readonly follower_order_id: string;
  readonly redriven: boolean;
  readonly problem?: Readonly<Record<string, unknown>>;
}

const resultColumns: readonly Column<Redriven>[] = [
  { title: 'CHILD', of: (r) => r.follower_order_id },
  { title: 'RESULT', of: (r) => (r.redriven ? 'redriven' : 'refused'), state: true },
  { title: 'CODE', of: (r) => r.problem && String(r.problem['code']) },
  { title: 'DETAIL', of: (r) => r.problem && String(r.problem['detail']) },
];

/** One that is refused does not stop the others. The exit code is that of the first refusal. */
async function redrive(context: Context, named: readonly string[], { all }: { all?: true }): Promise<ExitCode> {
  if (named.length > 0 === (all === true)) throw usage('name the children, or give --all');
  const { client, call, print } = context;
  const ids = [...named];
  if (all)
    // Of other tenants' followers a manager sees the letters, and sends none.
    for await (const letter of client.iterate.listDeadLetters({ ...call, query: { limit: 200 } }))
      if (letter.redrivable) ids.push(letter.follower_order_id);
  const results: Redriven[] = [];
  let exitCode: ExitCode = exitCodes.ok;
  for (const follower_order_id of ids) {
    try {
      await client.redriveDeadLetter({ ...call, path: { follower_order_id } });
      results.push({ follower_order_id, redriven: true });
    } catch (error) {
      if (!(error instanceof VantaError) || !concernsOne(error.status)) throw error;
      if (exitCode === exitCodes.ok) exitCode = exitCodeOf(error.status);
      results.push({ follower_order_id, redriven: false, problem: failureOf(error).problem });
    }
  }
  print.table(results, resultColumns, 'no dead letters');
  return exitCode;
}

/** A refusal of this child; who may not speak, or is too fast, is refused all of them. */
const concernsOne = (status: number): boolean => [400, 404, 409, 422].includes(status);
