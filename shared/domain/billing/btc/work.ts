import { milliseconds } from '../../../kit/clock.ts';
import { limits } from '../../../wiring/limits.ts';
import { applied, type Books } from './apply.ts';
import { type Due, due } from './due.ts';
import { type BtcInvoice, isOpen, type Seen, sameCause } from './invoice.ts';
import { issued } from './issue.ts';
import { type BtcPorts, byItself, contended, renewalId, reserved, tries } from './ports.ts';

/** Whose an invoice of BTCPay Server is, if it is ours at all. */
export interface Owner {
  readonly tenant_id: string;
  readonly invoice_id: string;
}

/** What came of a look: `stray` is a second invoice for one of ours, which nobody was given. */
export type Looked = 'granted' | 'taken_back' | 'noted' | 'unchanged' | 'foreign' | 'stray';

/** Looks up an invoice of BTCPay Server's and applies what it is now, wherever the message came from. */
export async function look(ports: BtcPorts, sourceId: string, hint?: Owner): Promise<Looked> {
  const owner = hint ?? ownerOf(await ports.node.get(sourceId));
  return owner === undefined ? 'foreign' : lookAt(ports, sourceId, owner);
}

export const ownerOf = (seen: Pick<Seen, 'tenant_id' | 'order_id'> | undefined): Owner | undefined =>
  seen?.tenant_id === undefined || seen.order_id === undefined
    ? undefined
    : { tenant_id: seen.tenant_id, invoice_id: seen.order_id };

/**
 * Reads our books before BTCPay Server is asked: a state that was fetched earlier than another one was written meets a newer `ver`,
 * and is not written over it.
 */
async function lookAt(ports: BtcPorts, sourceId: string, { tenant_id, invoice_id }: Owner): Promise<Looked> {
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const [books, invoice] = await Promise.all([ports.books.read(tenant_id), ports.books.invoice(tenant_id, invoice_id)]);
    const seen = await ports.node.get(sourceId);
    if (invoice === undefined || seen?.order_id !== invoice_id || seen.tenant_id !== tenant_id) return 'foreign';
    if (invoice.source_id !== '' && invoice.source_id !== sourceId) return strayed(ports, seen);
    const turn = applied(books, invoice, seen, ports.clock());
    if (turn === undefined) return 'unchanged';
    const { account, subscription, notices, action } = turn;
    const saved = await ports.books.save({
      before: books,
      account,
      ...(subscription === undefined ? {} : { subscription }),
      invoices: [{ before: invoice, next: turn.invoice }],
      notices,
      event: {
        ...byItself(books, ports.clock()),
        action: `invoice.${action}`,
        why: `${invoice_id} is ${seen.status}/${seen.additional}`,
      },
    });
    if (saved) return action;
  }
  throw contended();
}

async function strayed({ node }: BtcPorts, { source_id, status }: Seen): Promise<Looked> {
  if (status === 'New') await node.invalidate(source_id);
  return 'stray';
}

/** Does what time has brought a tenant: writes it, and issues a renewal that is due. */
export async function tick(ports: BtcPorts, tenantId: string): Promise<void> {
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const books = await ports.books.read(tenantId);
    const open = await fresh(ports, books);
    if (open === 'look again') continue;
    const found = due(books, open, ports.clock());
    const made = await written(ports, books, found, open);
    if (made === 'lost') continue;
    if (made !== undefined) await issued(ports, made, { tell: true });
    return;
  }
  throw contended();
}

/** The open invoice; one whose time is over is looked at first: what happened to it may not have come through. */
async function fresh(ports: BtcPorts, { account }: Books): Promise<BtcInvoice | 'look again' | undefined> {
  if (account.open === undefined) return undefined;
  const open = await ports.books.invoice(account.tenant_id, account.open);
  if (open === undefined || open.source_id === '') return open;
  const over = open.btc.expires_at !== undefined && milliseconds(open.btc.expires_at) <= ports.clock();
  if (!over) return open;
  const looked = await look(ports, open.source_id, open);
  return looked === 'unchanged' || looked === 'foreign' ? open : 'look again';
}

/** The renewal to be issued, if one is due; it is written down first. */
async function written(
  ports: BtcPorts,
  books: Books,
  { account, subscription, notices, renewal }: Due,
  open: BtcInvoice | undefined,
): Promise<BtcInvoice | 'lost' | undefined> {
  const now = ports.clock();
  const taken = renewal !== undefined && open !== undefined && isOpen(open, now) && sameCause(open, renewal) ? open : undefined;
  const id = renewal === undefined || taken !== undefined ? undefined : renewalId(account, renewal, now);
  const next =
    renewal === undefined || id === undefined
      ? undefined
      : reserved(id, renewal, { tenantId: account.tenant_id, replaces: undefined, now });
  const moves = next !== undefined || subscription !== undefined || notices.length > 0 || account.due_at !== books.account.due_at;
  if (!moves) return taken;
  const saved = await ports.books.save({
    before: books,
    account: { ...account, ...(next === undefined ? {} : { open: next.invoice_id }), ver: account.ver + 1 },
    ...(subscription === undefined ? {} : { subscription }),
    ...(next === undefined ? {} : { invoices: [{ next }] }),
    notices,
    event: { ...byItself(books, now), action: next === undefined ? 'subscription.due' : 'invoice.reserved' },
  });
  return saved ? (next ?? taken) : 'lost';
}

/** What a comparison with BTCPay Server found. */
export interface Found {
  readonly compared: number;
  readonly repaired: number;
  readonly strays: number;
  /** Money that came in for nothing and has not been given back, in cents. */
  readonly heldCents: number;
  /** Invoices in states that BTCPay Server does not have, as far as we know it: people look. */
  readonly odd: number;
}

const page = limits.btcpayPage;

/** Compares every invoice that was made since with what we know of it, and applies what was missed (SPEC 7). */
export async function reconcile(ports: BtcPorts, since: number): Promise<Found> {
  let found: Found = { compared: 0, repaired: 0, strays: 0, heldCents: 0, odd: 0 };
  for (let skip = 0; ; skip += page) {
    const seen = await ports.node.listSince(since, skip);
    for (const one of seen) found = await compared(ports, one, found);
    if (seen.length < page) return found;
  }
}

async function compared(ports: BtcPorts, seen: Seen, found: Found): Promise<Found> {
  const owner = ownerOf(seen);
  if (owner === undefined) return found;
  const known = await ports.books.invoice(owner.tenant_id, owner.invoice_id);
  if (known?.btc.replaced === true && seen.status === 'New') await ports.node.invalidate(seen.source_id);
  const looked = await look(ports, seen.source_id, owner);
  const invoice = await ports.books.invoice(owner.tenant_id, owner.invoice_id);
  const idle =
    invoice !== undefined && ['uncollectible', 'void'].includes(invoice.status) ? invoice.paid_cents - invoice.refunded_cents : 0;
  return {
    compared: found.compared + 1,
    repaired: found.repaired + (looked === 'granted' || looked === 'taken_back' || looked === 'noted' ? 1 : 0),
    strays: found.strays + (looked === 'stray' ? 1 : 0),
    heldCents: found.heldCents + Math.max(0, idle),
    odd: found.odd + (invoice?.btc.state === 'odd' ? 1 : 0),
  };
}
