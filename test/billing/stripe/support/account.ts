import { startStripeSimulator } from '../../../../local/servers/stripe/simulator.ts';
import { stripeStore } from '../../../../shared/adapters/dynamo/stripe-store.ts';
import { syncCatalogue } from '../../../../shared/adapters/stripe/catalogue.ts';
import { clientAt } from '../../../../shared/adapters/stripe/client.ts';
import { stripeGateway } from '../../../../shared/adapters/stripe/gateway.ts';
import type { Asking } from '../../../../shared/domain/billing/rail.ts';
import type { StripePorts } from '../../../../shared/domain/billing/stripe/ports.ts';
import { stripeRail } from '../../../../shared/domain/billing/stripe/rail.ts';
import { workOff } from '../../../../shared/domain/billing/stripe/work.ts';
import { sha256 } from '../../../../shared/kit/hash.ts';
import { ulid } from '../../../../shared/kit/ids.ts';
import { MemoryTable } from '../../../world/memory/table.ts';

export const tenantId = 'ten_01HF7YAT00000000000000000A';
const key = 'sk_test_local';
export const visa = '4242424242424242';

/** The Stripe rail on a table in memory, against the simulator, by the ordinary client; the clocks of both go together. */
export async function openTill() {
  let offsetMs = 0;
  const clock = () => Date.now() + offsetMs;
  const simulator = await startStripeSimulator({ secretKey: key });
  const memory = new MemoryTable({ clock });
  const stripe = clientAt(simulator.url, key, 5000);
  await syncCatalogue(stripe);
  const where = { base: simulator.url, key: async () => key, timeoutMs: 1500, returnUrl: 'http://127.0.0.1:9/back' };
  const ports: StripePorts = { clock, store: stripeStore(memory.asTable('till')), stripe: stripeGateway({ ...where, clock }) };
  const sim = async (path: string, body: unknown) => {
    const answer = await fetch(`${simulator.control}/sim/${path}`, { method: 'POST', body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  };
  return {
    ...viewsOf(memory, ports),
    clock,
    url: simulator.url,
    stripe,
    ports,
    rail: stripeRail(ports),
    asking: askings(clock),
    sim,
    advance: async (days: number) => {
      offsetMs += days * 86_400_000;
      await sim('clock', { advance_seconds: Math.round(days * 86_400) });
    },
    stop: () => simulator.stop(),
  };
}

function askings(clock: () => number): (seed?: string) => Asking {
  let seeds = 0;
  return (seed) => {
    seeds += 1;
    const fresh = ulid(clock(), sha256(`till ${seeds} ${Math.random()}`));
    return { tenantId, by: 'olivia', seed: seed ?? fresh, requestId: `req-${seeds}` };
  };
}

function viewsOf(memory: MemoryTable, ports: StripePorts) {
  const own = (prefix: string) => memory.partition(`T#${tenantId}`).filter((item) => String(item['sk']).startsWith(prefix));
  return {
    memory,
    /** What the worker does with any message of this customer. */
    worked: async () => {
      const account = await ports.store.account(tenantId);
      const message = { rail: 'stripe', customer_id: account?.customer_id ?? '' } as const;
      return workOff(message, { ...ports, done: async () => undefined });
    },
    record: () => ports.store.subscription(tenantId),
    invoices: async () => [...(await ports.store.invoices(tenantId)).values()],
    notices: () => own('NOTICE#').map((item) => String(item['kind'])),
    actions: () => [...memory.items()].flatMap((item) => (String(item['pk']).includes('#AUDIT#') ? [`${item['action']}`] : [])),
  };
}
export type Till = Awaited<ReturnType<typeof openTill>>;

/** What the page's form does. */
export async function pay(url: string | undefined, number = visa): Promise<number> {
  const form = { email: 'olivia@example.com', number, exp: '12/34', cvc: '123' };
  return (await fetch(url ?? '', { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' })).status;
}
