import Stripe from 'stripe';
import { json, type SimAnswer, type SimRequest } from '../simulator/server.ts';
import { billingRoutes } from './billing.ts';
import { catalogueRoutes } from './catalogue.ts';
import { checkoutRoutes } from './checkout.ts';
import { clockRoutes } from './clocks.ts';
import { customerRoutes } from './customers.ts';
import { eventRoutes } from './events.ts';
import { expanded } from './expand.ts';
import { StripeFailure } from './failure.ts';
import { decodeForm, type FormValue } from './form.ts';
import type { Idempotency } from './idempotency.ts';
import { portalRoutes } from './portal.ts';
import { refundRoutes } from './refunds.ts';
import type { Route } from './routes.ts';
import { scheduleRoutes } from './schedules.ts';
import { subscriptionRoutes } from './subscriptions.ts';
import { newId, type World } from './world.ts';

const routes: readonly Route[] = [
  ...catalogueRoutes,
  ...customerRoutes,
  ...checkoutRoutes,
  ...portalRoutes,
  ...subscriptionRoutes,
  ...scheduleRoutes,
  ...billingRoutes,
  ...refundRoutes,
  ...eventRoutes,
  ...clockRoutes,
];

interface Api {
  readonly world: World;
  readonly idempotency: Idempotency;
  readonly secretKey: string;
  readonly clock: () => number;
  /** Keeps what was done, and sends its events. */
  settle(): void;
}

/** Stripe's API: key, version, idempotency, and then the route. */
export function createApi(api: Api) {
  return async (request: SimRequest): Promise<SimAnswer> => {
    const id = newId('req_', 14);
    const headers = { 'request-id': id, 'stripe-version': Stripe.API_VERSION, 'stripe-should-retry': 'false' };
    const answer = answerTo(api, request, id);
    const retry = answer.status === 409 ? { 'stripe-should-retry': 'true' } : {};
    return { ...answer, headers: { ...headers, ...answer.headers, ...retry } };
  };
}

function answerTo(api: Api, request: SimRequest, id: string): SimAnswer {
  try {
    checkCaller(request, api.secretKey);
    const key = request.method === 'POST' ? request.headers['idempotency-key'] : undefined;
    if (typeof key !== 'string') return perform(api, request, { id, idempotency_key: null }).answer;
    const before = api.idempotency.begin(key, request, api.clock() / 1000);
    if (before !== undefined) return { ...before, headers: { ...before.headers, 'idempotency-key': key } };
    const { answer, early } = perform(api, request, { id, idempotency_key: key });
    if (early) api.idempotency.forget(key);
    else api.idempotency.done(key, answer);
    api.settle();
    return { ...answer, headers: { ...answer.headers, 'idempotency-key': key } };
  } catch (error) {
    if (!(error instanceof StripeFailure)) throw error;
    return refusal(error, id);
  }
}

const refusal = ({ status, body }: StripeFailure, id: string): SimAnswer =>
  json(
    status,
    { error: { ...body, request_log_url: `https://dashboard.stripe.com/test/logs/${id}` } },
    { 'original-request': id },
  );

/** The secret key as a bearer or as the user of basic authentication, and the one version that is served. */
function checkCaller({ headers }: SimRequest, secretKey: string): void {
  const [scheme = '', credentials = ''] = (headers.authorization ?? '').split(' ');
  const basic = scheme.toLowerCase() === 'basic' ? Buffer.from(credentials, 'base64').toString().split(':')[0] : undefined;
  const key = basic ?? credentials;
  const unauthorized = (message: string) => new StripeFailure(401, { type: 'invalid_request_error', message }, { early: true });
  if (key === '')
    throw unauthorized(
      'You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth ' +
        "(e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
    );
  if (key !== secretKey) throw unauthorized(`Invalid API Key provided: ${key.slice(0, 8)}${'*'.repeat(8)}${key.slice(-4)}`);
  const version = headers['stripe-version'];
  if (version === undefined || version === Stripe.API_VERSION) return;
  const message = `Invalid Stripe API version: ${version}. The simulator serves ${Stripe.API_VERSION} only.`;
  throw new StripeFailure(400, { type: 'invalid_request_error', message }, { early: true });
}

type Mark = NonNullable<World['request']>;

function perform(api: Api, request: SimRequest, mark: Mark): { answer: SimAnswer; early: boolean } {
  const { world } = api;
  world.request = mark;
  try {
    const result = json(
      200,
      world.whole(() => work(world, request)),
    );
    return { answer: result, early: false };
  } catch (error) {
    if (!(error instanceof StripeFailure)) throw error;
    return { answer: refusal(error, mark.id), early: error.early };
  } finally {
    world.request = null;
    if (request.method !== 'GET') api.settle();
  }
}

function work(world: World, { method, path, query, body }: SimRequest): object {
  const route = routes.find((one) => one.method === method && one.match(path) !== undefined);
  if (route === undefined) throw unknownRoute(method, path);
  const { expand, ...given } = { ...decodeForm(query.toString()), ...(method === 'GET' ? {} : decodeForm(body)) };
  return expanded(world, route.run(world, given, route.match(path) ?? []), pathsOf(expand));
}

function pathsOf(expand: FormValue | undefined): string[] {
  return Array.isArray(expand) ? expand.map(String) : [];
}

function unknownRoute(method: string, path: string): StripeFailure {
  const message = `Unrecognized request URL (${method}: ${path}). The simulator does not have it, or Stripe does not.`;
  return new StripeFailure(404, { type: 'invalid_request_error', message }, { early: true });
}
