import { findVault } from '../../shared/adapters/dynamo/lookups.ts';
import { readReport } from '../../shared/adapters/dynamo/reconcile-store.ts';
import { openQueue, reconcileMessage, ringAll } from '../../shared/adapters/sqs/queue.ts';
import { reconciliationView } from '../../shared/domain/reconciliation/report.ts';
import { notFound, permit, resource } from '../../shared/domain/tenants/policy.ts';
import { timestamp } from '../../shared/kit/clock.ts';
import { Refusal } from '../../shared/kit/refusal.ts';
import { readEnv } from '../../shared/wiring/env.ts';
import { clock } from '../edge/entropy.ts';
import type { ApiAnswer, ApiRequest } from '../edge/request.ts';
import { table } from './api-table.ts';

const queue = openQueue(readEnv('mirroring-api').reconcile);

async function vaultFor({ principal, params }: ApiRequest, action: 'getReconciliation' | 'reconcileVault') {
  const vault = await findVault(table, params['vault_id'] as string);
  permit(principal, action, resource('vault', vault));
  if (vault === undefined) throw notFound('vault');
  return vault;
}

export async function getReconciliation(request: ApiRequest): Promise<ApiAnswer> {
  const report = await readReport(table, await vaultFor(request, 'getReconciliation'));
  if (report === undefined) throw new Refusal(404, 'reconciliation_not_found', 'The vault was not reconciled yet.');
  return { body: reconciliationView(report) };
}

/** Asks for a run at once, beside those that come by themselves. */
export async function reconcileVault(request: ApiRequest): Promise<ApiAnswer> {
  const { tenant_id, vault_id } = await vaultFor(request, 'reconcileVault');
  const run_at = timestamp(clock());
  await ringAll(queue, [reconcileMessage({ tenant_id, vault_id, run_at, from: 0 })]);
  return { body: { vault_id, run_at } };
}
