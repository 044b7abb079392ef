import { btcRail } from '../../../shared/domain/billing/btc/rail.ts';
import { look, tick } from '../../../shared/domain/billing/btc/work.ts';
import type { ChangeAnswer } from '../../../shared/domain/billing/routes.ts';
import { effective } from '../../../shared/domain/entitlements/effective.ts';
import { asking, BtcWorld, seed, tenant } from './btc-world.ts';

export type Wish = { plan_id: 'core' | 'pro' | 'institutional'; interval: 'month' | 'year' };
export const pro: Wish = { plan_id: 'pro', interval: 'month' };
export const core: Wish = { plan_id: 'core', interval: 'month' };

export const change = (world: BtcWorld, wish: Wish, own = seed()): Promise<ChangeAnswer> =>
  btcRail(world.ports).change(asking(own), wish);
export const idOf = ({ invoice_id = '' }: ChangeAnswer) => invoice_id;
export const settle = (world: BtcWorld, invoiceId: string) => look(world.ports, world.becomes(invoiceId, 'Settled', 'None'));

export async function paid(wish: Wish): Promise<BtcWorld> {
  const world = new BtcWorld();
  await settle(world, idOf(await change(world, wish)));
  await tick(world.ports, tenant);
  return world;
}
export const planOf = (world: BtcWorld, now = world.now) => effective(world.subscription, { now, defaultPlan: null }).plan_id;
export const openOf = (world: BtcWorld) => {
  const found = world.invoices.get(world.books.account.open ?? '');
  if (found === undefined) throw new Error('no invoice is open');
  return found;
};
export const kinds = (world: BtcWorld) => [...world.notices.values()].map(({ kind }) => kind);
export const refused = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: { code?: string }) => error.code ?? String(error),
  );
