import { join } from 'node:path';
import { syncCatalogue } from '../../shared/adapters/stripe/catalogue.ts';
import { clientAt } from '../../shared/adapters/stripe/client.ts';
import type { Model, SecretSpec } from '../template/model.ts';
import { startBtcpaySimulator } from './btcpay/simulator.ts';
import { startStripeSimulator } from './stripe/simulator.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where a payment provider answers. Its pages are below `api`; `control` is there only for a built-in simulator. */
export interface ProviderAddress {
  readonly api: string;
  readonly control?: string;
}

interface ProvidersOptions {
  readonly api: string;
  readonly model: Pick<Model, 'secrets' | 'functionUrls'>;
  readonly environment: Environment;
  readonly keep: string;
  log(line: string): void;
}

/** What the local stage gives when nobody says otherwise (SPEC 12). */
const defaults = {
  stripe_secret_key: 'sk_test_local',
  stripe_webhook_secret: 'whsec_local',
  btcpay_api_key: 'btcpay_local',
  btcpay_webhook_secret: 'btcpay_whsec_local',
} as const;
type KeyName = keyof typeof defaults;

/** Stripe and BTCPay Server as the functions meet them: what the environment names, or simulators. */
export async function startProviders({ api, model, environment, keep, log }: ProvidersOptions) {
  const key = keysIn(secretsFor(model.secrets, environment), environment);
  const target = (word: string, secret: string) => {
    const url = model.functionUrls.find(({ functionName }) => functionName.includes(word));
    return url && { url: `${api}/local/urls/${url.functionName}/`, secret };
  };
  const stripe = environment['STRIPE_API_BASE']
    ? external(environment['STRIPE_API_BASE'])
    : await startStripeSimulator({
        secretKey: key('stripe_secret_key'),
        webhook: target('stripe', key('stripe_webhook_secret')),
        keep: join(keep, 'stripe.json'),
        log,
      });
  const btcpay = environment['BTCPAY_BASE_URL']
    ? external(environment['BTCPAY_BASE_URL'])
    : await startBtcpaySimulator({
        apiKey: key('btcpay_api_key'),
        webhook: target('btcpay', key('btcpay_webhook_secret')),
        keep: join(keep, 'btcpay.json'),
        log,
      });
  // A new account has no prices; one that the environment names has its own (npm run stripe:catalogue).
  if (stripe.control !== undefined) await syncCatalogue(clientAt(stripe.url, key('stripe_secret_key'), 5000));
  return {
    stripe: addressOf(stripe),
    btcpay: addressOf(btcpay),
    /** What the functions' settings are here, where a card has them. */
    settings: { STRIPE_API_BASE: stripe.url, BTCPAY_BASE_URL: btcpay.url },
    stop: () => Promise.all([stripe.stop(), btcpay.stop()]),
  };
}

const external = (url: string) => ({ url, control: undefined, stop: async () => undefined });

const addressOf = ({ url, control }: { url: string; control?: string | undefined }): ProviderAddress => ({
  api: url,
  ...(control !== undefined && { control }),
});

/** The template's secrets; a field that the environment names in capitals (STRIPE_SECRET_KEY) has the value from there. */
export function secretsFor(secrets: readonly SecretSpec[], environment: Environment): SecretSpec[] {
  return secrets.map((secret) => {
    const fields = fieldsOf(secret);
    const given = Object.keys(fields).flatMap((name) => {
      const value = environment[name.toUpperCase()];
      return value === undefined || value === '' ? [] : [[name, value] as const];
    });
    return given.length === 0 ? secret : { ...secret, value: JSON.stringify({ ...fields, ...Object.fromEntries(given) }) };
  });
}

function fieldsOf({ value = '' }: SecretSpec): Readonly<Record<string, unknown>> {
  if (!value.startsWith('{')) return {};
  return JSON.parse(value) as Readonly<Record<string, unknown>>;
}

/** A key as the functions find it in a secret, or as it is by default. */
function keysIn(secrets: readonly SecretSpec[], environment: Environment): (name: KeyName) => string {
  const fields: Readonly<Record<string, unknown>> = Object.assign({}, ...secrets.map(fieldsOf));
  return (name) => String(fields[name] ?? environment[name.toUpperCase()] ?? defaults[name]);
}
