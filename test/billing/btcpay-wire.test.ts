import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { greenfield } from '../../shared/adapters/btcpay/greenfield.ts';
import { btcpayEvent } from '../../shared/adapters/btcpay/signature.ts';

/** As the Greenfield API's OpenAPI document has it. */
const event = {
  deliveryId: 'XjoFkhHh5KGBEcQPYHFau4',
  webhookId: '3aFT6UHRgYW4P3dZ6nFPLi',
  originalDeliveryId: 'XjoFkhHh5KGBEcQPYHFau3',
  isRedelivery: true,
  type: 'InvoiceSettled',
  timestamp: 1_657_727_232,
  storeId: '46y7JuD7dUHEN1BxeAmtReA5zjUzSho7HVXVteQr1XUW',
  invoiceId: 'XEDvpempoTYJHJTKGDff1Q',
  manuallyMarked: false,
  overPaid: false,
};
const raw = (value: unknown) => Buffer.from(JSON.stringify(value));
const sign = (body: Buffer, secret = 'right') => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

describe('the signature of a webhook', () => {
  it('over the raw bytes gives the event, by the id of its first delivery', () => {
    const body = raw(event);
    expect(btcpayEvent(body, sign(body), 'right')).toEqual({
      id: event.originalDeliveryId,
      type: 'InvoiceSettled',
      createdMs: 1_657_727_232_000,
      invoiceId: event.invoiceId,
    });
  });

  it.each([
    ['missing', raw(event), undefined],
    ['empty', raw(event), ''],
    ['of another secret', raw(event), sign(raw(event), 'wrong')],
    ['of other bytes', Buffer.concat([raw(event), Buffer.from(' ')]), sign(raw(event))],
    ['without its prefix', raw(event), sign(raw(event)).slice('sha256='.length)],
    ['in capitals', raw(event), sign(raw(event)).toUpperCase()],
    ['right, over no event', raw({ hello: 1 }), sign(raw({ hello: 1 }))],
    ['right, over no JSON', Buffer.from('{'), sign(Buffer.from('{'))],
  ])('%s: nothing', (_, body, header) => {
    expect(btcpayEvent(body, header, 'right')).toBeUndefined();
  });

  it('of an event without an invoice names none', () => {
    const body = raw({ ...event, invoiceId: undefined, originalDeliveryId: null, type: 'PayoutCreated' });
    expect(btcpayEvent(body, sign(body), 'right')).toEqual({
      id: event.deliveryId,
      type: 'PayoutCreated',
      createdMs: 1_657_727_232_000,
    });
  });
});

const invoice = {
  id: 'INV1',
  storeId: 'store',
  amount: '199.00',
  paidAmount: '0.00',
  currency: 'USD',
  type: 'Standard',
  checkoutLink: 'https://pay.example/i/INV1',
  createdTime: 1_769_853_600,
  expirationTime: 1_769_857_200,
  monitoringExpiration: 1_769_943_600,
  status: 'New',
  additionalStatus: 'None',
  metadata: { orderId: 'inv_1', tenantId: 'ten_1' },
};
const method = (payments: readonly { value: string; status: string }[]) => ({
  paymentMethodId: 'BTC-CHAIN',
  currency: 'BTC',
  destination: 'bcrt1qaddress',
  paymentLink: null,
  rate: '64392.23',
  amount: '0.00309044',
  due: '0',
  payments,
  activated: true,
});

