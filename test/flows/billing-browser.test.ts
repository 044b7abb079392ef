import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium, openBrowser } from '../browser/chromium.ts';
import { type Client, newTenant } from './support/client.ts';
import { type LocalInfo, Platform } from './support/platform.ts';
import { eventually } from './support/till.ts';

/** An owner who chooses a plan through the API and pays for it by hand, on the provider's page in a real browser. */
const found = findChromium();
if ('missing' in found) console.warn(`\n*** SKIPPED: paying in a real browser. ${found.missing} ***\n`);

const platform = new Platform();
let info: LocalInfo;
let browser: Browser;

interface Invoice {
  readonly invoice_id: string;
  readonly status: string;
  readonly amount_refunded: string;
}

const planOf = async (client: Client) =>
  (await client.get<{ plan_id: string | null; status: string }>('/v1/subscriptions/me')).body;
const onPlan = (client: Client, plan_id: string) =>
  eventually(
    () => planOf(client),
    (plan) => plan.plan_id === plan_id && plan.status === 'active',
  );

async function pageOf(client: Client, rail: string, plan_id: string): Promise<Page> {
  const { status, body } = await client.post('/v1/subscriptions/change-plan', { rail, plan_id, interval: 'month' });
  expect({ status, body }).toMatchObject({ status: 200, body: { outcome: 'checkout', rail, plan_id } });
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.setDefaultTimeout(15_000);
  await page.goto(String(body['checkout_url']));
  return page;
}

async function refunded(client: Client): Promise<Invoice> {
  const list = async () => (await client.get<{ items: Invoice[] }>('/v1/invoices')).body.items;
  const [paid] = (await eventually(list, (items) => items.some(({ status }) => status === 'paid'))).filter(
    ({ status }) => status === 'paid',
  );
  const refund = await client.post<Invoice>(`/v1/invoices/${paid?.invoice_id}/refund`, { amount: '10' });
  expect(refund.status).toBe(200);
  return refund.body;
}

// Skipped only where no Chromium can be had, and then said above: nothing else can click a page.
describe.skipIf('missing' in found)('in a real browser', () => {
  beforeAll(async () => {
    info = await platform.start('--no-rate-limit', '--default-plan', 'none');
    browser = await openBrowser(found as { path: string });
  });
  afterAll(async () => {
    await browser?.close();
    await platform.stop();
  });

  it('core is paid by card and active; then upgraded, downgraded, canceled, resumed and refunded in part', async () => {
    const { client } = await newTenant(info.api, 'manager', 'clara');
    expect((await planOf(client)).plan_id).toBeNull();
    const page = await pageOf(client, 'stripe', 'core');
    await page.getByLabel('E-mail').fill('clara@example.com');
    await page.getByLabel('Card number').fill('4242 4242 4242 4242');
    await page.getByRole('button', { name: 'Subscribe' }).click();
    await onPlan(client, 'core');
    await page.close();
    const change = (plan_id: string) =>
      client.post('/v1/subscriptions/change-plan', { rail: 'stripe', plan_id, interval: 'month' });
    expect(await change('pro')).toMatchObject({ status: 200, body: { outcome: 'changed' } });
    await onPlan(client, 'pro');
    expect(await change('core')).toMatchObject({ status: 200, body: { outcome: 'scheduled' } });
    expect((await planOf(client)).plan_id).toBe('pro');
    expect(await client.post('/v1/subscriptions/cancel', undefined)).toMatchObject({
      status: 200,
      body: { cancel_at: expect.any(String) },
    });
    const resumed = await client.post('/v1/subscriptions/resume', undefined);
    expect(resumed.status).toBe(200);
    expect(resumed.body['cancel_at']).toBeUndefined();
    expect(await refunded(client)).toMatchObject({ amount_refunded: '10' });
    await onPlan(client, 'pro');
  });

  it('pro is paid in bitcoin and active when it is confirmed', async () => {
    const { client } = await newTenant(info.api, 'manager', 'boris');
    const page = await pageOf(client, 'btc', 'pro');
    await page.getByRole('button', { name: 'Pay exactly' }).click();
    await page.getByRole('status').filter({ hasText: 'Processing' }).waitFor();
    expect((await planOf(client)).plan_id).toBeNull();
    await page.getByRole('button', { name: 'Mine a block' }).click();
    await page.getByRole('status').filter({ hasText: 'Settled' }).waitFor();
    await onPlan(client, 'pro');
    await page.close();
  });
});
