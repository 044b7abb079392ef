import { attachCard, type Decline, testCards } from './cards.ts';
import { basketOf, detailsFor } from './checkout.ts';
import { createCustomer } from './customers.ts';
import { draftInvoice, finalize } from './invoices.ts';
import { attempt } from './payments.ts';
import { activate, createSubscription, linesOf } from './subscriptions.ts';
import type { Session } from './wire.ts';
import type { World } from './world.ts';

/** What a person's click on the page came to. */
export type Click =
  | { readonly next: 'done'; readonly session: Session }
  | { readonly next: 'authenticate' }
  | { readonly next: 'declined'; readonly decline: Decline };

export const unknownCard: Decline = { code: 'incorrect_number', message: 'Your card number is not one of the test cards.' };
const taken: Decline = { code: 'resource_already_exists', message: 'This page was used or has expired.' };

interface Paying {
  readonly number: string;
  readonly email?: string | undefined;
  readonly authenticated: boolean;
}

/** Pays a session: there is a subscription from here on only if the card pays. */
export function payCheckout(world: World, id: string, { number, email, authenticated }: Paying): Click {
  const session = world.get('checkout.session', id);
  const card = testCards[number];
  if (session.status !== 'open') return { next: 'declined', decline: taken };
  if (card === undefined) return { next: 'declined', decline: unknownCard };
  if (typeof card.onSession === 'object') return { next: 'declined', decline: card.onSession };
  if (card.onSession === 'authenticates' && !authenticated) {
    world.addNote(id, { number, email });
    return { next: 'authenticate' };
  }
  return { next: 'done', session: complete(world, session, { number, email: email ?? null }) };
}

/** The person said yes, or no, to their bank. */
export function answerBank(world: World, id: string, yes: boolean): Click {
  const { number, email } = world.note(id) as { number?: string; email?: string }; // payCheckout put them there
  const message = 'We are unable to authenticate your payment method. Please choose a different payment method and try again.';
  if (!yes || number === undefined)
    return { next: 'declined', decline: { code: 'payment_intent_authentication_failure', message } };
  return payCheckout(world, id, { number, email, authenticated: true });
}

function complete(world: World, session: Session, { number, email }: { number: string; email: string | null }): Session {
  const customer = session.customer ?? newCustomer(world, session, email);
  const method = attachCard(world, customer, number);
  const { items, metadata } = basketOf(world, session.id);
  const made = createSubscription(world, { customer, items, metadata, default_payment_method: method.id });
  const { id: invoice } = draftInvoice(world, { subscription: made, reason: 'subscription_create', lines: linesOf(world, made) });
  if (finalize(world, invoice).status === 'paid') activate(world, made.id);
  else attempt(world, invoice, { method: method.id, presence: 'authenticated' });
  const change = {
    status: 'complete',
    payment_status: session.amount_total === 0 ? 'no_payment_required' : 'paid',
    customer,
    customer_details: detailsFor(world.get('customer', customer).email ?? email),
    subscription: made.id,
    invoice,
    url: null,
  } as const;
  return world.update('checkout.session', session.id, change, 'checkout.session.completed');
}

/** A session that was made without a customer makes one. */
function newCustomer(world: World, session: Session, email: string | null): string {
  return createCustomer(world, { email: session.customer_email ?? email ?? undefined }).id;
}
