/**
 * What VANTA OS says of a vault (SPEC 6.1): one order or a batch, decided one by one in order, or a NAV snapshot. Everything but an outage ends as an
 * accepted order or as an audited refusal that can be found.
 */
import { milliseconds, timestamp } from '../../kit/clock.ts';
import { id, ulidFromCause } from '../../kit/ids.ts';
import { boundedText } from '../../kit/plain-json.ts';
import { Refusal } from '../../kit/refusal.ts';
import { osEvents } from '../../wiring/events.ts';
import { type AcceptPorts, acceptOrder, managerOrderId } from './accept.ts';
import { busBatch, busOrder, type ManagerOrderBody, managerOrderBody, type RefusedOrder } from './order.ts';

/** What a bus event looks like to its targets (EventBridge's event envelope). */
export interface BusEvent {
  readonly id: string;
  readonly time: string;
  readonly 'detail-type': string;
  readonly detail: unknown;
  /** Ours: until when (ms) an order that was put aside waits for its predecessor. */
  readonly wait_until?: number;
}

export interface IntentPorts extends Pick<AcceptPorts, 'clock'> {
  readonly accept: AcceptPorts;
  readonly vaultOwner: (vaultId: string) => Promise<string | undefined>;
  readonly refused: (vault: { tenant_id: string; vault_id: string }, orderId: string) => Promise<RefusedOrder | undefined>;
  /** Keeps a refused order with its audit event; keeping it again changes nothing. */
  readonly keepRefused: (refused: RefusedOrder) => Promise<void>;
  /** Sends one order on to a group of its own, where nothing waits behind it. */
  readonly putAside: (event: BusEvent, orderId: string) => Promise<void>;
  /** Records a NAV snapshot, or audits why not. */
  readonly nav: (event: BusEvent, vault: { tenant_id: string; vault_id: string }) => Promise<void>;
  readonly pause: (ms: number) => Promise<void>;
  readonly report: (what: { code: string; detail: string; vault_id?: string }) => void;
}

/** How long an order waits for the one it names as its predecessor, and how often it looks. */
const predecessorWaitMs = 10_000;
const lookEveryMs = 250;
/** One function run may wait this long; a longer wait goes on in the next message. */
const waitPerRunMs = 4_000;

export async function acceptIntent(event: BusEvent, ports: IntentPorts): Promise<void> {
  const vaultId = vaultNamed(event.detail);
  const tenantId = vaultId === undefined ? undefined : await ports.vaultOwner(vaultId);
  if (vaultId === undefined || tenantId === undefined) return ports.report({ code: 'vault_not_found', detail: 'no such vault' });
  if (event['detail-type'] === osEvents.nav) return ports.nav(event, { tenant_id: tenantId, vault_id: vaultId });
  const refused = new Set<string>();
  const orders = ordersIn(event);
  if (orders instanceof Refusal) return keep({ event, tenantId, vaultId, raw: event.detail, index: 0, refused }, orders, ports);
  for (const [index, raw] of orders.entries()) await decideOne({ event, tenantId, vaultId, raw, index, refused }, ports);
}

/** The vault that an event speaks of, when its id can be read at all. */
function vaultNamed(detail: unknown): string | undefined {
  const named = busOrder.safeParse(detail);
  return named.success ? named.data.vault_id : undefined;
}

/** The raw orders of an event, or a refusal of the event as a whole. */
function ordersIn(event: BusEvent): readonly unknown[] | Refusal {
  if (event['detail-type'] !== osEvents.batch) {
    const { vault_id: _vault, ...order } = event.detail as Record<string, unknown>;
    return [order];
  }
  const parsed = busBatch.safeParse(event.detail);
  if (parsed.success) return parsed.data.orders;
  const issue = parsed.error.issues[0];
  return new Refusal(400, 'validation_failed', `/${issue?.path.join('/') ?? ''} ${issue?.message ?? 'not valid'}`);
}

