import type { Table } from '../../../shared/adapters/dynamo/client.ts';

/** A command as a table's client takes it, by the name of its class. */
type Command = { readonly constructor: { readonly name: string } };

/** The table with something around each of its calls: `go` carries the call out. */
export function aroundTable(table: Table, around: (command: Command, go: () => Promise<unknown>) => Promise<unknown>): Table {
  // A command that came in as one goes on as the same.
  const send = (command: Command) => around(command, () => table.client.send(command as never));
  // `send` is overloaded once for each command; one function that passes all of them on has none of those types.
  return { ...table, client: { send } as unknown as Table['client'] };
}
