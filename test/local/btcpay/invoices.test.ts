import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startBtcpaySimulator } from '../../../local/servers/btcpay/simulator.ts';
import { post, until } from '../stripe/support/account.ts';
import { startInbox, webhookSecret } from './support/inbox.ts';

const apiKey = 'btcpay_local';

let inbox: Awaited<ReturnType<typeof startInbox>>;
let simulator: Awaited<ReturnType<typeof startBtcpaySimulator>>;
beforeEach(async () => {
  inbox = await startInbox();
  simulator = await startBtcpaySimulator({ apiKey, webhook: { url: inbox.url, secret: webhookSecret } });
});
afterEach(async () => {
  await simulator.stop();
  await inbox.stop();
});

async function call(path: string, body?: unknown, key = apiKey) {
  const answer = await fetch(`${simulator.url}/api/v1/stores/shop/${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `token ${key}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as never }; // each test says what it expects in it
}

async function control(path: string, body?: unknown) {
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const answer = await fetch(`${simulator.control}/sim/${path}`, init);
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as { readonly items: never[]; readonly payment_id: string; readonly amount_btc: string };
}

interface Shown {
  readonly id: string;
  readonly status: string;
  readonly additionalStatus: string;
  readonly paidAmount: string;
  readonly checkoutLink: string;
}

async function makeInvoice(checkout: object = {}, orderId = 'order-1'): Promise<Shown> {
  const metadata = { orderId, itemDesc: 'pro, one month' };
  const { status, body } = await call('invoices', { amount: '199.00', currency: 'USD', metadata, checkout });
  expect(status).toBe(200);
  return body;
}

const look = async (id: string): Promise<Shown> => (await call(`invoices/${id}`)).body;
const stateOf = async (id: string) => {
  const { status, additionalStatus, paidAmount } = await look(id);
  return `${status} ${additionalStatus} ${paidAmount}`;
};

describe('an invoice', () => {
  it('locks its rate and says what is due, to the satoshi, rounded up', async () => {
    await control('settings', { rate: '50000' });
    const invoice = await makeInvoice({ expirationMinutes: 30, redirectURL: 'https://example.com/{InvoiceId}' });
    expect(invoice).toMatchObject({ status: 'New', additionalStatus: 'None', paidAmount: '0', amount: '199', type: 'Standard' });
    await control('settings', { rate: '60000' });
    expect((await call(`invoices/${invoice.id}/payment-methods`)).body).toMatchObject([
      { paymentMethodId: 'BTC-CHAIN', currency: 'BTC', rate: '50000', amount: '0.00398', due: '0.00398', payments: [] },
    ]);
    await control('settings', { rate: '64392.23' });
    const other = await makeInvoice();
    // 199 / 64392.23 = 0.003090434...
    expect((await call(`invoices/${other.id}/payment-methods`)).body).toMatchObject([{ amount: '0.00309044' }]);
  });

  it('is found by order, status and page, and only with the key', async () => {
    const ids: string[] = [];
    for (const order of ['a', 'b', 'b', 'c']) ids.unshift((await makeInvoice({}, order)).id);
    const found = async (query: string) => ((await call(`invoices?${query}`)).body as Shown[]).map(({ id }) => id);
    expect(await found('orderId=b&orderId=c')).toEqual(ids.slice(0, 3));
    expect(await found('skip=1&take=2')).toEqual(ids.slice(1, 3));
    expect(await found('status=Settled')).toEqual([]);
    expect(await found(`startDate=${Math.floor(Date.now() / 1000) + 60}`)).toEqual([]);
    expect(await call('invoices', undefined, 'wrong')).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    expect(await call('invoices/none')).toMatchObject({ status: 404, body: { code: 'invoice-not-found' } });
    expect(await call('invoices', { amount: 'much' })).toMatchObject({ status: 422, body: [{ path: 'amount' }] });
  });
});

