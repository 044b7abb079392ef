import type { z } from 'zod';
import { childOrderDelivery } from '../webhooks/delivery-schema.ts';
import { testDelivery } from '../webhooks/test-event.ts';
import { webhookTag } from './openapi-parts.ts';
import { sampleOf } from './openapi-sample.ts';
import { type Components, pascal, reference } from './openapi-schemas.ts';

interface Delivery {
  readonly schema: z.ZodType;
  readonly summary: string;
  readonly description: string;
  /** What its answers mean, where that is not what those to an order mean. */
  readonly responses?: Readonly<Record<string, unknown>>;
}

/** What the platform sends to a follower's endpoint (SPEC 6.4). */
const deliveries: Readonly<Record<string, Delivery>> = {
  childOrder: {
    schema: childOrderDelivery,
    summary: 'What a follower must do because of one order',
    description: [
      'Sent in sequence per follower, at least once; the bytes are the same at every attempt, but for `ts` and `audit`. Remember',
      'the ids that you have seen and answer 2xx to them again. A receiver that works with absolute positions needs only',
      '`position_after`. With `type: cancel` the child named in `cancels` is taken back: cancel what is open, trade back what was',
      'filled.',
    ].join('\n'),
  },
  testEvent: {
    schema: testDelivery,
    summary: 'A test event, when somebody asked for one',
    description: [
      'Signed, sent and timed as a child order is, and nothing to act upon: it shows that the endpoint answers and that its',
      'signatures hold. Its answer is told to who asked for it; no 410 stops a follower here, and nothing is tried again.',
    ].join('\n'),
    responses: {
      '2XX': { description: 'Received.' },
      '4XX': { description: 'Told as it is to who asked for the event.' },
    },
  },
};

const nameOf = (id: string): string => `${pascal(id)}Delivery`;
export const deliverySchemas = Object.fromEntries(Object.entries(deliveries).map(([id, { schema }]) => [nameOf(id), schema]));

const header = (name: string, description: string, example: string, pattern?: string) => ({
  name,
  in: 'header',
  required: true,
  description,
  schema: { type: 'string', ...(pattern === undefined ? {} : { pattern }) },
  example,
});

const delivered = 'fo_01JNA5T8Q2V4W6X8Y0Z2B4D6F800000A0003';
const headers = [
  header('X-Vanta-Delivery', "The delivery's id: your idempotency key", delivered),
  header('X-Vanta-Attempt', 'Which attempt this is, from 1', '1', '^\\d+$'),
  header('X-Vanta-Timestamp', 'Unix seconds of this attempt', '1772461800', '^\\d+$'),
  header(
    'X-Vanta-Signature',
    '`sha256=` and the hex of HMAC-SHA256 over `timestamp.body`; several, separated by commas, while a key rotates',
    'sha256=6f0c…',
  ),
  header('webhook-id', 'Standard Webhooks: the id of the delivery', delivered),
  header('webhook-timestamp', 'Standard Webhooks: unix seconds of this attempt', '1772461800', '^\\d+$'),
];

const responses = {
  '2XX': { description: 'Done, or done before. Nothing of your answer is read but its status.' },
  '409': { description: 'Done before: counts as 2xx when the outcome of an attempt before was unknown.' },
  '410': { description: 'This endpoint is gone: the follower is stopped.' },
  '429': {
    description:
      'Come back later: tried again after 1, 5, 15 and 60 s, or after your `Retry-After` when that is longer; so are 408, 425 and 5XX.',
    headers: { 'Retry-After': { schema: { type: 'string' } } },
  },
  '4XX': { description: 'Refused for good: not tried again.' },
  '5XX': { description: 'Tried again, like 408, 425 and 429; then it is a dead letter.' },
};

/** The `webhooks` of the document. */
export const webhooksOf = (components: Components) =>
  Object.fromEntries(
    Object.entries(deliveries).map(([id, { summary, description, responses: own = responses }]) => [
      id,
      {
        post: {
          operationId: id,
          summary,
          description,
          tags: [webhookTag.name],
          security: [{ standardWebhooks: [] }],
          parameters: headers,
          requestBody: {
            required: true,
            content: {
              'application/json': { schema: reference(nameOf(id)), example: sampleOf(reference(nameOf(id)), components) },
            },
          },
          responses: own,
        },
      },
    ]),
  );
