import type { Option } from 'commander';
import { option, whole } from './command.ts';
import type { Context } from './context.ts';
import type { Column } from './output/table.ts';

export interface ListOptions {
  readonly limit: number;
  readonly all?: true;
}
export const listOptions: readonly Option[] = [whole('--limit <n>', 'show at most so many', 50), option('--all', 'show all')];

/** Prints the first items of a list, and says so when there are more. */
export async function printList<Row>(
  { print }: Context,
  items: AsyncIterable<Row>,
  { limit, all }: ListOptions,
  { columns, none }: { readonly columns: readonly Column<Row>[]; readonly none: string },
): Promise<void> {
  const rows: Row[] = [];
  let more = false;
  for await (const item of items) {
    more = all !== true && rows.length === limit;
    if (more) break;
    rows.push(item);
  }
  print.table(rows, columns, none);
  if (more) print.note(`there are more than ${limit}: give --limit N or --all`);
}

/** Pages no larger than what is shown: a page is what a request costs. */
export const pageOf = ({ limit, all }: ListOptions): { readonly limit: number } => ({
  limit: all === true ? 200 : Math.max(1, Math.min(200, limit + 1)),
});
