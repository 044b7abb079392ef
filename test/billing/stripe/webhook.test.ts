import type { Context } from 'aws-lambda';
import Stripe from 'stripe';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { markDone, takeIn } from '../../../shared/adapters/dynamo/inbox.ts';
import { signedEvent } from '../../../shared/adapters/stripe/signature.ts';
import type { StripeMessage } from '../../../shared/domain/billing/message.ts';
import { takeEvent } from '../../../shared/domain/billing/stripe/take.ts';
import { MemoryTable } from '../../world/memory/table.ts';

vi.stubEnv('VANTA_STAGE', 'test');
const { signedWebhookDoor } = await import('../../../functions/edge/signed-webhook.ts');

const secret = 'whsec_test';
const nowMs = Date.parse('2026-11-25T12:00:00.000Z');
const now = nowMs / 1000;
/** As Stripe sends it: indented, with the object whole. */
const eventOf = (type: string, more: object = {}) =>
  JSON.stringify(
    {
      id: 'evt_1SXkQ2LkdIwHu7ix0b2V3c4d',
      object: 'event',
      api_version: '2026-10-28.endive',
      created: now - 2,
      data: {
        object: { id: 'in_1SXkPzLkdIwHu7ixAbCdEfGh', object: 'invoice', customer: 'cus_NffrFeUfNV2Hib', status: 'paid', ...more },
      },
      livemode: false,
      pending_webhooks: 1,
      request: { id: null, idempotency_key: null },
      type,
    },
    null,
    2,
  );

let memory: MemoryTable;
let sent: StripeMessage[];
let lost: boolean;
beforeEach(() => {
  memory = new MemoryTable({ clock: () => nowMs });
  sent = [];
  lost = false;
});

const door = () => {
  const table = memory.asTable('inbox');
  return signedWebhookDoor({
    verify: async (raw, headers) => signedEvent(raw, headers['stripe-signature'], { secret, nowMs }),
    take: async (event) => {
      await takeEvent(event, {
        takeIn: ({ id, type, createdMs, customerId }) =>
          takeIn(table, { source: 'stripe', event_id: id, type, about: customerId, event_at: createdMs, received_at: nowMs }),
        send: async (message) => {
          if (lost) throw new Error('the queue is away');
          sent.push(message);
        },
      });
    },
  });
};

interface Sending {
  readonly header?: string | undefined;
  readonly method?: string;
  readonly base64?: boolean;
}
async function post(body: string, { header, method = 'POST', base64 = false }: Sending = {}): Promise<number> {
  const headers = { ...(header === undefined ? {} : { 'stripe-signature': header }) };
  const event = {
    headers,
    body: base64 ? Buffer.from(body).toString('base64') : body,
    isBase64Encoded: base64,
    routeKey: '$default',
    requestContext: { requestId: 'r', http: { method } },
  };
  // The parts of Lambda's event that the door reads.
  const answer = (await door()(event as never, {} as Context)) as { statusCode: number };
  return answer.statusCode;
}
const signed = (payload: string, timestamp = now, key = secret): string =>
  Stripe.webhooks.generateTestHeaderString({ payload, secret: key, timestamp });

describe('a webhook of Stripe', () => {
  const paid = eventOf('invoice.paid');

  it.each([
    ['without a signature', undefined],
    ['with nonsense for one', 'v1=00,t='],
    ['signed with another secret', signed(paid, now, 'whsec_other')],
    ['signed for other bytes', signed(eventOf('invoice.voided'))],
    ['signed 301 s ago', signed(paid, now - 301)],
    ['signed 301 s ahead', signed(paid, now + 301)],
  ])('%s is 400, and nothing is stored', async (_, header) => {
    expect(await post(paid, { header })).toBe(400);
    expect(memory.size).toBe(0);
    expect(sent).toEqual([]);
  });

  it.each([now - 300, now, now + 300])('signed at %i is taken', async (at) => {
    expect(await post(paid, { header: signed(paid, at) })).toBe(200);
    expect(sent).toEqual([
      {
        rail: 'stripe',
        customer_id: 'cus_NffrFeUfNV2Hib',
        event_id: 'evt_1SXkQ2LkdIwHu7ix0b2V3c4d',
        event_type: 'invoice.paid',
        event_at: (now - 2) * 1000,
      },
    ]);
  });

  it('is checked over the bytes that came, also when they came as base64', async () => {
    const spaced = paid.replace('"paid"', '"p\\u0061id"');
    expect(await post(spaced, { header: signed(paid) })).toBe(400);
    expect(await post(spaced, { header: signed(spaced), base64: true })).toBe(200);
  });

  it('of a type that nobody asked for, or of nobody, is 200 and leaves nothing', async () => {
    const unknown = eventOf('climate.order.created');
    const nobody = eventOf('invoice.paid', { customer: null });
    expect([await post(unknown, { header: signed(unknown) }), await post(nobody, { header: signed(nobody) })]).toEqual([
      200, 200,
    ]);
    expect(memory.size).toBe(0);
  });

  it('that is in the inbox but was never sent is sent when it comes again; one that is done is not', async () => {
    lost = true;
    expect(await post(paid, { header: signed(paid) })).toBe(500);
    expect(memory.size).toBe(1);
    lost = false;
    expect(await post(paid, { header: signed(paid) })).toBe(200);
    expect(sent).toHaveLength(1);
    await markDone(memory.asTable('inbox'), 'stripe', 'evt_1SXkQ2LkdIwHu7ix0b2V3c4d', '2026-11-25T12:00:01.000Z');
    expect(await post(paid, { header: signed(paid) })).toBe(200);
    expect(sent).toHaveLength(1);
    expect(memory.size).toBe(1);
  });

  it('is posted, and has at most 256 KiB', async () => {
    expect(await post(paid, { header: signed(paid), method: 'GET' })).toBe(405);
    const large = eventOf('invoice.paid', { description: 'x'.repeat(256 * 1024) });
    expect(await post(large, { header: signed(large) })).toBe(413);
    expect(memory.size).toBe(0);
  });
});