/** [story, what is done, in order; the state after each] */
type Step = readonly [route: string, body: object, state: string];
const minute = 60;
const stories: readonly (readonly [string, readonly Step[], readonly string[]])[] = [
  [
    'paid exactly, then confirmed',
    [
      ['pay', {}, 'Processing None 199'],
      ['confirm', {}, 'Settled None 199'],
    ],
    ['InvoiceCreated', 'InvoiceReceivedPayment', 'InvoiceProcessing', 'InvoicePaymentSettled', 'InvoiceSettled'],
  ],
  [
    'paid in two parts',
    [
      ['pay', { portion: 'part' }, 'New PaidPartial 99.5'],
      ['pay', { portion: 'exact', confirmations: 1 }, 'Processing None 199'],
      ['confirm', {}, 'Settled None 199'],
    ],
    [
      'InvoiceCreated',
      'InvoiceReceivedPayment',
      'InvoiceReceivedPayment',
      'InvoicePaymentSettled',
      'InvoiceProcessing',
      'InvoicePaymentSettled',
      'InvoiceSettled',
    ],
  ],
  [
    'overpaid',
    [['pay', { portion: 'over', confirmations: 1 }, 'Settled PaidOver 218.9']],
    ['InvoiceCreated', 'InvoiceReceivedPayment', 'InvoicePaymentSettled', 'InvoiceProcessing', 'InvoiceSettled'],
  ],
  ['never paid', [['clock', { advance_seconds: 15 * minute }, 'Expired None 0']], ['InvoiceCreated', 'InvoiceExpired']],
  [
    'paid in part, then late',
    [
      ['pay', { portion: 'part' }, 'New PaidPartial 99.5'],
      ['clock', { advance_seconds: 15 * minute }, 'Expired PaidPartial 99.5'],
      ['pay', {}, 'Expired PaidLate 199'],
      ['confirm', {}, 'Expired PaidLate 199'],
    ],
    [
      'InvoiceCreated',
      'InvoiceReceivedPayment',
      'InvoiceExpired',
      'InvoiceExpiredPaidPartial',
      'InvoiceReceivedPayment',
      'InvoicePaidAfterExpiration',
      'InvoicePaymentSettled',
      'InvoicePaymentSettled',
    ],
  ],
  [
    'a payment that is replaced in the chain, in time and too late',
    [
      ['pay', {}, 'Processing None 199'],
      ['reorg', {}, 'New None 0'],
      ['pay', {}, 'Processing None 199'],
      ['clock', { advance_seconds: 20 * minute }, 'Processing None 199'],
      ['reorg', {}, 'Expired None 0'],
    ],
    [
      'InvoiceCreated',
      'InvoiceReceivedPayment',
      'InvoiceProcessing',
      'InvoiceReceivedPayment',
      'InvoiceProcessing',
      'InvoiceExpired',
    ],
  ],
  [
    'a payment that never confirms',
    [
      ['pay', {}, 'Processing None 199'],
      ['clock', { advance_seconds: (15 + 1440) * minute }, 'Invalid None 199'],
    ],
    ['InvoiceCreated', 'InvoiceReceivedPayment', 'InvoiceProcessing', 'InvoiceInvalid'],
  ],
];

describe('its two axes', () => {
  it.each(stories)('%s', async (_, steps, types) => {
    const { id } = await makeInvoice();
    for (const [route, body, state] of steps) {
      await control(route, route === 'clock' ? body : { invoice_id: id, ...body });
      expect(await stateOf(id)).toBe(state);
    }
    await until(() => inbox.events.length >= types.length);
    // They are sent at once, each on its own: the order of arrival is not promised.
    expect(inbox.types().sort()).toEqual([...types].sort());
    expect(inbox.events.every(({ invoiceId, storeId }) => invoiceId === id && storeId === 'shop')).toBe(true);
  });

  it('a tolerance and a speed policy decide what is enough', async () => {
    const { id } = await makeInvoice({ paymentTolerance: 60, speedPolicy: 'HighSpeed' });
    await control('pay', { invoice_id: id, portion: 'part' });
    expect(await stateOf(id)).toBe('Settled None 99.5');
    const slow = await makeInvoice({ speedPolicy: 'LowSpeed' });
    await control('pay', { invoice_id: slow.id, confirmations: 5 });
    expect(await stateOf(slow.id)).toBe('Processing None 199');
    await control('confirm', { invoice_id: slow.id, confirmations: 6 });
    expect(await stateOf(slow.id)).toBe('Settled None 199');
  });

  it('a merchant marks it, within BTCPay Server’s rules', async () => {
    const { id } = await makeInvoice();
    expect((await call(`invoices/${id}/status`, { status: 'Invalid' })).body).toMatchObject({
      status: 'Invalid',
      additionalStatus: 'Marked',
    });
    expect((await call(`invoices/${id}/status`, { status: 'Settled' })).body).toMatchObject({
      status: 'Settled',
      additionalStatus: 'Marked',
    });
    const { id: paid } = await makeInvoice();
    await control('pay', { invoice_id: paid, confirmations: 1 });
    expect(await call(`invoices/${paid}/status`, { status: 'Invalid' })).toMatchObject({
      status: 422,
      body: [{ path: 'status' }],
    });
    await until(() => inbox.events.filter(({ manuallyMarked }) => manuallyMarked === true).length === 2);
  });
});

