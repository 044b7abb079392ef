import { AsyncLocalStorage } from 'node:async_hooks';
import type { Table } from '../../shared/adapters/dynamo/client.ts';
import { confinedTable, type Standpoint } from '../../shared/adapters/dynamo/confined.ts';
import type { Principal } from '../../shared/domain/tenants/principal.ts';
import { scopeOf } from '../../shared/domain/tenants/scope.ts';
import type { Card } from '../../shared/wiring/card.ts';
import { type FunctionName, functions } from '../../shared/wiring/functions.ts';
import { tagsFor } from '../../shared/wiring/reach.ts';
import { clock } from './entropy.ts';

/** A request under way: for whom it touches the table, and the headers that its answer gets beside those that are its own. */
interface UnderWay extends Standpoint {
  readonly headers: Record<string, string>;
}
const standpoints = new AsyncLocalStorage<UnderWay>();

/** Runs a request as its verified caller. What it sends to the table, however deep, goes out with that caller's credentials. */
export const actingAs = <T>(caller: Principal | undefined, work: () => Promise<T>): Promise<T> =>
  standpoints.run({ scope: caller === undefined ? undefined : scopeOf(caller), headers: {} }, work);

/** Headers of the answer to the request under way; who learns one while it is worked on adds it. */
export const answerHeaders = (): Record<string, string> => standpoints.getStore()?.headers ?? {};

/** The caller as it stands now: who is no member of the tenant that its token names goes on as a person without one. */
export function actFor(present: Principal | undefined): void {
  const standpoint = standpoints.getStore();
  if (standpoint === undefined || present === undefined || present.tenant !== undefined) return;
  standpoint.scope = scopeOf({ subject: present.subject });
}

/** The table as a function's handlers have it: one that knows no keys but those of the request under way. */
export function callersTable(name: FunctionName, env: { readonly table: string; readonly tenantRole: string }): Table {
  const { reach = {} }: Card = functions[name];
  return confinedTable({
    name: env.table,
    roleArn: env.tenantRole,
    tags: tagsFor(reach),
    clock,
    current: () => standpoints.getStore(),
  });
}