describe('the Greenfield API', () => {
  let server: Server;
  let answers: Record<string, { status?: number; body: unknown; hang?: true }>;
  let asked: { request: string; authorization: string | undefined; body: unknown }[];
  const failures: string[] = [];

  beforeEach(async () => {
    answers = {};
    asked = [];
    failures.length = 0;
    server = createServer(async (request: IncomingMessage, response) => {
      const body = await text(request);
      const line = `${request.method} ${decodeURIComponent(request.url ?? '')}`;
      asked.push({
        request: line,
        authorization: request.headers.authorization,
        body: body === '' ? undefined : JSON.parse(body),
      });
      const given = answers[line] ?? { status: 404, body: { code: 'not-found', message: '' } };
      if (given.hang) return;
      response.writeHead(given.status ?? 200, { 'content-type': 'application/json' }).end(JSON.stringify(given.body));
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });
  const node = () =>
    greenfield({
      baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
      storeId: 'store',
      apiKey: async () => 'secret-key',
      onFailure: (what) => failures.push(what),
    });
  const at = (path: string) => `/api/v1/stores/store${path}`;
  const refused = (work: Promise<unknown>) =>
    work.then(
      () => 'done',
      (error: { code?: string; status?: number }) => `${error.status} ${error.code}`,
    );

  it('is asked for an invoice with our id, our price and our time', async () => {
    answers[`POST ${at('/invoices')}`] = { body: invoice };
    const made = await node().create({
      order_id: 'inv_1',
      tenant_id: 'ten_1',
      cents: 19_900,
      minutes: 60,
      what: 'VANTA Pro, one month',
    });
    expect(asked).toEqual([
      {
        request: `POST ${at('/invoices')}`,
        authorization: 'token secret-key',
        body: {
          amount: '199',
          currency: 'USD',
          metadata: { orderId: 'inv_1', tenantId: 'ten_1', itemDesc: 'VANTA Pro, one month' },
          checkout: { expirationMinutes: 60, monitoringMinutes: 1440 },
        },
      },
    ]);
    expect(made).toMatchObject({
      source_id: 'INV1',
      order_id: 'inv_1',
      tenant_id: 'ten_1',
      expires_at: '2026-01-31T11:00:00.000Z',
    });
  });

  it.each([
    ['all confirmed: what BTCPay Server says', [{ value: '0.00309044', status: 'Settled' }], 19_900, true],
    ['none confirmed', [{ value: '0.00309044', status: 'Processing' }], 0, false],
    [
      'one of two',
      [
        { value: '0.001', status: 'Settled' },
        { value: '0.00209044', status: 'Processing' },
      ],
      6_439,
      false,
    ],
    ['replaced in the chain', [{ value: '0.00309044', status: 'Invalid' }], 0, false],
    ['no payment that counts', [], 0, false],
  ])('counts what is confirmed: %s', async (_, payments, confirmed_cents, confirmed) => {
    answers[`GET ${at('/invoices/INV1')}`] = { body: { ...invoice, paidAmount: '199.00', status: 'Processing' } };
    answers[`GET ${at('/invoices/INV1/payment-methods')}`] = { body: [method(payments)] };
    expect(await node().get('INV1')).toMatchObject({ status: 'Processing', paid_cents: 19_900, confirmed_cents, confirmed });
  });

  it('has no invoice that it does not know, and invalidates none that has ended', async () => {
    expect(await node().get('INV9')).toBeUndefined();
    answers[`POST ${at('/invoices/INV1/status')}`] = { status: 422, body: [{ path: 'status', message: 'no' }] };
    await node().invalidate('INV1');
    expect(asked.at(-1)?.body).toEqual({ status: 'Invalid' });
  });

  it('finds the refund of a name, and makes one only when there is none', async () => {
    answers[`GET ${at('/pull-payments?includeArchived=true')}`] = { body: [] };
    answers[`POST ${at('/invoices/INV1/refund')}`] = {
      body: { id: 'PP1', name: 'rfd_1', viewLink: 'https://pay.example/pull-payments/PP1' },
    };
    const refund = () => node().refund({ sourceId: 'INV1', name: 'rfd_1', cents: 4_950 });
    expect(await refund()).toEqual({ claim_url: 'https://pay.example/pull-payments/PP1' });
    expect(asked.at(-1)?.body).toEqual({ name: 'rfd_1', refundVariant: 'Custom', customAmount: '49.5', customCurrency: 'USD' });
    answers[`GET ${at('/pull-payments?includeArchived=true')}`] = {
      body: [{ id: 'PP1', name: 'rfd_1', viewLink: 'https://pay.example/pull-payments/PP1' }],
    };
    await refund();
    expect(asked.filter(({ request }) => request.startsWith('POST'))).toHaveLength(1);
  });

  it('that fails is a 503 which names nothing secret', async () => {
    answers[`GET ${at('/invoices/INV1')}`] = { status: 500, body: { oh: 'no' } };
    expect(await refused(node().get('INV1'))).toBe('503 billing_unavailable');
    answers[`GET ${at('/invoices/INV1')}`] = { status: 401, body: {} };
    expect(await refused(node().get('INV1'))).toBe('503 billing_unavailable');
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
    const away = greenfield({
      baseUrl: 'http://127.0.0.1:1',
      storeId: 'store',
      apiKey: async () => 'secret-key',
      onFailure: (what) => failures.push(what),
    });
    expect(await refused(away.get('INV1'))).toBe('503 billing_unavailable');
    expect(failures).toHaveLength(3);
    expect(failures.join()).not.toContain('secret-key');
  });

  it('that hangs is a 503 after five seconds', async () => {
    answers[`GET ${at('/invoices/INV1')}`] = { body: {}, hang: true };
    const begun = Date.now();
    expect(await refused(node().get('INV1'))).toBe('503 billing_unavailable');
    expect(Date.now() - begun).toBeLessThan(7_000);
  });
});
