import { createHmac } from 'node:crypto';

export const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

interface Child {
  readonly id: string;
  readonly followerId: string;
  readonly seq: number;
  readonly symbol: string;
  readonly side: string;
  readonly qty: string;
  readonly positionAfter: string;
}

/** A delivery as SPEC 6.4 describes it, signed with both sets. */
export function delivery(child: Child, options: { key?: string; nowMs?: number } = {}) {
  const { id, followerId, seq, symbol, side, qty, positionAfter } = child;
  const body = JSON.stringify({
    type: 'child_order',
    follower_order_id: id,
    follower_id: followerId,
    seq,
    symbol,
    side,
    qty,
    position_after: positionAfter,
  });
  const key = Buffer.from((options.key ?? secret).replace('whsec_', ''), 'base64');
  const timestamp = String(Math.floor((options.nowMs ?? Date.now()) / 1000));
  const hmac = (text: string) => createHmac('sha256', key).update(text);
  const headers = {
    'x-vanta-timestamp': timestamp,
    'x-vanta-signature': `sha256=${hmac(`${timestamp}.${body}`).digest('hex')}`,
    'x-vanta-delivery': id,
    'x-vanta-attempt': '1',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${hmac(`${id}.${timestamp}.${body}`).digest('base64')}`,
  };
  return { headers, body };
}
