import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { signWebhook, type Verification, verifyWebhook, WebhookVerificationError } from '../../client/src/index.ts';
import { deliveryHeaders, secretText, whySignatureRefused } from '../../shared/domain/webhooks/signing.ts';
import { document } from '../contract/support/document.ts';

const delivery = document.webhooks['childOrder']?.['post']?.requestBody?.content['application/json']?.example;
const body = JSON.stringify(delivery);
const keys = [1, 2, 3].map((n) => Buffer.alloc(32, n));
const [current, next, strange] = keys.map(secretText) as [string, string, string];
const nowMs = Date.UTC(2026, 2, 2, 14, 30);
const now = () => nowMs;

const headersOf = (secrets: readonly Uint8Array[], timestamp = nowMs / 1000) =>
  deliveryHeaders({ deliveryId: 'fo_1', attempt: 1, timestamp, body: Buffer.from(body), secrets });
const only = (headers: Record<string, string>, prefix: string) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith(prefix)));
const signed = headersOf([keys[0] as Buffer]);

const reason = (given: Partial<Verification>): string | undefined => {
  try {
    verifyWebhook({ headers: signed, body, secret: current, now, ...given });
    return undefined;
  } catch (error) {
    return error instanceof WebhookVerificationError ? error.reason : String(error);
  }
};

describe('a delivery of the platform', () => {
  it.each([
    ['both sets of headers', { headers: signed }],
    ['Standard Webhooks alone', { headers: only(signed, 'webhook-') }],
    ['X-Vanta alone', { headers: only(signed, 'x-vanta-') }],
    ['fetch headers', { headers: new Headers(signed) }],
    ['other letters', { headers: Object.fromEntries(Object.entries(signed).map(([k, v]) => [k.toUpperCase(), v])) }],
    ['lists of values', { headers: Object.fromEntries(Object.entries(signed).map(([k, v]) => [k, [v]])) }],
    ['bytes', { body: Buffer.from(body) }],
    ['a key that rotates there', { headers: headersOf([keys[1] as Buffer, keys[0] as Buffer]) }],
    ['a key that rotates there, X-Vanta', { headers: only(headersOf([keys[1] as Buffer, keys[0] as Buffer]), 'x-vanta-') }],
    ['a key that rotates here', { secret: [next, current] }],
    ['the edge of the tolerance', { headers: headersOf([keys[0] as Buffer], nowMs / 1000 - 300) }],
  ])('is taken: %s', (_, given) => expect(reason(given)).toBeUndefined());

  it('is given as what it is', () => {
    const given = verifyWebhook({ headers: signed, body, secret: current, now });
    expect(given).toEqual(delivery);
    // A test event is a delivery too; its `type` tells them apart.
    if (given.type !== 'test') expectTypeOf(given.follower_order_id).toEqualTypeOf<string>();
  });

  const flipped = body.replace('"buy"', '"sell"');
  it.each([
    ['signature_mismatch', 'another body', { body: flipped }],
    ['signature_mismatch', 'another body, X-Vanta', { body: flipped, headers: only(signed, 'x-vanta-') }],
    ['signature_mismatch', 'another id', { headers: { ...signed, 'webhook-id': 'fo_2' } }],
    ['signature_mismatch', 'a secret of somebody else', { secret: strange }],
    ['signature_mismatch', 'another time', { headers: { ...signed, 'webhook-timestamp': String(nowMs / 1000 - 1) } }],
    ['signature_mismatch', 'a shorter signature', { headers: { ...signed, 'webhook-signature': 'v1,' } }],
    [
      'signature_mismatch',
      'another version',
      { headers: { ...signed, 'webhook-signature': (signed['webhook-signature'] as string).replace('v1', 'v2') } },
    ],
    ['timestamp_too_old', 'five minutes and a second ago', { headers: headersOf([keys[0] as Buffer], nowMs / 1000 - 301) }],
    ['timestamp_too_new', 'five minutes and a second ahead', { headers: headersOf([keys[0] as Buffer], nowMs / 1000 + 301) }],
    [
      'timestamp_too_old',
      'a tolerance of its own',
      { headers: headersOf([keys[0] as Buffer], nowMs / 1000 - 11), toleranceSeconds: 10 },
    ],
    ['timestamp_malformed', 'a time that is none', { headers: { ...signed, 'webhook-timestamp': '1e9' } }],
    ['headers_missing', 'nothing', { headers: {} }],
    ['headers_missing', 'half of it', { headers: { 'x-vanta-signature': signed['x-vanta-signature'] } }],
    ['secret_malformed', 'an empty secret', { secret: 'whsec_' }],
  ])('%s: %s', (wanted, _, given) => expect(reason(given as Partial<Verification>)).toBe(wanted));

  it('body_malformed: signed, but no delivery', () => {
    for (const text of ['[1]', 'null', '{"type":']) {
      const mac = createHmac('sha256', keys[0] as Buffer)
        .update(`m.${nowMs / 1000}.${text}`)
        .digest('base64');
      const headers = { 'webhook-id': 'm', 'webhook-timestamp': String(nowMs / 1000), 'webhook-signature': `v1,${mac}` };
      expect(reason({ headers, body: text })).toBe('body_malformed');
    }
  });
});

describe('beside an off-the-shelf implementation', () => {
  const at = new Date();
  const clock = () => at.getTime();

  it('takes what that one signs', () => {
    const signature = new Webhook(current).sign('msg_1', at, body);
    const headers = {
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': signature,
    };
    expect(verifyWebhook({ headers, body, secret: current, now: clock })).toEqual(delivery);
  });

  it('signs what that one takes, and what the platform takes', () => {
    const headers = signWebhook({ id: 'msg_1', secret: current, body, now: clock });
    expect(new Webhook(current).verify(body, headers)).toEqual(delivery);
    const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = headers;
    expect(whySignatureRefused({ id, timestamp, signature, body }, [keys[0] as Buffer], at.getTime())).toBeUndefined();
  });
});
