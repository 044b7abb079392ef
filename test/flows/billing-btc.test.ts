import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keys } from '../../shared/adapters/dynamo/keys.ts';
import { billingOpsEvents } from '../../shared/wiring/events.ts';
import { BtcTill } from './support/btc-till.ts';
import { type Client, newTenant, personOf, type Reply, signIn } from './support/client.ts';
import { type LocalInfo, Platform } from './support/platform.ts';
import { mailsTo } from './support/sign-in.ts';
import { demand, eventually } from './support/till.ts';

/** A tenant that pays in bitcoin, over HTTP alone: the platform's API, a BTCPay Server, and its webhooks. */
const platform = new Platform();
let info: LocalInfo;
let till: BtcTill;

beforeAll(async () => {
  info = await platform.share('unpaid');
  till = new BtcTill(info);
});
afterAll(() => platform.stop());

interface Invoice {
  readonly invoice_id: string;
  readonly status: string;
  readonly btc_state?: string;
  readonly plan_id: string;
  readonly amount_due: string;
  readonly amount_paid: string;
  readonly amount_refunded: string;
  readonly url?: string;
  readonly refunds?: readonly { readonly claim_url?: string }[];
}
interface Plan {
  readonly plan_id: string | null;
  readonly status: string | null;
}
interface Payer {
  readonly client: Client;
  readonly tenantId: string;
  readonly email: string;
}

let payers = 0;
async function payer(): Promise<Payer> {
  const sub = `bea-${++payers}`;
  const { tenant_id } = await newTenant(info.api, 'manager', sub);
  const email = `${sub}@example.com`;
  return { client: await signIn(info.api, { sub: personOf(sub), tenant_id, role: 'owner', email }), tenantId: tenant_id, email };
}

const change = (client: Client, plan_id: string, key = randomUUID()): Promise<Reply> =>
  client.post('/v1/subscriptions/change-plan', { rail: 'btc', plan_id, interval: 'month' }, { 'idempotency-key': key });
const invoices = async (client: Client) => (await client.get<{ items: Invoice[] }>('/v1/invoices')).body.items;
const present = async (client: Client) => (await client.get<Plan>('/v1/subscriptions/me')).body;
const sourceOf = (url: unknown): string => String(url).split('/').at(-1) ?? '';

/** The newest invoice, once it shows this. */
const shows = async (client: Client, state: string): Promise<Invoice> => {
  const [newest] = await eventually(
    () => invoices(client),
    ([first]) => first?.btc_state === state,
  );
  return newest as Invoice;
};
const onPlan = (client: Client, planId: string | null) =>
  eventually(
    () => present(client),
    ({ plan_id }) => plan_id === planId,
  );
const mail = ({ email }: Payer, subject: string) =>
  eventually(
    async () => mailsTo(platform, email).filter((text) => text.includes(`Subject: ${subject}`)),
    (texts) => texts.length > 0,
  );

async function asked(client: Client, planId: string): Promise<string> {
  const { status, body } = await change(client, planId);
  expect({ status, body }).toMatchObject({ status: 200, body: { outcome: 'checkout', rail: 'btc', plan_id: planId } });
  return sourceOf(body['checkout_url']);
}
async function onBtc(planId = 'pro'): Promise<Payer> {
  const who = await payer();
  await till.tell('pay', { invoice_id: await asked(who.client, planId), confirmations: 6 });
  await onPlan(who.client, planId);
  return who;
}

