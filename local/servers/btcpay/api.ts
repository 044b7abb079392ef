import { z } from 'zod';
import { decimal, format, isDecimal, subtract } from '../../../shared/kit/decimal.ts';
import { readJson } from '../../../shared/kit/json.ts';
import { json, type SimAnswer, type SimRequest } from '../simulator/server.ts';
import {
  dueOf,
  type Invoice,
  inCurrency,
  invoiceModel,
  markable,
  methodModel,
  type PullPayment,
  refundable,
  sum,
} from './invoice.ts';
import { type BtcNode, newId } from './node.ts';

const amount = z
  .union([z.string(), z.number().transform(String)])
  .refine((text) => isDecimal(text) && decimal(text) >= 0n, 'The amount should be a decimal of 0 or more');
const minutes = z.number().int().min(1).max(1_000_000);
const checkout = z.object({
  speedPolicy: z.enum(['HighSpeed', 'MediumSpeed', 'LowMediumSpeed', 'LowSpeed']).nullish(),
  paymentMethods: z.array(z.string()).nullish(),
  defaultPaymentMethod: z.string().nullish(),
  lazyPaymentMethods: z.boolean().nullish(),
  expirationMinutes: minutes.nullish(),
  monitoringMinutes: minutes.nullish(),
  paymentTolerance: z.number().min(0).max(100).nullish(),
  redirectURL: z.url().nullish(),
  redirectAutomatically: z.boolean().nullish(),
  defaultLanguage: z.string().nullish(),
});
const newInvoice = z.object({
  amount,
  currency: z.string().min(3).max(10).nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
  checkout: checkout.nullish(),
});
const mark = z.object({ status: z.enum(['Settled', 'Invalid']) });
const refund = z.object({
  name: z.string().nullish(),
  description: z.string().nullish(),
  payoutMethodId: z.string().nullish(),
  refundVariant: z.enum(['RateThen', 'CurrentRate', 'OverpaidAmount', 'Fiat', 'Custom']),
  customAmount: amount.optional(),
  customCurrency: z.string().optional(),
});

/** A refusal: one problem, or the fields that are wrong. */
class Refused extends Error {
  readonly status: number;
  readonly body: unknown;
  constructor(status: number, body: unknown) {
    super(JSON.stringify(body));
    this.status = status;
    this.body = body;
  }
}

const problem = (status: number, code: string, message: string) => new Refused(status, { code, message });
const invalid = (path: string, message: string) => new Refused(422, [{ path, message }]);

interface Call {
  readonly node: BtcNode;
  readonly request: SimRequest;
  readonly store: string;
}

/** The Greenfield API of a server whose every store takes this key. */
export function createApi(node: BtcNode, apiKey: string) {
  return async (request: SimRequest): Promise<SimAnswer> => {
    try {
      return json(200, answer(node, request, apiKey));
    } catch (error) {
      if (error instanceof Refused) return json(error.status, error.body);
      throw error;
    }
  };
}

function answer(node: BtcNode, request: SimRequest, apiKey: string): unknown {
  if (request.headers.authorization !== `token ${apiKey}`)
    throw problem(401, 'unauthenticated', 'Authentication is required for accessing this endpoint');
  const [, store = '', room = '', id, act] =
    /^\/api\/v1\/stores\/([^/]+)\/([^/]+)(?:\/([^/]+)(?:\/([^/]+))?)?$/.exec(request.path) ?? [];
  const call = { node, request, store: decodeURIComponent(store) };
  if (room === 'rates') return [{ currencyPair: 'BTC_USD', errors: [], rate: node.rate }];
  if (room === 'pull-payments' && request.method === 'GET')
    return [...node.pullPayments.values()].reverse().map((one) => pullModel(one, request.base));
  if (room !== 'invoices') throw problem(404, 'not-found', `There is no ${request.path}`);
  if (id === undefined) return request.method === 'POST' ? createInvoice(call) : listInvoices(call);
  const invoice = node.invoices.get(decodeURIComponent(id));
  if (invoice === undefined || invoice.storeId !== call.store)
    throw problem(404, 'invoice-not-found', 'The invoice was not found');
  return onInvoice(call, invoice, act);
}

function onInvoice({ node, request }: Call, invoice: Invoice, act: string | undefined): unknown {
  const shown = (one: Invoice) => invoiceModel(one, node.paymentsOf(one.id), request.base);
  switch (`${request.method} ${act ?? ''}`) {
    case 'GET ':
      return shown(invoice);
    case 'PUT ': {
      const metadata = checked(z.object({ metadata: z.record(z.string(), z.unknown()) }), request).metadata;
      node.invoices.set(invoice.id, { ...invoice, metadata });
      return shown(node.invoice(invoice.id));
    }
    case 'DELETE ':
      node.invoices.set(invoice.id, { ...invoice, archived: true });
      return {};
    case 'POST unarchive':
      node.invoices.set(invoice.id, { ...invoice, archived: false });
      return shown(node.invoice(invoice.id));
    case 'POST status':
      return shown(markInvoice(node, invoice, checked(mark, request).status));
    case 'GET payment-methods': {
      const all = request.query.get('onlyAccountedPayments') === 'false';
      return [methodModel(invoice, node.paymentsOf(invoice.id), node.paymentsOf(invoice.id, all))];
    }
    case 'POST refund':
      return refundInvoice({ node, invoice, base: request.base }, checked(refund, request));
    default:
      throw problem(404, 'not-found', `There is no ${request.method} ${request.path}`);
  }
}

