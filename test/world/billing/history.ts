import { stripeStore } from '../../../shared/adapters/dynamo/stripe-store.ts';
import { isGood, isLiveStatus } from '../../../shared/domain/billing/live.ts';
import type { StripeGateway, StripePorts } from '../../../shared/domain/billing/stripe/ports.ts';
import { agrees } from '../../../shared/domain/billing/stripe/reconcile.ts';
import { fromStripe } from '../../../shared/domain/billing/stripe/state.ts';
import { workOff } from '../../../shared/domain/billing/stripe/work.ts';
import type { Subscription } from '../../../shared/domain/billing/subscription.ts';
import { aroundTable } from '../memory/around.ts';
import { MemoryTable } from '../memory/table.ts';
import { Dice, StripeModel } from './model.ts';

const tenantId = 'ten_01HF7YAT00000000000000000A';
const writes = /^(Put|Update|Delete|TransactWrite)Command$/;

export interface Faults {
  /** A process dies at a write: before it, or after it with the answer lost. */
  readonly crash: number;
  readonly drop: number;
  readonly duplicate: number;
}
export const none: Faults = { crash: 0, drop: 0, duplicate: 0 };

/** Bugs to plant: the store as the use cases see it. */
export type Bug = (real: StripePorts['store']) => StripePorts['store'];

/** Says what went wrong in a history; nothing when all is well. */
export async function playHistory(seed: number, faults: Faults, bug: Bug = (real) => real): Promise<string[]> {
  const dice = new Dice(seed);
  const model = new StripeModel(dice);
  const memory = new MemoryTable({ clock: () => model.now });
  const wrong: string[] = [];
  const table = aroundTable(memory.asTable('world'), async (command, go) => {
    for (let ticks = dice.below(4); ticks > 0; ticks -= 1) await Promise.resolve();
    const dies = writes.test(command.constructor.name) && dice.chance(faults.crash);
    if (dies && dice.chance(0.5)) throw new Error('died before');
    const answer = await go();
    if (dies) throw new Error('died after');
    return answer;
  });
  const store = bug(stripeStore(table));
  const ports: StripePorts = { clock: () => model.now, store, stripe: gatewayOf(model, dice) };
  const plain = stripeStore(memory.asTable('world'));
  const account = { tenant_id: tenantId, customer_id: 'cus_1', looks: 0, ver: 1 };
  await plain.putAccount(account, {
    tenant_id: tenantId,
    entity: 'subscription',
    action: 'made',
    by: 't',
    at: '2026',
    event_id: '1',
  });
  const work = (event_id: string) =>
    workOff({ rail: 'stripe', customer_id: 'cus_1', event_id }, { ...ports, done: async () => undefined }).then(
      () => true,
      () => false,
    );
  await run({ dice, model, faults, work, seen: newest(model, plain, wrong) });
  await heal(model, plain, work);
  const last = await plain.subscription(tenantId);
  const truth = fromStripe(model.present, { tenantId, before: undefined, nowMs: model.now }).subscription;
  if (ending(last) !== ending(truth)) wrong.push(`ends as ${essence(last)}, not as ${essence(truth)}`);
  const live = model.present.subscriptions.filter(({ status }) => isLiveStatus(status));
  if (live.length > 1) wrong.push(`${live.length} subscriptions live on`);
  return wrong;
}

interface Running {
  readonly dice: Dice;
  readonly model: StripeModel;
  readonly faults: Faults;
  readonly work: (eventId: string) => Promise<boolean>;
  readonly seen: () => Promise<void>;
}

/** Steps of Stripe, and events of them that come late, twice, in any order, or never; two processes at a time. */
async function run({ dice, model, faults, work, seen }: Running): Promise<void> {
  const mail: string[] = [];
  const busy = new Set<Promise<void>>();
  for (let step = 4 + dice.below(9), n = 0; n < step; n += 1) {
    model.step();
    const copies = dice.chance(faults.drop) ? 0 : 1 + (dice.chance(faults.duplicate) ? 1 + dice.below(2) : 0);
    for (let copy = 0; copy < copies; copy += 1) mail.splice(dice.below(mail.length + 1), 0, `evt_${n}`);
    while (mail.length > 0 && busy.size < 2 && dice.chance(0.7)) {
      const event = mail.shift() as string;
      const working = work(event).then(async (done) => {
        if (!done) mail.push(event);
        await seen();
        busy.delete(working);
      });
      busy.add(working);
    }
    for (let ticks = dice.below(250); ticks > 0; ticks -= 1) await Promise.resolve();
    await seen();
  }
  await Promise.all(busy);
  for (let event = mail.shift(); event !== undefined; event = mail.shift()) if (!(await work(event))) mail.push(event);
  await seen();
}

/** What reconciliation does: whoever differs is worked off, until it goes through. */
async function heal(model: StripeModel, store: StripePorts['store'], work: (event: string) => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 50; tries += 1) {
    const record = await store.subscription(tenantId);
    if (model.present.subscriptions.every((fact) => agrees(fact, record))) return;
    await work('reconciliation');
  }
}

const essence = (record: Subscription | undefined): string => {
  if (record === undefined) return 'none';
  const { created_at: _c, updated_at: _u, ver: _v, ...rest } = record;
  return JSON.stringify(Object.entries(rest).sort());
};

/** What gives nothing any more is as good as what never was. */
const ending = (record: Subscription | undefined): string =>
  record === undefined || !isLiveStatus(record.status) ? 'nothing' : essence(record);

/** Whatever stands in the record stood at Stripe, and later than what stood there before: nothing old comes back. */
function newest(model: StripeModel, store: StripePorts['store'], wrong: string[]): () => Promise<void> {
  let from = 0;
  return async () => {
    const record = await store.subscription(tenantId);
    if (record === undefined) return;
    const at = model.past.findIndex((facts, index) => {
      if (index < from) return false;
      const { subscription } = fromStripe(facts, { tenantId, before: undefined, nowMs: model.now });
      return essence(subscription) === essence(record);
    });
    if (at >= 0) from = at;
    else if (!wrong.includes('a record that Stripe had no longer, or never'))
      wrong.push('a record that Stripe had no longer, or never');
    const allowed =
      at < 0 ||
      !isGood(record.status) ||
      model.past.slice(from).some(({ subscriptions }) => subscriptions.some(({ status }) => isGood(status)));
    if (!allowed) wrong.push('more than Stripe allows');
  };
}

function gatewayOf(model: StripeModel, dice: Dice): StripeGateway {
  const never = async (): Promise<never> => {
    throw new Error('not of this story');
  };
  return {
    facts: async () => {
      const { present } = model;
      for (let ticks = dice.below(500); ticks > 0; ticks -= 1) await Promise.resolve();
      return present;
    },
    cancelNow: async (id) => model.cancelNow(id),
    refund: async (_payment, cents, seed) => {
      model.refunds.set(seed, cents);
      return true;
    },
    refunds: async () => [],
    createCustomer: never,
    openCheckout: never,
    checkout: never,
    expireCheckout: never,
    preview: never,
    upgrade: never,
    giveUp: never,
    downgradeAtEnd: never,
    release: never,
    cancelAtEnd: never,
    portal: never,
  };
}
