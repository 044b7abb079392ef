import { z } from 'zod';
import { add, decimal, format, isDecimal, ratio, roundTowardZero } from '../../../shared/kit/decimal.ts';
import { ControlError, type ControlRoute, route } from '../simulator/control.ts';
import { markup, page } from '../simulator/html.ts';
import { confirmationsFor, dueOf, type Invoice, type Payment, sum } from './invoice.ts';
import { type BtcNode, newId } from './node.ts';

export const portions = ['exact', 'part', 'over'] as const;
type Portion = (typeof portions)[number];

/** What is missing, half of that, or a tenth more than that; of a paid invoice, a tenth of its price. */
function portionOf(node: BtcNode, invoice: Invoice, portion: Portion): string {
  const due = dueOf(invoice);
  const missing = due - sum(node.paymentsOf(invoice.id));
  const rest = missing > 0n ? (missing as typeof due) : due; // a difference of decimals is one
  const satoshi = decimal('0.00000001');
  if (portion === 'part') return format(roundTowardZero(ratio([rest], [decimal('2')]), satoshi));
  if (portion === 'exact') return format(rest);
  return format(roundTowardZero(add(rest, ratio([rest], [decimal('10')])), satoshi));
}

/** Somebody pays an invoice. The payment is in the chain, with so many blocks on it. */
export function pay(
  node: BtcNode,
  invoice: Invoice,
  how: { portion: Portion } | { value: string },
  confirmations: number,
): Payment {
  const value = 'value' in how ? how.value : portionOf(node, invoice, how.portion);
  const id = `${newId(64).toLowerCase()}-0`;
  const payment = { id, invoiceId: invoice.id, receivedDate: node.now(), value, confirmations, replaced: false };
  node.see(payment);
  return payment;
}

const amount = z.string().refine((text) => isDecimal(text) && decimal(text) > 0n);
const paying = z.strictObject({
  invoice_id: z.string(),
  portion: z.enum(portions).optional(),
  amount_btc: amount.optional(),
  confirmations: z.number().int().min(0).optional(),
});
const blocks = z.strictObject({
  invoice_id: z.string().optional(),
  payment_id: z.string().optional(),
  confirmations: z.number().int().min(1).optional(),
});
const jump = z.union([z.strictObject({ advance_seconds: z.number().int().min(1) }), z.strictObject({ to: z.number().int() })]);

/** What can be told to this simulator alone: payments, blocks, time and the rate. */
export function btcpayControls(node: BtcNode, work: { tick(): void; settle(): void }): Record<string, ControlRoute> {
  const found = (id: string): Invoice => {
    const invoice = node.invoices.get(id);
    if (invoice === undefined) throw new ControlError(404, `there is no invoice ${id}`);
    return invoice;
  };
  const shown = (id: string) => {
    work.settle();
    const { status, additionalStatus } = node.invoice(id);
    return { invoice_id: id, status, additional_status: additionalStatus };
  };
  return {
    'POST /sim/pay': route(paying, ({ invoice_id, portion = 'exact', amount_btc: value, confirmations = 0 }) => {
      const payment = pay(node, found(invoice_id), value === undefined ? { portion } : { value }, confirmations);
      return { payment_id: payment.id, amount_btc: payment.value, ...shown(invoice_id) };
    }),
    'POST /sim/confirm': route(blocks, (asked) => {
      for (const payment of chosen(node, asked)) {
        const enough = confirmationsFor[found(payment.invoiceId).checkout.speedPolicy];
        node.see({ ...payment, confirmations: asked.confirmations ?? Math.max(1, enough) });
      }
      work.settle();
      return { items: chosen(node, asked) };
    }),
    'POST /sim/reorg': route(blocks, (asked) => {
      for (const payment of chosen(node, asked)) node.see({ ...payment, replaced: true, confirmations: 0 });
      work.settle();
      return { items: chosen(node, asked) };
    }),
    ...clockRoutes(node, work),
    'POST /sim/settings': route(z.strictObject({ rate: amount }), ({ rate }) => {
      node.rate = rate;
      work.settle();
      return { rate };
    }),
    'GET /sim/events': route(z.strictObject({}), () => ({ items: [...node.events.values()] })),
  };
}

function clockRoutes(node: BtcNode, work: { tick(): void; settle(): void }): Record<string, ControlRoute> {
  return {
    'GET /sim/clock': route(z.strictObject({}), () => ({ now: node.now(), offset_seconds: node.offsetSeconds })),
    'POST /sim/clock': route(jump, (body) => {
      node.offsetSeconds += Math.max(0, 'to' in body ? body.to - node.now() : body.advance_seconds);
      work.tick();
      work.settle();
      return { now: node.now(), offset_seconds: node.offsetSeconds };
    }),
  };
}

function chosen(node: BtcNode, { invoice_id, payment_id }: z.infer<typeof blocks>): Payment[] {
  const payments = [...node.payments.values()].filter(
    ({ id, invoiceId }) => (payment_id ?? id) === id && (invoice_id ?? invoiceId) === invoiceId,
  );
  if (payments.length === 0 || (invoice_id ?? payment_id) === undefined) throw new ControlError(404, 'there is no such payment');
  return payments;
}

/** A page with what there is, for a person who looks around. */
export function controlPage(node: BtcNode, base: string): string {
  const rows = [...node.invoices.values()]
    .reverse()
    .map(
      ({ id, amount: price, status, additionalStatus }) =>
        markup`<tr><td><a href="${base}/i/${id}">${id}</a></td><td>$${price}</td><td>${status} ${additionalStatus}</td></tr>`,
    );
  return page('BTCPay simulator', markup`<h1>BTCPay simulator</h1><p>API: ${base}</p><table><tbody>${rows}</tbody></table>`);
}
