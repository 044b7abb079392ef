import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

export const webhookSecret = 'btcpay_whsec_local';

export interface Event {
  readonly type: string;
  readonly deliveryId: string;
  readonly originalDeliveryId: string;
  readonly isRedelivery: boolean;
  readonly invoiceId: string;
  readonly storeId: string;
  readonly [more: string]: unknown;
}

/** A webhook that checks the signature over the raw bytes, and keeps what came. */
export async function startInbox() {
  const events: Event[] = [];
  let status = 200;
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const right = `sha256=${createHmac('sha256', webhookSecret).update(body).digest('hex')}`;
    if (request.headers['btcpay-sig'] === right && status === 200) events.push(JSON.parse(body) as Event);
    response.writeHead(status).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/`,
    events,
    types: () => events.map(({ type }) => type),
    answerWith(next: number) {
      status = next;
    },
    stop: () => new Promise((done) => server.close(done)),
  };
}
