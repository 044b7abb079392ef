import { syncCatalogue } from '../shared/adapters/stripe/catalogue.ts';
import { clientAt } from '../shared/adapters/stripe/client.ts';

// npm run stripe:catalogue: the products and prices of a Stripe account, made what plans.ts says. STRIPE_SECRET_KEY says which account.
const { STRIPE_SECRET_KEY: key = '', STRIPE_API_BASE: base = 'https://api.stripe.com' } = process.env;
if (key === '') {
  console.error('STRIPE_SECRET_KEY is not set: the secret key of the account whose catalogue is meant');
  process.exit(2);
}
const done = await syncCatalogue(clientAt(base, key, 30_000));
console.log(done.length === 0 ? 'the catalogue is as it should be' : done.join('\n'));
