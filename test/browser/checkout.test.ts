import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBtcpaySimulator } from '../../local/servers/btcpay/simulator.ts';
import { type Account, catalogue, openAccount } from '../local/stripe/support/account.ts';
import { findChromium, openBrowser } from './chromium.ts';

const found = findChromium();
if ('missing' in found) console.warn(`\n*** SKIPPED: the checkout page in a real browser. ${found.missing} ***\n`);

let browser: Browser;
let account: Account;
let prices: Awaited<ReturnType<typeof catalogue>>;
let shop: Server;
let shopUrl = '';

// Skipped only where no Chromium can be had, and then said above: nothing else can click a page.
describe.skipIf('missing' in found)('the checkout page in a real browser', () => {
  beforeAll(async () => {
    browser = await openBrowser(found as { path: string });
    account = await openAccount();
    prices = await catalogue(account);
    shop = createServer((request, response) => response.end(`<!doctype html><title>Shop</title><p>${request.url}</p>`));
    await new Promise<void>((done) => shop.listen(0, '127.0.0.1', done));
    shopUrl = `http://127.0.0.1:${(shop.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    await browser.close();
    await account.stop();
    shop.closeAllConnections();
    await new Promise((done) => shop.close(done));
  });

  async function openCheckout(width: number): Promise<{ page: Page; customer: string; session: string }> {
    const { id: customer } = await account.stripe.customers.create({ email: 'owner@example.com' });
    const session = await account.stripe.checkout.sessions.create({
      mode: 'subscription',
      customer,
      line_items: [{ price: prices.pro, quantity: 1 }],
      success_url: `${shopUrl}/done?session={CHECKOUT_SESSION_ID}`,
      cancel_url: `${shopUrl}/back`,
    });
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    page.setDefaultTimeout(10_000);
    await page.goto(session.url ?? '');
    return { page, customer, session: session.id };
  }

  const subscriptions = async (customer: string) =>
    (await account.stripe.subscriptions.list({ customer, status: 'all' })).data.map(({ status }) => status);

  it.each([1280, 400])('at %i px takes a card by its labels and leads back to the shop', async (width) => {
    const { page, customer, session } = await openCheckout(width);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Subscribe to pro');
    expect(await page.getByText('$199.00', { exact: true }).isVisible()).toBe(true);
    // Nothing is wider than the window.
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    await page.getByLabel('Card number').fill('4000 0000 0000 0002');
    await page.getByRole('button', { name: 'Subscribe' }).click();
    expect(await page.getByRole('alert').textContent()).toBe('Your card was declined.');
    expect(await subscriptions(customer)).toEqual([]);
    await page.getByLabel('Card number').fill('4242 4242 4242 4242');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${shopUrl}/done?session=${session}`);
    expect(await subscriptions(customer)).toEqual(['active']);
    await page.close();
  });

  it('asks the bank on a second page', async () => {
    const { page, customer } = await openCheckout(400);
    await page.getByLabel('Card number').fill('4000002500003155');
    await page.getByRole('button', { name: 'Subscribe' }).click();
    await page.getByRole('button', { name: 'Complete authentication' }).click();
    await page.waitForURL(/\/done\?session=cs_test_/);
    expect(await subscriptions(customer)).toEqual(['active']);
    await page.close();
  });

  it.each([1280, 400])('of a bitcoin invoice, at %i px, is paid in part, exactly, and confirmed', async (width) => {
    const btcpay = await startBtcpaySimulator({ apiKey: 'key' });
    const made = await fetch(`${btcpay.url}/api/v1/stores/shop/invoices`, {
      method: 'POST',
      headers: { authorization: 'token key' },
      body: JSON.stringify({ amount: '199.00', metadata: { itemDesc: 'pro, one month' } }),
    });
    const { checkoutLink } = (await made.json()) as { checkoutLink: string };
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    await page.goto(checkoutLink);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    const status = page.getByRole('status');
    for (const [button, state] of [
      ['Pay part', 'New (PaidPartial)'],
      ['Pay exactly', 'Processing'],
      ['Mine a block', 'Settled'],
    ] as const) {
      await page.getByRole('button', { name: button }).click();
      await status.filter({ hasText: state }).waitFor();
    }
    await page.close();
    await btcpay.stop();
  });

  it('is left without paying', async () => {
    const { page, customer } = await openCheckout(400);
    await page.getByRole('link', { name: 'Back without paying' }).click();
    await page.waitForURL(`${shopUrl}/back`);
    expect(await subscriptions(customer)).toEqual([]);
    await page.close();
  });
});