function checked<T>(schema: z.ZodType<T>, { body }: SimRequest): T {
  const result = schema.safeParse(readJson(body));
  if (result.success) return result.data;
  throw new Refused(
    422,
    result.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })),
  );
}

function createInvoice({ node, request, store }: Call) {
  const { amount: price, currency, metadata, checkout: asked } = checked(newInvoice, request);
  if ((currency ?? 'USD') !== 'USD') throw invalid('currency', 'The simulator has a rate for USD only');
  const now = node.now();
  const expirationMinutes = asked?.expirationMinutes ?? 15;
  const monitoringMinutes = asked?.monitoringMinutes ?? 1440;
  const expirationTime = now + expirationMinutes * 60;
  const invoice: Invoice = {
    id: newId(),
    storeId: store,
    amount: format(decimal(price)),
    currency: 'USD',
    metadata: metadata ?? {},
    checkout: {
      speedPolicy: asked?.speedPolicy ?? 'MediumSpeed',
      paymentMethods: asked?.paymentMethods ?? ['BTC-CHAIN'],
      defaultPaymentMethod: asked?.defaultPaymentMethod ?? null,
      lazyPaymentMethods: asked?.lazyPaymentMethods ?? null,
      expirationMinutes,
      monitoringMinutes,
      paymentTolerance: asked?.paymentTolerance ?? 0,
      redirectURL: asked?.redirectURL ?? null,
      redirectAutomatically: asked?.redirectAutomatically ?? false,
      defaultLanguage: asked?.defaultLanguage ?? null,
    },
    createdTime: now,
    expirationTime,
    monitoringExpiration: expirationTime + monitoringMinutes * 60,
    status: 'New',
    additionalStatus: 'None',
    archived: false,
    rate: node.rate,
    destination: `bcrt1q${newId(38).toLowerCase()}`,
  };
  node.invoices.set(invoice.id, invoice);
  node.tell('InvoiceCreated', invoice);
  return invoiceModel(invoice, [], request.base);
}

function listInvoices({ node, request: { query, base }, store }: Call) {
  const number = (name: string) => (query.get(name) === null ? undefined : Number(query.get(name)));
  const [orders, statuses] = [query.getAll('orderId'), query.getAll('status')];
  const [from = 0, to = Number.POSITIVE_INFINITY, skip = 0] = [number('startDate'), number('endDate'), number('skip')];
  const archived = query.get('includeArchived') === 'true';
  const fits = (one: Invoice) =>
    one.storeId === store &&
    (archived || !one.archived) &&
    (orders.length === 0 || orders.includes(String(one.metadata['orderId']))) &&
    (statuses.length === 0 || statuses.includes(one.status)) &&
    one.createdTime >= from &&
    one.createdTime <= to;
  const all = [...node.invoices.values()].filter(fits).reverse();
  return all.slice(skip, skip + (number('take') ?? all.length)).map((one) => invoiceModel(one, node.paymentsOf(one.id), base));
}

function markInvoice(node: BtcNode, invoice: Invoice, status: 'Settled' | 'Invalid'): Invoice {
  if (!markable(invoice).includes(status))
    throw invalid('status', 'Status can only be marked to invalid or settled within certain conditions.');
  const marked = node.change(invoice.id, status, 'Marked');
  const more = status === 'Settled' ? { manuallyMarked: true, overPaid: false } : { manuallyMarked: true };
  node.tell(status === 'Settled' ? 'InvoiceSettled' : 'InvoiceInvalid', marked, more);
  return marked;
}

function refundInvoice(
  { node, invoice, base }: { node: BtcNode; invoice: Invoice; base: string },
  asked: z.infer<typeof refund>,
) {
  if (!refundable(invoice)) throw problem(422, 'non-refundable', 'Cannot refund this invoice');
  const paid = sum(node.paymentsOf(invoice.id));
  if (paid <= 0n && asked.refundVariant !== 'Custom') throw problem(422, 'non-refundable', 'Cannot refund this invoice');
  const id = newId();
  const made = {
    id,
    name: asked.name ?? `Refund ${invoice.id}`,
    description: asked.description ?? '',
    ...refundAmount(invoice, asked, paid),
    BOLT11Expiration: '30',
    autoApproveClaims: true,
    archived: false,
  };
  node.pullPayments.set(id, made);
  return pullModel(made, base);
}

const pullModel = (made: PullPayment, base: string) => ({ ...made, viewLink: `${base}/pull-payments/${made.id}` });

function refundAmount(invoice: Invoice, asked: z.infer<typeof refund>, paid: ReturnType<typeof sum>) {
  const { refundVariant, customAmount, customCurrency } = asked;
  if (refundVariant === 'Fiat') return { currency: invoice.currency, amount: inCurrency(paid, invoice.rate) };
  if (refundVariant === 'RateThen' || refundVariant === 'CurrentRate') return { currency: 'BTC', amount: format(paid) };
  if (refundVariant === 'OverpaidAmount') {
    if (invoice.additionalStatus !== 'PaidOver') throw invalid('refundVariant', 'Invoice is not overpaid');
    return { currency: 'BTC', amount: format(subtract(paid, dueOf(invoice))) };
  }
  if (customAmount === undefined || decimal(customAmount) <= 0n) throw invalid('customAmount', 'Amount must be greater than 0');
  if (customCurrency === undefined) throw invalid('customCurrency', 'Invalid currency');
  return { currency: customCurrency, amount: customAmount };
}