describe('paying', () => {
  it('exactly: shown as processing, and the plan is there when it is confirmed; the owner hears of it', async () => {
    const who = await payer();
    const { body } = await change(who.client, 'pro');
    expect(body).toMatchObject({ amount_due: '199', btc: { amount: expect.any(String), address: expect.any(String) } });
    const again = await change(who.client, 'pro');
    expect(again.body['invoice_id']).toBe(body['invoice_id']);
    const source = sourceOf(body['checkout_url']);
    await till.tell('pay', { invoice_id: source });
    await shows(who.client, 'processing');
    expect((await present(who.client)).plan_id).toBeNull();
    await till.tell('confirm', { invoice_id: source });
    await onPlan(who.client, 'pro');
    expect(await shows(who.client, 'paid')).toMatchObject({ status: 'paid', amount_due: '199', amount_paid: '199' });
    const [text] = await mail(who, 'Your VANTA plan is active');
    expect(text).toContain('Plan: pro');
  });

  it('too little: nothing but a notice of what is missing, and a claim for the money', async () => {
    const who = await payer();
    await till.tell('pay', { invoice_id: await asked(who.client, 'pro'), portion: 'part', confirmations: 6 });
    await shows(who.client, 'underpaid');
    await till.tell('clock', { advance_seconds: 3_700 });
    const [text] = await mail(who, 'Your bitcoin payment to VANTA was too small');
    expect(text).toMatch(/Missing \(USD\): 99\.5/);
    expect((await present(who.client)).plan_id).toBeNull();
    const { invoice_id, amount_paid } = await shows(who.client, 'underpaid');
    const refund = await who.client.post<Invoice>(`/v1/invoices/${invoice_id}/refund`, {});
    expect(refund).toMatchObject({
      status: 200,
      body: { amount_refunded: amount_paid, refunds: [{ claim_url: expect.stringContaining('/pull-payments/') }] },
    });
    const more = await who.client.post(`/v1/invoices/${invoice_id}/refund`, {});
    expect([more.status, more.body['code']]).toEqual([409, 'nothing_to_refund']);
  });

  it('too much: the plan, and the surplus back', async () => {
    const who = await payer();
    await till.tell('pay', { invoice_id: await asked(who.client, 'pro'), portion: 'over', confirmations: 6 });
    await onPlan(who.client, 'pro');
    const { invoice_id } = await shows(who.client, 'paid');
    await mail(who, 'Your bitcoin payment to VANTA was too large');
    expect(await who.client.post(`/v1/invoices/${invoice_id}/refund`, { amount: '19.9' })).toMatchObject({
      status: 200,
      body: { amount_refunded: '19.9' },
    });
    expect((await present(who.client)).plan_id).toBe('pro');
  });

  it('late: counts when it is confirmed', async () => {
    const who = await payer();
    const source = await asked(who.client, 'core');
    await till.tell('clock', { advance_seconds: 3_700 });
    await shows(who.client, 'expired');
    await till.tell('pay', { invoice_id: source });
    await shows(who.client, 'late');
    expect((await present(who.client)).plan_id).toBeNull();
    await till.tell('confirm', { invoice_id: source });
    await onPlan(who.client, 'core');
  });

  it('and the payment vanishes in a reorganisation: nothing was given, and the invoice waits again', async () => {
    const who = await payer();
    const source = await asked(who.client, 'pro');
    await till.tell('pay', { invoice_id: source });
    await shows(who.client, 'processing');
    await till.tell('reorg', { invoice_id: source });
    await till.tell('clock', { advance_seconds: 3_700 });
    await shows(who.client, 'expired');
    const [invoice] = await invoices(who.client);
    expect([invoice?.btc_state, (await present(who.client)).plan_id]).toEqual(['expired', null]);
  });
});

describe('the merchant', () => {
  it('marks an invoice settled, and then invalid: the plan is given, and taken back once', async () => {
    const who = await payer();
    const source = await asked(who.client, 'pro');
    await till.mark(source, 'Settled');
    await onPlan(who.client, 'pro');
    await till.mark(source, 'Invalid');
    await onPlan(who.client, null);
    await mail(who, 'Your bitcoin payment to VANTA did not hold');
    const account = await till.item(keys.btcAccount(who.tenantId));
    expect(account?.['grants']).toMatchObject([{ taken_back_at: expect.any(String) }]);
  });
});

describe('changes', () => {
  it('an upgrade is paid by the difference, at once; a downgrade waits; cancel and resume', async () => {
    const who = await onBtc('core');
    const preview = await who.client.get('/v1/subscriptions/change-preview?plan_id=pro&interval=month&rail=btc');
    expect(preview.body).toMatchObject({ kind: 'upgrade', amount_due: '150' });
    await till.tell('pay', { invoice_id: await asked(who.client, 'pro'), confirmations: 6 });
    await onPlan(who.client, 'pro');
    expect(await change(who.client, 'core')).toMatchObject({ status: 200, body: { outcome: 'scheduled' } });
    expect(await change(who.client, 'pro')).toMatchObject({ status: 200, body: { outcome: 'unscheduled' } });
    expect(await change(who.client, 'pro')).toMatchObject({ status: 409, body: { code: 'plan_unchanged' } });
    expect(await who.client.post('/v1/subscriptions/cancel', undefined)).toMatchObject({
      status: 200,
      body: { rail: 'btc', cancel_at: expect.any(String) },
    });
    const resumed = await who.client.post('/v1/subscriptions/resume', undefined);
    expect([resumed.status, resumed.body['cancel_at']]).toEqual([200, undefined]);
  });

  it('the renewal comes seven days ahead, by mail; paid, the period goes on', async () => {
    const who = await onBtc('pro');
    await till.paidAt(who.tenantId, new Date(Math.floor(Date.now() / 1000) * 1000 - 27 * 86_400_000).toISOString());
    await who.client.post('/v1/subscriptions/resume', undefined);
    const [text] = await mail(who, 'Your VANTA renewal can be paid now');
    const renewal = await shows(who.client, 'open');
    expect(text).toContain(`Pay at: ${renewal.url}`);
    const before = await present(who.client);
    await till.tell('pay', { invoice_id: sourceOf(renewal.url), confirmations: 6 });
    await shows(who.client, 'paid');
    expect(await present(who.client)).toMatchObject({ plan_id: 'pro', status: 'active' });
    expect(before.plan_id).toBe('pro');
    const account = await till.item(keys.btcAccount(who.tenantId));
    expect(account?.['grants']).toHaveLength(2);
  });
});

