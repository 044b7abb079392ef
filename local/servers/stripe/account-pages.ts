import { type Markup, markup, page } from '../simulator/html.ts';
import { html, redirect, type SimAnswer, type SimRequest } from '../simulator/server.ts';
import { cardFields, digits, problemText } from './card-form.ts';
import { attachCard, testCards } from './cards.ts';
import { unknownCard } from './completing.ts';
import { cancelNow } from './endings.ts';
import { attempt, intentOf, type Outcome } from './payments.ts';
import { release } from './phases.ts';
import { dayText, moneyText } from './time.ts';
import { updateSubscription } from './updates.ts';
import type { Invoice, PortalSession, Subscription } from './wire.ts';
import type { World } from './world.ts';

/** The page of an invoice, and the billing portal. */
export function accountPages(world: World, request: SimRequest): SimAnswer | undefined {
  const [, room = '', id = '', step] = request.path.split('/');
  const invoice = room === 'invoice' ? world.find('invoice', id) : undefined;
  const portal = room === 'portal' ? world.find('billing_portal.session', id) : undefined;
  const form = new URLSearchParams(request.method === 'POST' ? request.body : '');
  if (invoice !== undefined) {
    if (request.method === 'GET') return step === 'authenticate' ? bankPage(invoice) : invoicePage(world, invoice);
    return world.whole(() => payInvoice(world, { invoice, step, form }));
  }
  if (portal === undefined) return undefined;
  if (request.method === 'GET') return portalPage(world, portal);
  return world.whole(() => portalClick(world, portal, form));
}

function payInvoice(
  world: World,
  { invoice, step, form }: { invoice: Invoice; step: string | undefined; form: URLSearchParams },
): SimAnswer {
  if (invoice.status !== 'open') return redirect(`/invoice/${invoice.id}`);
  if (step === 'authenticate') {
    if (form.get('answer') !== 'complete') return invoicePage(world, invoice, 'The bank did not recognise you.');
    const method = intentOf(world, invoice.id)?.payment_method;
    return shown(world, invoice, attempt(world, invoice.id, { ...(method && { method }), presence: 'authenticated' }));
  }
  const number = digits(form);
  if (testCards[number] === undefined) return invoicePage(world, invoice, unknownCard.message);
  const { id: method } = attachCard(world, invoice.customer ?? '', number);
  return shown(world, invoice, attempt(world, invoice.id, { method, presence: 'person' }));
}

function shown(world: World, { id }: Invoice, outcome: Outcome): SimAnswer {
  if (outcome.result === 'needs_person') return redirect(`/invoice/${id}/authenticate`);
  if (outcome.result === 'declined') return invoicePage(world, world.get('invoice', id), outcome.decline.message);
  return redirect(`/invoice/${id}`);
}

function invoicePage(world: World, invoice: Invoice, problem?: string): SimAnswer {
  const { currency, lines, amount_remaining, amount_due, number, status, id } = world.get('invoice', invoice.id);
  const rows = lines.data.map(
    ({ description, amount }) => markup`<tr><th scope="row">${description}</th><td>${moneyText(amount, currency)}</td></tr>`,
  );
  const form = markup`<form method="post" action="/invoice/${id}">${cardFields()}<button type="submit">Pay</button></form>`;
  const body = markup`<h1>Invoice ${number}</h1>
    <p class="total">${moneyText(status === 'open' ? amount_remaining : amount_due, currency)}</p>
    <p>Status: ${status}</p><table><tbody>${rows}</tbody></table>
    ${problemText(problem)}${status === 'open' ? form : ''}`;
  return html(page(`Invoice ${number}`, body), problem === undefined ? 200 : 402);
}

function bankPage({ id }: Invoice): SimAnswer {
  const body = markup`<h1>Your bank asks whether it is you</h1>
    <form method="post" action="/invoice/${id}/authenticate">
      <button type="submit" name="answer" value="complete">Complete authentication</button>
      <button type="submit" name="answer" value="fail" class="quiet">Fail authentication</button>
    </form>`;
  return html(page('Your bank', body));
}

const living = (world: World, customer: string) =>
  world
    .all('subscription')
    .filter((one) => one.customer === customer && !['canceled', 'incomplete_expired'].includes(one.status));

function portalPage(world: World, { id, customer, return_url }: PortalSession, problem?: string): SimAnswer {
  const cards = living(world, customer).map((one) => subscriptionPart(world, id, one));
  const invoices = world.all('invoice').filter((one) => one.customer === customer && one.status !== 'draft');
  const rows = invoices.map(
    (one) => markup`<tr><td>${dayText(one.created)}</td><td>${moneyText(one.amount_due, one.currency)}</td>
      <td>${one.status}</td><td><a href="${one.hosted_invoice_url}">${one.number}</a></td></tr>`,
  );
  const body = markup`<h1>Your subscription</h1>${problemText(problem)}
    ${cards.length === 0 ? markup`<p>You have none.</p>` : cards}
    <h2>Card</h2><form method="post"><input type="hidden" name="do" value="card">${cardFields()}
      <button type="submit">Change card</button></form>
    <h2>Invoices</h2><table><tbody>${rows}</tbody></table>
    ${return_url === null ? '' : markup`<p><a href="${return_url}">Back to the shop</a></p>`}`;
  return html(page('Billing', body), problem === undefined ? 200 : 402);
}

function subscriptionPart(world: World, portal: string, one: Subscription): Markup {
  const names = one.items.data.map(({ price }) => world.find('product', price.product)?.name ?? price.id).join(', ');
  const end = one.items.data[0]?.current_period_end ?? 0;
  const ends = one.cancel_at !== null;
  const act = ends ? 'resume' : 'cancel';
  return markup`<section><h2>${names}</h2>
    <p>Status: ${one.status}. ${ends ? `Ends on ${dayText(one.cancel_at ?? 0)}.` : `Renews on ${dayText(end)}.`}</p>
    <form method="post" action="/portal/${portal}"><input type="hidden" name="subscription" value="${one.id}">
      <button type="submit" name="do" value="${act}" class="quiet">${ends ? 'Do not cancel' : 'Cancel at the end of the period'}</button>
    </form></section>`;
}

function portalClick(world: World, portal: PortalSession, form: URLSearchParams): SimAnswer {
  const subscription = living(world, portal.customer).find(({ id }) => id === form.get('subscription'));
  const act = form.get('do');
  if (act === 'card') return changeCard(world, portal, digits(form));
  if (subscription === undefined) return portalPage(world, portal, 'There is no such subscription.');
  if (subscription.status === 'incomplete' && act === 'cancel') cancelNow(world, subscription.id, {});
  else {
    if (subscription.schedule !== null) release(world, subscription.schedule);
    updateSubscription(world, { cancel_at_period_end: act === 'cancel' }, subscription.id);
  }
  return redirect(`/portal/${portal.id}`);
}

/** A new card becomes the one that pays for everything; a declined one changes nothing. */
function changeCard(world: World, portal: PortalSession, number: string): SimAnswer {
  const card = testCards[number];
  if (card === undefined) return portalPage(world, portal, unknownCard.message);
  if (typeof card.onSession === 'object') return portalPage(world, portal, card.onSession.message);
  const { id } = attachCard(world, portal.customer, number);
  const { invoice_settings } = world.get('customer', portal.customer);
  const settings = { ...invoice_settings, default_payment_method: id };
  world.update('customer', portal.customer, { invoice_settings: settings }, 'customer.updated');
  for (const one of living(world, portal.customer))
    world.update('subscription', one.id, { default_payment_method: id }, 'customer.subscription.updated');
  return redirect(`/portal/${portal.id}`);
}
