import type { IncomingHttpHeaders } from 'node:http';
import { type Exact, exact } from './decimal.ts';
import { createVerifier, type Verifier } from './signatures.ts';

/** A child order as it arrived, the first time. */
export interface Received {
  readonly deliveryId: string;
  readonly seq: number;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly qty: Exact;
  readonly positionAfter: Exact;
  readonly arrivedAtMs: number;
}

/**
 * One follower's end of the line: believes nothing that is not signed, counts an id once, and keeps the position that
 * follows from what it was told to buy and sell.
 */
export class Inbox {
  readonly received: Received[] = [];
  readonly positions = new Map<string, Exact>();
  /** What went wrong, a sentence each. */
  readonly faults: string[] = [];
  deliveries = 0;
  duplicates = 0;
  badSignatures = 0;
  outOfOrder = 0;
  wrongPositions = 0;
  /** Attempts that an endpoint out of order answered with 500. */
  failed = 0;
  outOfService = false;
  private readonly seen = new Set<string>();
  private followerId = '';
  private verify: Verifier = () => 'a delivery before the follower was registered';

  /** The answer to the registration: from now on deliveries can be checked. */
  registered(followerId: string, secret: string): void {
    this.followerId = followerId;
    this.verify = createVerifier(secret);
  }

  /** Takes one delivery and answers the status to reply with. */
  take(headers: IncomingHttpHeaders, body: string, arrivedAtMs: number): number {
    if (this.outOfService) {
      this.failed += 1;
      return 500;
    }
    this.deliveries += 1;
    const fault = this.verify(headers, body);
    if (fault !== undefined) {
      this.badSignatures += 1;
      return this.refuse(401, fault);
    }
    const id = String(headers['x-vanta-delivery']);
    if (this.seen.has(id)) {
      this.duplicates += 1;
      return 200;
    }
    return this.keep(id, headers, body, arrivedAtMs);
  }

  private keep(id: string, headers: IncomingHttpHeaders, body: string, arrivedAtMs: number): number {
    try {
      const child = readChild(id, body, arrivedAtMs);
      const mismatch = addressFault(this.followerId, headers, JSON.parse(body));
      if (mismatch !== undefined) return this.refuse(400, mismatch);
      this.seen.add(id);
      this.apply(child);
      return 200;
    } catch (error) {
      return this.refuse(400, `unreadable: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  private apply(child: Received): void {
    const last = this.received.at(-1);
    if (last && child.seq <= last.seq) {
      this.outOfOrder += 1;
      this.faults.push(`seq ${child.seq} came after seq ${last.seq}`);
    }
    const position = (this.positions.get(child.symbol) ?? 0n) + (child.side === 'buy' ? child.qty : -child.qty);
    this.positions.set(child.symbol, position);
    if (position !== child.positionAfter) this.wrongPositions += 1;
    this.received.push(child);
  }

  private refuse(status: number, fault: string): number {
    this.faults.push(fault);
    return status;
  }
}

function readChild(deliveryId: string, body: string, arrivedAtMs: number): Received {
  const { seq, symbol, side, qty, position_after } = JSON.parse(body) as Record<string, unknown>;
  if (typeof seq !== 'number' || typeof symbol !== 'string') throw new Error('seq or symbol is missing');
  if (side !== 'buy' && side !== 'sell') throw new Error(`side ${String(side)}`);
  return { deliveryId, seq, symbol, side, qty: exact(String(qty)), positionAfter: exact(String(position_after)), arrivedAtMs };
}

/** The id stands in three places and must be one; the delivery must be for this follower. */
function addressFault(followerId: string, headers: IncomingHttpHeaders, body: Record<string, unknown>): string | undefined {
  const ids = new Set([headers['x-vanta-delivery'], headers['webhook-id'], body.follower_order_id]);
  if (ids.size !== 1) return `three ids for one delivery: ${[...ids].join(', ')}`;
  return body.follower_id === followerId ? undefined : `meant for ${String(body.follower_id)}`;
}
