import { createHmac, randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { type Received, type ReceiverOptions, startReceiver } from '../../cli/src/webhooks/receiver.ts';
import { signWebhook } from '../../client/src/index.ts';
import { serve } from '../client/support/server.ts';

const [secret, other] = [0, 1].map(() => `whsec_${randomBytes(32).toString('base64')}`) as [string, string];
const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

async function receiver(options: Partial<ReceiverOptions> = {}) {
  const received: Received[] = [];
  const one = await startReceiver({
    port: 0,
    secrets: [other, secret],
    answer: 200,
    now: Date.now,
    onReceived: (r) => received.push(r),
    ...options,
  });
  stops.push(one.close);
  return { ...one, received };
}

const body = JSON.stringify({ type: 'child_order', follower_order_id: 'fo_1', side: 'buy', qty: '0.10' });
/** The headers that the platform sends: both sets. */
function signed(id = 'fo_1', key = secret, at = Date.now()): Record<string, string> {
  const timestamp = String(Math.floor(at / 1000));
  const mac = createHmac('sha256', Buffer.from(key.slice(6), 'base64'))
    .update(`${timestamp}.${body}`)
    .digest('hex');
  return {
    ...signWebhook({ id, secret: key, body, now: () => at }),
    'x-vanta-timestamp': timestamp,
    'x-vanta-signature': `sha256=${mac}`,
    'x-vanta-delivery': id,
    'x-vanta-attempt': '2',
  };
}
const deliver = (url: string, headers: Record<string, string>, text = body) =>
  fetch(`${url}/any/path`, { method: 'POST', headers: { ...headers, connection: 'close' }, body: text });

describe('a delivery', () => {
  it('that both signatures hold for is taken', async () => {
    const { url, received } = await receiver();
    expect((await deliver(url, signed())).status).toBe(200);
    expect(received).toMatchObject([
      { id: 'fo_1', attempt: 2, verified: true, fault: null, duplicate: false, answered: 200, delivery: { qty: '0.10' } },
    ]);
  });

  it.each([
    [
      'a secret of somebody else',
      () => signed('fo_1', `whsec_${randomBytes(32).toString('base64')}`),
      'standard: signature_mismatch',
    ],
    ['an old time', () => signed('fo_1', secret, Date.now() - 400_000), 'standard: timestamp_too_old'],
    [
      'a wrong Standard Webhooks signature',
      () => ({ ...signed(), 'webhook-signature': 'v1,AAAA' }),
      'standard: signature_mismatch',
    ],
    ['a wrong X-Vanta signature', () => ({ ...signed(), 'x-vanta-signature': 'sha256=00' }), 'vanta: signature_mismatch'],
    ['one set alone', () => signWebhook({ id: 'fo_1', secret, body }), 'vanta: headers_missing'],
    ['nothing', () => ({}), 'standard: headers_missing'],
  ])('with %s is answered 401, and its body not believed', async (_name, headers, fault) => {
    const { url, received } = await receiver();
    expect((await deliver(url, headers())).status).toBe(401);
    expect(received).toMatchObject([{ verified: false, fault, answered: 401, delivery: null }]);
  });

  it('whose body was changed is answered 401', async () => {
    const { url } = await receiver();
    expect((await deliver(url, signed(), body.replace('0.10', '0.20'))).status).toBe(401);
  });

  it('that comes twice is marked; one that was not believed does not count', async () => {
    const { url, received } = await receiver();
    const forged = { ...signed(), 'x-vanta-signature': 'sha256=00' };
    for (const headers of [forged, signed(), signed(), forged]) await deliver(url, headers);
    expect(received.map(({ duplicate }) => duplicate)).toEqual([false, false, true, false]);
  });

  it('is answered what it is told to', async () => {
    const { url, received } = await receiver({ answer: 503 });
    expect((await deliver(url, signed())).status).toBe(503);
    expect(received[0]?.answered).toBe(503);
  });

  it('is never answered, if so told', async () => {
    const { url, received } = await receiver({ answer: 'timeout' });
    const gaveUp = fetch(url, { method: 'POST', headers: signed(), body, signal: AbortSignal.timeout(300) });
    await expect(gaveUp).rejects.toThrow();
    expect(received[0]?.answered).toBeNull();
  });

  it('too large, or by another method, is not taken', async () => {
    const { url, received } = await receiver();
    expect((await deliver(url, signed(), 'x'.repeat(300_000))).status).toBe(413);
    expect((await fetch(url)).status).toBe(405);
    expect(received).toEqual([]);
  });
});

describe('forwarding', () => {
  it('passes bytes and signatures on, and answers what it is answered', async () => {
    const behind = await serve([{ status: 422 }]);
    const { url, received } = await receiver({ forward: `${behind.baseUrl}/orders` });
    expect((await deliver(url, { ...signed(), cookie: 'private' })).status).toBe(422);
    await behind.stop();
    const [seen] = behind.seen;
    expect([seen?.url, seen?.body, received[0]?.answered]).toEqual(['/orders', body, 422]);
    expect(seen?.headers).toMatchObject({ 'webhook-id': 'fo_1', 'x-vanta-attempt': '2' });
    expect(seen?.headers['cookie']).toBeUndefined();
  });

  it('does not pass on what is not believed, and says 502 when nobody is behind', async () => {
    const behind = await serve([{}]);
    const { url } = await receiver({ forward: behind.baseUrl });
    expect((await deliver(url, {})).status).toBe(401);
    expect(behind.seen).toEqual([]);
    await behind.stop();
    expect((await deliver(url, signed())).status).toBe(502);
  });
});
