import type { SignedEvent } from '../../domain/billing/stripe/events.ts';
import type { Owned, Paged } from '../../domain/billing/stripe/reconcile.ts';
import { type ClientOptions, stripeClient } from './client.ts';
import { asking } from './errors.ts';
import { eventOf } from './event.ts';
import { subscriptionFact } from './facts.ts';
import { catalogue } from './prices.ts';

const perPage = 100;

/** Everything of an account, page by page. A cursor is the last id of the page before. */
export function stripeListing(options: ClientOptions & { readonly clock: () => number }) {
  const client = stripeClient(options);
  const prices = catalogue(client, options.clock);
  return {
    subscriptions: async (cursor: string | undefined): Promise<Paged<Owned>> => {
      const params = { status: 'all' as const, limit: perPage, expand: ['data.schedule'], ...after(cursor) };
      const page = await asking(async () => (await client()).subscriptions.list(params));
      const items: Owned[] = [];
      for (const one of page.data) {
        const customerId = typeof one.customer === 'string' ? one.customer : one.customer.id;
        items.push({ customerId, fact: await subscriptionFact(one, prices.chosenOf) });
      }
      return { items, next: nextOf(page) };
    },
    events: async (sinceMs: number, cursor: string | undefined): Promise<Paged<SignedEvent>> => {
      const params = { created: { gte: Math.floor(sinceMs / 1000) }, limit: perPage, ...after(cursor) };
      const page = await asking(async () => (await client()).events.list(params));
      return { items: page.data.map(eventOf), next: nextOf(page) };
    },
  };
}

const after = (cursor: string | undefined) => (cursor === undefined ? {} : { starting_after: cursor });
const nextOf = ({ has_more, data }: { has_more: boolean; data: readonly { id: string }[] }): string | undefined =>
  has_more ? data.at(-1)?.id : undefined;
