import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { secretsFor, startProviders } from '../../local/servers/providers.ts';
import { clientOf, startInbox, until } from './stripe/support/account.ts';

const billing = (fields: object) => ({ name: 'vanta-local-billing', arn: 'arn:billing', value: JSON.stringify(fields) });
const keep = () => mkdtempSync(join(tmpdir(), 'providers-'));
const quiet = () => undefined;

describe('the payment providers of the local platform', () => {
  it('take the keys of the template, and send to its function URLs', async () => {
    const inbox = await startInbox();
    const secrets = [billing({ stripe_secret_key: 'sk_test_template', stripe_webhook_secret: 'whsec_local' })];
    // Nothing of a function URL is asked for but its function.
    const functionUrls = [{ functionName: 'vanta-local-stripe-webhook' }] as never;
    // The inbox answers whatever path it is asked at.
    const api = new URL(inbox.url).origin;
    const providers = await startProviders({ api, model: { secrets, functionUrls }, environment: {}, keep: keep(), log: quiet });
    expect(providers.settings.STRIPE_API_BASE).toBe(providers.stripe.api);
    await clientOf(providers.stripe.api, 'sk_test_template').customers.create({ email: 'a@example.com' });
    await until(() => inbox.types().includes('customer.created'));
    await providers.stop();
    await inbox.stop();
  });

  it('are those that the environment names, with its keys', async () => {
    const environment = {
      STRIPE_API_BASE: 'http://127.0.0.1:9',
      BTCPAY_BASE_URL: 'http://127.0.0.1:9',
      STRIPE_SECRET_KEY: 'sk_mine',
    };
    const secrets = [billing({ stripe_secret_key: 'sk_test_local', other: 1 })];
    const providers = await startProviders({
      api: '',
      model: { secrets, functionUrls: [] },
      environment,
      keep: keep(),
      log: quiet,
    });
    expect(providers.stripe).toEqual({ api: 'http://127.0.0.1:9' });
    expect(secretsFor(secrets, environment).map(({ value }) => JSON.parse(value ?? ''))).toEqual([
      { stripe_secret_key: 'sk_mine', other: 1 },
    ]);
    await providers.stop();
  });
});
