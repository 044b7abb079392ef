import { z } from 'zod';
import type { Prompt, Seen } from '../../domain/billing/btc/invoice.ts';
import type { BtcNode, NewInvoice } from '../../domain/billing/btc/ports.ts';
import { additionals, statuses } from '../../domain/billing/btc/states.ts';
import { dollars } from '../../domain/billing/money.ts';
import { timestamp } from '../../kit/clock.ts';
import { add, type Decimal, decimal, multiply, zero } from '../../kit/decimal.ts';
import { readJson } from '../../kit/json.ts';
import { Refusal } from '../../kit/refusal.ts';
import { limits } from '../../wiring/limits.ts';

/** Decimals are strings in the Greenfield API, times whole seconds (its OpenAPI document, invoices and pull payments). */
const amount = z.string().regex(/^-?\d{1,18}(\.\d{1,18})?$/);
const invoiceData = z.object({
  id: z.string().min(1),
  status: z.enum(statuses),
  additionalStatus: z.enum(additionals),
  paidAmount: amount,
  checkoutLink: z.url(),
  createdTime: z.number(),
  expirationTime: z.number(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
});
type InvoiceData = z.infer<typeof invoiceData>;
const methodData = z.object({
  paymentMethodId: z.string(),
  currency: z.string().nullish(),
  destination: z.string().nullish(),
  rate: amount,
  amount: amount,
  activated: z.boolean().optional(),
  payments: z.array(z.object({ value: amount, status: z.enum(['Invalid', 'Processing', 'Settled']) })),
});
type MethodData = z.infer<typeof methodData>;
const pullPayment = z.object({ id: z.string(), name: z.string().nullish(), viewLink: z.url() });

export interface Greenfield {
  readonly baseUrl: string;
  readonly storeId: string;
  readonly apiKey: () => Promise<string>;
  /** Told of every call that failed, without anything secret. */
  readonly onFailure: (what: string) => void;
}

/** BTCPay Server by its Greenfield API (docs.btcpayserver.org/API/Greenfield/v1), version 2 of the server. */
export function greenfield(settings: Greenfield): BtcNode {
  const call = caller(settings);
  const invoice = (id: string) => `/invoices/${encodeURIComponent(id)}`;
  const methods = async (id: string) => read(z.array(methodData), await call('GET', `${invoice(id)}/payment-methods`));
  return {
    get: async (sourceId) => {
      const given = await call('GET', invoice(sourceId));
      if (given.status === 404) return undefined;
      const data = read(invoiceData, given);
      return seenOf(data, decimal(data.paidAmount) > 0n ? await methods(sourceId) : []);
    },
    byOrder: async (orderId) => {
      const found = read(z.array(invoiceData), await call('GET', `/invoices?orderId=${encodeURIComponent(orderId)}`));
      return found.map((data) => seenOf(data, [])).sort((a, b) => (a.created_at < b.created_at ? -1 : 1));
    },
    create: async (asked) => seenOf(read(invoiceData, await call('POST', '/invoices', creation(asked))), []),
    invalidate: async (sourceId) => {
      const given = await call('POST', `${invoice(sourceId)}/status`, { status: 'Invalid' });
      // 422, and 400 before: it has ended already, in another way.
      if (given.status !== 422 && given.status !== 400) read(z.unknown(), given);
    },
    prompt: async (sourceId) => promptOf(await methods(sourceId)),
    refund: async ({ sourceId, name, cents }) => {
      const made = read(z.array(pullPayment), await call('GET', '/pull-payments?includeArchived=true')).find(
        (p) => p.name === name,
      );
      const body = { name, refundVariant: 'Custom', customAmount: dollars(cents), customCurrency: 'USD' };
      const { viewLink } = made ?? read(pullPayment, await call('POST', `${invoice(sourceId)}/refund`, body));
      return { claim_url: viewLink };
    },
    listSince: async (since, skip) => {
      const query = `startDate=${Math.floor(since / 1000)}&skip=${skip}&take=${limits.btcpayPage}&includeArchived=true`;
      return read(z.array(invoiceData), await call('GET', `/invoices?${query}`)).map((data) => seenOf(data, []));
    },
  };
}

const creation = ({ order_id, tenant_id, cents, minutes, what }: NewInvoice) => ({
  amount: dollars(cents),
  currency: 'USD',
  metadata: { orderId: order_id, tenantId: tenant_id, itemDesc: what },
  checkout: { expirationMinutes: minutes, monitoringMinutes: limits.btcpayMonitoringMinutes },
});

const cent = decimal('0.01');
const centsOf = (usd: Decimal): number => Number(usd / cent);
const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** Nothing that is not confirmed counts as received: it may still vanish, and cannot be given back. */
function seenOf(data: InvoiceData, methods: readonly MethodData[]): Seen {
  const payments = methods.flatMap(({ rate, payments: its }) => its.map((payment) => ({ rate, ...payment })));
  const confirmed = payments.length > 0 && payments.every(({ status }) => status === 'Settled');
  const settled = payments.filter(({ status }) => status === 'Settled');
  const value = settled.reduce((sum, p) => add(sum, multiply(decimal(p.value), decimal(p.rate))), zero);
  const paid = centsOf(decimal(data.paidAmount));
  const [order_id, tenant_id] = [textOf(data.metadata?.['orderId']), textOf(data.metadata?.['tenantId'])];
  return {
    source_id: data.id,
    ...(order_id === undefined ? {} : { order_id }),
    ...(tenant_id === undefined ? {} : { tenant_id }),
    status: data.status,
    additional: data.additionalStatus,
    paid_cents: paid,
    confirmed_cents: confirmed ? paid : Math.min(paid, centsOf(value)),
    confirmed,
    checkout_url: data.checkoutLink,
    created_at: timestamp(data.createdTime * 1000),
    expires_at: timestamp(data.expirationTime * 1000),
  };
}

/** On the chain if the store takes that, over Lightning else. */
function promptOf(methods: readonly MethodData[]): Prompt | undefined {
  const own = methods.filter((m) => m.currency === 'BTC' && m.activated !== false && textOf(m.destination) !== undefined);
  const found = own.find(({ paymentMethodId }) => /^BTC(-CHAIN)?$/.test(paymentMethodId)) ?? own[0];
  return found === undefined ? undefined : { amount_btc: found.amount, address: found.destination ?? '', rate: found.rate };
}

interface Given {
  readonly status: number;
  readonly value: unknown;
}
type Call = (method: 'GET' | 'POST', path: string, body?: unknown) => Promise<Given>;

/** One call, five seconds. What is not an answer of BTCPay Server's is an outage, and so is one that it could not do. */
function caller({ baseUrl, storeId, apiKey, onFailure }: Greenfield): Call {
  const store = `${baseUrl.replace(/\/+$/, '')}/api/v1/stores/${encodeURIComponent(storeId)}`;
  return async (method, path, body) => {
    const what = `${method} ${path.split('?')[0]}`;
    const key = await apiKey();
    try {
      const answer = await fetch(store + path, {
        method,
        redirect: 'manual',
        headers: { authorization: `token ${key}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(limits.btcpayTimeoutMs),
      });
      const given = { status: answer.status, value: readJson(await answer.text()) };
      if (answer.ok || [400, 404, 422].includes(answer.status)) return given;
      onFailure(`${what}: ${answer.status}`);
    } catch (error) {
      onFailure(`${what}: ${error instanceof Error ? error.name : 'failed'}`);
    }
    throw unavailable();
  };
}

const unavailable = (): Refusal =>
  new Refusal(503, 'billing_unavailable', 'The payment provider does not answer: ask again, with the same Idempotency-Key.', {
    extra: { retry_after_seconds: 5 },
    passing: true,
  });

/** What was asked for, in the form that is documented; anything else is a fault that somebody has to see. */
function read<T>(schema: z.ZodType<T>, { status, value }: Given): T {
  if (status >= 400) throw new Error(`BTCPay Server refused a call of ours with ${status}`);
  return schema.parse(value);
}