describe('a refund', () => {
  it('is a pull payment that the payer claims on a page', async () => {
    const { id } = await makeInvoice();
    const asked = { name: 'refund-1', refundVariant: 'Custom', customAmount: '50', customCurrency: 'USD' };
    expect(await call(`invoices/${id}/refund`, asked)).toMatchObject({ status: 422, body: { code: 'non-refundable' } });
    await control('pay', { invoice_id: id, portion: 'over', confirmations: 1 });
    const { body } = await call(`invoices/${id}/refund`, asked);
    const made = body as { viewLink: string };
    expect(made).toMatchObject({ name: 'refund-1', amount: '50', currency: 'USD', archived: false });
    expect(await (await fetch(made.viewLink)).text()).toContain('50 USD');
    expect((await call(`invoices/${id}/refund`, { refundVariant: 'Fiat' })).body).toMatchObject({
      amount: '218.9',
      currency: 'USD',
    });
    expect((await call(`invoices/${id}/refund`, { refundVariant: 'OverpaidAmount' })).body).toMatchObject({
      amount: '0.00030904',
      currency: 'BTC',
    });
    expect((await call('pull-payments?includeArchived=true')).body).toHaveLength(3);
  });
});

describe('the checkout page', () => {
  it('lets a person pay in part, exactly, and see it confirmed', async () => {
    const { checkoutLink, id } = await makeInvoice({ redirectURL: 'https://example.com/done?i={InvoiceId}&o={OrderId}' });
    const page = await (await fetch(checkoutLink)).text();
    expect(page).toContain('pro, one month');
    expect(page).toContain(`https://example.com/done?i=${id}&amp;o=order-1`);
    await post(checkoutLink, { pay: 'part' });
    expect(await stateOf(id)).toBe('New PaidPartial 99.5');
    await post(checkoutLink, { pay: 'exact' });
    await post(checkoutLink, { pay: 'block' });
    expect(await stateOf(id)).toBe('Settled None 199');
    expect(await (await fetch(checkoutLink)).text()).toContain('Settled');
  });
});

describe('webhooks', () => {
  it('come again as redeliveries of the first', async () => {
    await control('behaviour', { retry_delays_ms: [10, 10_000] });
    inbox.answerWith(500);
    await makeInvoice();
    await until(async () => (await control('deliveries')).items.some(({ attempts }) => (attempts as object[]).length === 2));
    inbox.answerWith(200);
    const [event] = (await control('events')).items as { id: string }[];
    await control('redeliver', { event_id: event?.id });
    const [got] = inbox.events;
    expect(got).toMatchObject({ type: 'InvoiceCreated', isRedelivery: true });
    expect(got?.originalDeliveryId).not.toBe(got?.deliveryId);
  });

  it('are doubled byte for byte, held, and released in any order', async () => {
    await control('behaviour', { webhooks: { duplicate: 1 } });
    await makeInvoice();
    await until(() => inbox.events.length === 2);
    expect(inbox.events[0]).toEqual(inbox.events[1]);
    expect(inbox.events[0]).toMatchObject({ isRedelivery: false, originalDeliveryId: inbox.events[0]?.deliveryId });
    await control('behaviour', { webhooks: { hold: true } });
    const { id } = await makeInvoice();
    await control('pay', { invoice_id: id });
    const held = ((await control('deliveries')).items as { state: string; event_id: string }[]).filter(
      ({ state }) => state === 'held',
    );
    await control('release', { event_ids: held.map(({ event_id }) => event_id).reverse() });
    expect(inbox.types().slice(2)).toEqual(['InvoiceProcessing', 'InvoiceReceivedPayment', 'InvoiceCreated']);
  });

  it('and the API is gone when the port is shut, and comes back', async () => {
    await control('behaviour', { api: { mode: 'refuse' } });
    await expect(call('invoices')).rejects.toThrow();
    await control('behaviour', { api: { mode: 'error', status: 503, times: 1 } });
    expect((await call('invoices')).status).toBe(503);
    expect((await call('invoices')).status).toBe(200);
  });
});

it('a restart continues from the file', async () => {
  const keep = join(mkdtempSync(join(tmpdir(), 'btcpay-')), 'btcpay.json');
  await simulator.stop();
  simulator = await startBtcpaySimulator({ apiKey, keep });
  const { id } = await makeInvoice();
  await control('pay', { invoice_id: id });
  await simulator.stop();
  simulator = await startBtcpaySimulator({ apiKey, keep, webhook: { url: inbox.url, secret: webhookSecret } });
  expect(await stateOf(id)).toBe('Processing None 199');
  await until(() => inbox.events.length === 3);
});
