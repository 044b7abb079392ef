import { type Clock, milliseconds, timestamp } from '../../../kit/clock.ts';
import { isLiveStatus } from '../live.ts';
import type { StripeMessage } from '../message.ts';
import type { Subscription } from '../subscription.ts';
import { handledTypes, type SignedEvent } from './events.ts';
import type { SubscriptionFact } from './facts.ts';

/** How far a run has come: kept, so that one that had no more time is gone on with. */
export interface Run {
  readonly begun_at: string;
  /** Events from then on are looked for. */
  readonly since: string;
  readonly phase: 'subscriptions' | 'events' | 'customers' | 'done';
  readonly cursor?: string;
  /** Messages sent so far. */
  readonly sent: number;
}

export interface Paged<T> {
  readonly items: readonly T[];
  /** Where the next page begins; undefined on the last. */
  readonly next: string | undefined;
}
export interface Owned {
  readonly customerId: string;
  readonly fact: SubscriptionFact;
}
export interface Customer {
  readonly customerId: string;
  readonly tenantId: string;
}

export interface ReconcilePorts {
  readonly clock: Clock;
  /** No time is left for another page. */
  readonly late: () => boolean;
  readonly lastRun: () => Promise<Run | undefined>;
  readonly keepRun: (run: Run) => Promise<void>;
  /** All of Stripe's, of every status. */
  readonly subscriptions: (cursor: string | undefined) => Promise<Paged<Owned>>;
  readonly events: (sinceMs: number, cursor: string | undefined) => Promise<Paged<SignedEvent>>;
  /** All of ours. */
  readonly customers: (cursor: string | undefined) => Promise<Paged<Customer>>;
  readonly tenantsOf: (customerIds: readonly string[]) => Promise<ReadonlyMap<string, string>>;
  readonly records: (tenantIds: readonly string[]) => Promise<ReadonlyMap<string, Subscription>>;
  /** Takes an event in as its webhook would have; false when it has been seen to. */
  readonly takeIn: (event: SignedEvent & { readonly customerId: string }) => Promise<boolean>;
  readonly send: (messages: readonly StripeMessage[]) => Promise<void>;
}

const dayMs = 86_400_000;
/** A run begins a little before the last one did, so that nothing falls between them. */
const overlapMs = 3_600_000;

/**
 * Compares all that Stripe has with all that we have, and what it told with what came: for every customer with a difference the worker is
 * rung, which fetches and applies. Nothing is decided here, so that what is found wrongly does no harm. Daily, and when it is demanded.
 */
export async function reconcile({ demanded }: { readonly demanded: boolean }, ports: ReconcilePorts): Promise<Run | undefined> {
  const last = await ports.lastRun();
  let run = last === undefined || last.phase === 'done' ? begin(last, demanded, ports.clock()) : last;
  if (run === undefined) return undefined;
  const seen = last === run ? undefined : new Set<string>();
  while (run.phase !== 'done' && !ports.late()) {
    run = await page(run, seen, ports);
    await ports.keepRun(run);
  }
  return run;
}

function begin(last: Run | undefined, demanded: boolean, nowMs: number): Run | undefined {
  const lastMs = last === undefined ? nowMs - 3 * dayMs : milliseconds(last.begun_at);
  if (!demanded && last !== undefined && nowMs - lastMs < dayMs - overlapMs) return undefined;
  return { begun_at: timestamp(nowMs), since: timestamp(lastMs - overlapMs), phase: 'subscriptions', sent: 0 };
}

const following = { subscriptions: 'events', events: 'customers', customers: 'done' } as const;

async function page(run: Run, seen: Set<string> | undefined, ports: ReconcilePorts): Promise<Run> {
  const { phase, cursor, ...rest } = run;
  if (phase === 'done') return run;
  const { messages, next } = await found(run, seen, ports);
  await ports.send(messages);
  const sent = run.sent + messages.length;
  return next === undefined ? { ...rest, phase: following[phase], sent } : { ...rest, phase, cursor: next, sent };
}

interface Found {
  readonly messages: readonly StripeMessage[];
  readonly next: string | undefined;
}

function found(run: Run, seen: Set<string> | undefined, ports: ReconcilePorts): Promise<Found> {
  if (run.phase === 'subscriptions') return differing(run, seen, ports);
  return run.phase === 'events' ? missed(run, ports) : unknownToStripe(run, seen, ports);
}

const ring = (customer_id: string): StripeMessage => ({ rail: 'stripe', customer_id, reconciled: true });

/** Subscriptions that our records say otherwise of; and those with a debt, whose grace somebody has to look at every day. */
async function differing({ cursor }: Run, seen: Set<string> | undefined, ports: ReconcilePorts): Promise<Found> {
  const { items, next } = await ports.subscriptions(cursor);
  const tenants = await ports.tenantsOf([...new Set(items.map(({ customerId }) => customerId))]);
  const records = await ports.records([...new Set(tenants.values())]);
  const wrong = new Set<string>();
  for (const { customerId, fact } of items) {
    const tenantId = tenants.get(customerId);
    if (tenantId === undefined) continue;
    if (isLiveStatus(fact.status)) seen?.add(customerId);
    if (fact.status === 'past_due' || !agrees(fact, records.get(tenantId))) wrong.add(customerId);
  }
  return { messages: [...wrong].map(ring), next };
}

/** Whether a record says of a subscription what Stripe says. One that has ended must only not be taken for one that lives. */
export function agrees(fact: SubscriptionFact, record: Subscription | undefined): boolean {
  const own = record?.rail === 'stripe' && record.source_id === fact.id;
  if (!isLiveStatus(fact.status)) return !own || record.status === fact.status;
  if (!own) return false;
  const { chosen, next, cancelAtMs, periodEndMs } = fact;
  const time = (ms: number | undefined) => (ms === undefined ? undefined : timestamp(ms));
  return (
    record.status === fact.status &&
    record.plan_id === chosen?.plan_id &&
    record.interval === chosen.interval &&
    record.period_end === time(periodEndMs) &&
    record.cancel_at === time(cancelAtMs) &&
    record.pending?.plan_id === next?.plan_id &&
    record.pending?.at === time(next?.atMs)
  );
}

/** Events that never came, or came and were not seen to. */
async function missed({ since, cursor }: Run, ports: ReconcilePorts): Promise<Found> {
  const { items, next } = await ports.events(milliseconds(since), cursor);
  const messages: StripeMessage[] = [];
  for (const { customerId, ...event } of items) {
    if (customerId === undefined || !handledTypes.has(event.type)) continue;
    if (!(await ports.takeIn({ ...event, customerId }))) continue;
    messages.push({ ...ring(customerId), event_id: event.id, event_type: event.type, event_at: event.createdMs });
  }
  return { messages, next };
}

/** Tenants that pay as far as we know, of whom Stripe has just listed nothing that lives. */
async function unknownToStripe({ cursor }: Run, seen: Set<string> | undefined, ports: ReconcilePorts): Promise<Found> {
  const { items, next } = await ports.customers(cursor);
  const records = await ports.records(items.map(({ tenantId }) => tenantId));
  const wrong = items.filter(({ customerId, tenantId }) => {
    const record = records.get(tenantId);
    return record?.rail === 'stripe' && isLiveStatus(record.status) && seen?.has(customerId) !== true;
  });
  return { messages: wrong.map(({ customerId }) => ring(customerId)), next };
}
