import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { show } from '../../local/demo/decimal.ts';
import { type Endpoints, openEndpoints } from '../../local/demo/endpoints.ts';
import { Inbox } from '../../local/demo/inbox.ts';
import { delivery, secret } from './delivery.ts';

const child = (seq: number, side: string, qty: string, positionAfter: string) => ({
  id: `fo_${seq}`,
  followerId: 'fol_1',
  seq,
  symbol: 'A',
  side,
  qty,
  positionAfter,
});
const buy = child(1, 'buy', '3', '3');
const otherKey = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;

function registered(): Inbox {
  const inbox = new Inbox();
  inbox.registered('fol_1', secret);
  return inbox;
}
const take = (inbox: Inbox, { headers, body }: ReturnType<typeof delivery>) => inbox.take(headers, body, Date.now());

describe("a follower's inbox", () => {
  it('keeps the position that follows from what it was told', () => {
    const inbox = registered();
    const children = [buy, child(2, 'sell', '1', '2'), child(5, 'buy', '0.5', '2.5')];
    expect(children.map((c) => take(inbox, delivery(c)))).toEqual([200, 200, 200]);
    expect(show(inbox.positions.get('A') ?? 0n)).toBe('2.5');
    expect({ wrong: inbox.wrongPositions, order: inbox.outOfOrder, faults: inbox.faults }).toEqual({
      wrong: 0,
      order: 0,
      faults: [],
    });
  });

  it('counts an id once and says yes to it again', () => {
    const inbox = registered();
    expect([take(inbox, delivery(buy)), take(inbox, delivery(buy))]).toEqual([200, 200]);
    expect([inbox.deliveries, inbox.duplicates, inbox.received.length]).toEqual([2, 1, 1]);
  });

  it('notices what came too late, and a position that does not follow', () => {
    const inbox = registered();
    take(inbox, delivery(child(2, 'buy', '1', '1')));
    take(inbox, delivery(child(1, 'buy', '3', '3')));
    expect([inbox.outOfOrder, inbox.wrongPositions]).toEqual([1, 1]);
  });

  const good = delivery(buy);
  const without = (name: string) => ({ ...good, headers: { ...good.headers, [name]: '' } });
  it.each([
    ['another key', delivery(buy, { key: otherKey })],
    ['another body', { ...good, body: good.body.replace('"3"', '"4"') }],
    ['an old timestamp', delivery(buy, { nowMs: Date.now() - 301_000 })],
    ['a timestamp of the future', delivery(buy, { nowMs: Date.now() + 302_000 })],
    ['no signature of ours', without('x-vanta-signature')],
    ['no timestamp of ours', without('x-vanta-timestamp')],
    ['no standard signature', without('webhook-signature')],
  ])('refuses %s', (_, wrong) => {
    const inbox = registered();
    expect(take(inbox, wrong)).toBe(401);
    expect([inbox.badSignatures, inbox.received.length, inbox.faults.length]).toEqual([1, 0, 1]);
  });

  it('accepts one of several signatures, as while a key rotates', () => {
    const rotating = {
      ...good,
      headers: { ...good.headers, 'x-vanta-signature': `sha256=${'0'.repeat(64)},${good.headers['x-vanta-signature']}` },
    };
    expect(take(registered(), rotating)).toBe(200);
  });

  it.each([
    ['another follower', delivery({ ...buy, followerId: 'fol_2' })],
    ['a quantity that is no decimal', delivery({ ...buy, qty: '1e3' })],
    ['a side that is none', delivery({ ...buy, side: 'hold' })],
  ])('refuses a signed delivery with %s', (_, wrong) => expect(take(registered(), wrong)).toBe(400));

  it('believes nobody before it is registered', () => expect(take(new Inbox(), good)).toBe(401));
});

describe('the endpoints', () => {
  let endpoints: Endpoints;
  beforeAll(async () => {
    endpoints = await openEndpoints(2);
    endpoints.inboxes[1]?.registered('fol_1', secret);
  });
  afterAll(() => endpoints.close());

  it.each([
    [1, 200],
    [0, 401],
    [2, 404],
  ])('/f/%i answers %i', async (n, status) => {
    const response = await fetch(endpoints.url(n), { method: 'POST', ...delivery(buy) });
    expect(response.status).toBe(status);
  });
});