interface One {
  readonly event: BusEvent;
  readonly tenantId: string;
  readonly vaultId: string;
  readonly raw: unknown;
  /** Its place in the event. */
  readonly index: number;
  /** external_ids of this batch that were refused: who names one as predecessor is refused too. */
  readonly refused: Set<string>;
}

async function decideOne(one: One, ports: IntentPorts): Promise<void> {
  const { tenantId, vaultId, raw, refused } = one;
  const parsed = managerOrderBody.safeParse(raw);
  const externalId = textOf(raw, 'external_id');
  try {
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      throw new Refusal(400, 'validation_failed', `/${issue?.path.join('/') ?? ''} ${issue?.message ?? 'not valid'}`);
    }
    const vault = { tenant_id: tenantId, vault_id: vaultId };
    // A message that comes again finds its order refused already, and does not ask twice.
    const earlier = await ports.refused(vault, managerOrderId(vaultId, parsed.data));
    if (earlier === undefined) await acceptInOrder(one, parsed.data, ports);
    else refused.add(externalId);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    refused.add(externalId);
    await keep(one, error, ports);
  }
}

async function acceptInOrder(one: One, order: ManagerOrderBody, ports: IntentPorts): Promise<void> {
  const request = { tenant_id: one.tenantId, vault_id: one.vaultId, order, source: 'bus' as const, by: `bus:${one.event.id}` };
  if (order.prev_external_id !== undefined && one.refused.has(order.prev_external_id)) {
    throw new Refusal(409, 'predecessor_missing', `The order ${order.prev_external_id} that this one follows was refused.`);
  }
  const started = ports.clock();
  for (;;) {
    try {
      await acceptOrder(request, ports.accept);
      return;
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'predecessor_missing') throw error;
      const step = nextStep(one.event, started, ports.clock());
      if (step === 'refuse') throw error;
      if (step === 'aside') return aside(one, order, ports);
      await ports.pause(lookEveryMs);
    }
  }
}

/** In its vault's lane an order waits for nothing: it is put aside first, and waits where nothing is behind it. */
function nextStep(event: BusEvent, started: number, now: number): 'look' | 'aside' | 'refuse' {
  if (event.wait_until === undefined) return 'aside';
  if (now >= event.wait_until) return 'refuse';
  return now - started < waitPerRunMs ? 'look' : 'aside';
}

async function aside({ event, vaultId }: One, order: ManagerOrderBody, ports: IntentPorts): Promise<void> {
  const wait_until = event.wait_until ?? ports.clock() + predecessorWaitMs;
  const detail = { vault_id: vaultId, ...order };
  await ports.putAside({ ...event, 'detail-type': osEvents.order, detail, wait_until }, managerOrderId(vaultId, order));
}

async function keep(one: One, refusal: Refusal, ports: IntentPorts): Promise<void> {
  const { raw, tenantId, vaultId, event, index } = one;
  const known = managerOrderBody.safeParse(raw);
  // What cannot be read as an order is named after its event, so that a message that comes again means the same one.
  const manager_order_id = known.success
    ? managerOrderId(vaultId, known.data)
    : id('mo', ulidFromCause(milliseconds(event.time), `${vaultId}/${event.id}/${index}`));
  ports.report({ code: refusal.code, detail: refusal.message, vault_id: vaultId });
  await ports.keepRefused({
    tenant_id: tenantId,
    vault_id: vaultId,
    manager_order_id,
    refused_at: timestamp(ports.clock()),
    source: 'bus',
    code: refusal.code,
    detail: refusal.message.slice(0, 500),
    order: boundedText(raw, keptCharacters),
    external_id: textOf(raw, 'external_id') || 'unreadable',
  });
}

const keptCharacters = 16 * 1024;

function textOf(raw: unknown, field: string): string {
  const value = typeof raw === 'object' && raw !== null ? (raw as Record<string, unknown>)[field] : undefined;
  return typeof value === 'string' ? value.slice(0, 128) : '';
}
