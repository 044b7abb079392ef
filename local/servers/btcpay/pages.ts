import { format } from '../../../shared/kit/decimal.ts';
import { type Markup, markup, page } from '../simulator/html.ts';
import { html, redirect, type SimAnswer, type SimRequest } from '../simulator/server.ts';
import { pay, portions } from './controls.ts';
import { dueOf, type Invoice, sum } from './invoice.ts';
import type { BtcNode } from './node.ts';

/** The pages that people see: an invoice's checkout, and where a refund is claimed. Undefined for any other path. */
export function pageFor(node: BtcNode, request: SimRequest): SimAnswer | undefined {
  const [, room, id = ''] = request.path.split('/');
  if (room === 'pull-payments') return claimPage(node, id);
  if (room !== 'i') return undefined;
  const invoice = node.invoices.get(id);
  if (invoice === undefined) return html(page('Not found', markup`<h1>There is no such invoice</h1>`), 404);
  if (request.method === 'GET') return html(page('Pay with bitcoin', checkoutPage(node, invoice)));
  const form = new URLSearchParams(request.body);
  const portion = portions.find((one) => one === form.get('pay'));
  if (portion !== undefined) pay(node, invoice, { portion }, 0);
  if (form.get('pay') === 'block')
    for (const payment of node.paymentsOf(id)) node.see({ ...payment, confirmations: payment.confirmations + 1 });
  return redirect(`/i/${id}`);
}

function checkoutPage(node: BtcNode, invoice: Invoice): Markup {
  const paid = sum(node.paymentsOf(invoice.id));
  const { id, amount, rate, destination, status, additionalStatus, expirationTime } = invoice;
  const back = returnLink(invoice);
  const said = additionalStatus === 'None' ? status : `${status} (${additionalStatus})`;
  return markup`<h1>${String(invoice.metadata['itemDesc'] ?? 'Invoice')}</h1>
    <p class="total">${format(dueOf(invoice))} BTC</p>
    <table><tbody>
      <tr><th scope="row">Price</th><td>$${amount} at $${rate} per BTC</td></tr>
      <tr><th scope="row">Address</th><td>${destination}</td></tr>
      <tr><th scope="row">Paid</th><td>${format(paid)} BTC</td></tr>
      <tr><th scope="row">Until</th><td>${new Date(expirationTime * 1000).toISOString()}</td></tr>
      <tr><th scope="row">Status</th><td role="status">${said}</td></tr>
    </tbody></table>
    <form method="post" action="/i/${id}">
      <button type="submit" name="pay" value="exact">Pay exactly</button>
      <button type="submit" name="pay" value="part" class="quiet">Pay part</button>
      <button type="submit" name="pay" value="over" class="quiet">Overpay</button>
      ${paid > 0n ? markup`<button type="submit" name="pay" value="block" class="quiet">Mine a block</button>` : ''}
    </form>
    ${back === undefined ? '' : markup`<p><a href="${back}">Return to store</a></p>`}`;
}

function returnLink({ id, checkout, metadata }: Invoice): string | undefined {
  return checkout.redirectURL?.replaceAll('{InvoiceId}', id).replaceAll('{OrderId}', String(metadata['orderId'] ?? ''));
}

function claimPage(node: BtcNode, id: string): SimAnswer {
  const found = node.pullPayments.get(id);
  if (found === undefined) return html(page('Not found', markup`<h1>There is no such refund</h1>`), 404);
  const { name, amount, currency } = found;
  return html(
    page(name, markup`<h1>${name}</h1><p class="total">${amount} ${currency}</p><p>Claimed with an address of your own.</p>`),
  );
}
