import { type Markup, markup, page } from '../simulator/html.ts';
import { html, redirect, type SimAnswer, type SimRequest } from '../simulator/server.ts';
import { accountPages } from './account-pages.ts';
import { cardFields, digits, problemText } from './card-form.ts';
import { lineItems } from './checkout.ts';
import { answerBank, type Click, payCheckout } from './completing.ts';
import { dayText, moneyText } from './time.ts';
import type { Session } from './wire.ts';
import type { World } from './world.ts';

/** The pages that people see: checkout, invoice and portal. Undefined for any other path. */
export function pageFor(world: World, request: SimRequest): SimAnswer | undefined {
  const [, room = '', id = '', step] = request.path.split('/');
  if (room !== 'checkout') return accountPages(world, request);
  const session = world.find('checkout.session', id);
  if (session === undefined) return html(page('Not found', markup`<h1>There is no such page</h1>`), 404);
  if (request.method === 'GET') return step === 'authenticate' ? bankPage(session) : checkoutPage(world, session);
  const form = new URLSearchParams(request.body);
  const click = world.whole(() => clicked(world, { id, step, form }));
  return after(world, session, click);
}

function clicked(world: World, { id, step, form }: { id: string; step: string | undefined; form: URLSearchParams }): Click {
  if (step === 'authenticate') return answerBank(world, id, form.get('answer') === 'complete');
  const email = form.get('email') ?? undefined;
  return payCheckout(world, id, { number: digits(form), email, authenticated: false });
}

function after(world: World, session: Session, click: Click): SimAnswer {
  if (click.next === 'authenticate') return redirect(`/checkout/${session.id}/authenticate`);
  if (click.next === 'declined') return checkoutPage(world, session, click.decline.message);
  return redirect((session.success_url ?? '').replaceAll('{CHECKOUT_SESSION_ID}', session.id));
}

function checkoutPage(world: World, session: Session, problem?: string): SimAnswer {
  if (session.status !== 'open') return html(page('Checkout', closed(session)), session.status === 'complete' ? 200 : 410);
  const items = lineItems(world, session.id);
  const rows = items.map(
    ({
      description,
      quantity,
      amount_total,
      currency,
      price,
    }) => markup`<tr><th scope="row">${description}</th><td>${quantity} ×</td>
      <td>${moneyText(amount_total, currency)} per ${price?.recurring?.interval}</td></tr>`,
  );
  const back = session.cancel_url === null ? '' : markup`<p><a href="${session.cancel_url}">Back without paying</a></p>`;
  const email = session.customer_details?.email ?? '';
  const body = markup`<h1>Subscribe to ${items.map(({ description }) => description).join(', ')}</h1>
    <p class="total">${moneyText(session.amount_total ?? 0, session.currency ?? 'usd')}</p>
    <table><tbody>${rows}</tbody></table>
    ${problemText(problem)}
    <form method="post" action="/checkout/${session.id}">
      <label for="email">E-mail</label>
      <input id="email" name="email" type="email" autocomplete="email" required value="${email}">
      ${cardFields()}
      <button type="submit">Subscribe</button>
    </form>${back}
    <p>This page is open until ${dayText(session.expires_at)}.</p>`;
  return html(page('Checkout', body), problem === undefined ? 200 : 402);
}

function closed(session: Session): Markup {
  if (session.status === 'expired') return markup`<h1>This page has expired</h1><p>Go back to the shop and begin again.</p>`;
  const link = (session.success_url ?? '').replaceAll('{CHECKOUT_SESSION_ID}', session.id);
  return markup`<h1>Paid</h1><p><a href="${link}">Back to the shop</a></p>`;
}

function bankPage({ id, status }: Session): SimAnswer {
  if (status !== 'open') return redirect(`/checkout/${id}`);
  return html(
    page(
      'Your bank',
      markup`<h1>Your bank asks whether it is you</h1>
      <p>3D Secure 2: a test page that stands for your bank's.</p>
      <form method="post" action="/checkout/${id}/authenticate">
        <button type="submit" name="answer" value="complete">Complete authentication</button>
        <button type="submit" name="answer" value="fail" class="quiet">Fail authentication</button>
      </form>`,
    ),
  );
}
