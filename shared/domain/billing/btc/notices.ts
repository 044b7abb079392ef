import { timestamp } from '../../../kit/clock.ts';
import { dollars } from '../money.ts';
import type { Notice, NoticeKind } from '../notice.ts';
import type { BtcInvoice, Seen } from './invoice.ts';

interface Told {
  readonly kind: NoticeKind;
  /** What sets it apart from others of its kind about the same thing. */
  readonly what?: string;
  readonly facts: Readonly<Record<string, string>>;
}

/** A notice about an invoice; its id follows from the invoice and from what is said. */
export const noticeOf = (invoice: BtcInvoice, { kind, what = '', facts }: Told, now: number): Notice => ({
  tenant_id: invoice.tenant_id,
  notice_id: `${invoice.invoice_id}-${kind}${what === '' ? '' : `-${what}`}`,
  kind,
  at: timestamp(now),
  facts: { rail: 'btc', plan_id: invoice.plan_id, interval: invoice.interval, invoice_id: invoice.invoice_id, ...facts },
});

/** The money of an invoice: its price, what came in, and what lacks or is too much. */
export function moneyFacts({ due_cents }: BtcInvoice, { paid_cents }: Pick<Seen, 'paid_cents'>): Record<string, string> {
  const rest = due_cents - paid_cents;
  return {
    amount_usd: dollars(due_cents),
    paid_usd: dollars(paid_cents),
    ...(rest > 0 ? { missing_usd: dollars(rest) } : {}),
    ...(rest < 0 ? { surplus_usd: dollars(-rest) } : {}),
  };
}