describe('webhooks', () => {
  it('that come many times, late and in any order have one effect', async () => {
    await till.tell('behaviour', { webhooks: { duplicate: 3, reorder_ms: 400 } });
    const who = await onBtc('pro');
    await new Promise((done) => setTimeout(done, 1_500));
    await till.tell('behaviour', {});
    const account = await till.item(keys.btcAccount(who.tenantId));
    expect(account?.['grants']).toHaveLength(1);
    expect(mailsTo(platform, who.email).filter((text) => text.includes('plan is active'))).toHaveLength(1);
  });

  it('of which all but the last are lost end the same', async () => {
    await till.tell('behaviour', {
      webhooks: { drop: true, types: ['InvoiceCreated', 'InvoiceReceivedPayment', 'InvoiceProcessing'] },
    });
    const who = await onBtc('pro');
    await till.tell('behaviour', {});
    expect(await shows(who.client, 'paid')).toMatchObject({ amount_paid: '199' });
  });

  it('that are all lost are made good by the comparison, when an operator asks for it', async () => {
    await till.tell('behaviour', { webhooks: { drop: true } });
    const who = await payer();
    await till.tell('pay', { invoice_id: await asked(who.client, 'pro'), confirmations: 6 });
    await new Promise((done) => setTimeout(done, 1_000));
    expect((await present(who.client)).plan_id).toBeNull();
    await till.tell('behaviour', {});
    await demand(info, billingOpsEvents.reconcile);
    await onPlan(who.client, 'pro');
  });

  it('that are badly signed are refused and leave nothing; unknown types are taken and ignored', async () => {
    const event = {
      deliveryId: 'd-1',
      originalDeliveryId: 'd-1',
      type: 'InvoiceSettled',
      timestamp: 1_769_853_600,
      invoiceId: 'none',
    };
    const body = JSON.stringify(event);
    for (const signature of [undefined, '', 'sha256=00', till.sign(body, 'another'), till.sign(`${body} `)])
      expect(await till.post(body, signature)).toBe(400);
    expect(await till.item(keys.inbox('btcpay', 'd-1'))).toBeUndefined();
    const other = JSON.stringify({ ...event, deliveryId: 'd-2', originalDeliveryId: 'd-2', type: 'PayoutApproved' });
    expect(await till.post(other, till.sign(other))).toBe(200);
    expect(await till.item(keys.inbox('btcpay', 'd-2'))).toBeUndefined();
    expect(await till.post(body, till.sign(body))).toBe(200);
    expect(await till.item(keys.inbox('btcpay', 'd-1'))).toBeDefined();
  });
});

describe('BTCPay Server away', () => {
  it('makes a change of plan a 503 that can be asked again with its key; all else goes on', async () => {
    const who = await onBtc('core');
    await till.tell('behaviour', { api: { mode: 'refuse' } });
    const key = randomUUID();
    const away = await change(who.client, 'pro', key);
    expect([away.status, away.body['code'], away.headers.get('retry-after')]).toEqual([503, 'billing_unavailable', '5']);
    expect((await who.client.post('/v1/vaults', { label: 'First', rails: ['fiat'] })).status).toBe(201);
    await till.tell('behaviour', {});
    expect(await change(who.client, 'pro', key)).toMatchObject({ status: 200, body: { outcome: 'checkout' } });
    expect((await invoices(who.client)).filter(({ status }) => status === 'open')).toHaveLength(1);
  });
});
