import type { LocalInfo } from './platform.ts';

/** The payment provider of a local platform, as a customer's browser and its own dashboard see it. */
export class Till {
  readonly #control: string;
  constructor({ stripe }: LocalInfo) {
    if (stripe.control === undefined) throw new Error('the platform has no simulator of Stripe');
    this.#control = stripe.control;
  }

  /** What the page's form does. Answers where the browser is sent. */
  async pay(url: unknown, number = '4242424242424242'): Promise<string | null> {
    const body = new URLSearchParams({ email: 'olivia@example.com', number, expiry: '12 / 34', cvc: '123' });
    const answer = await fetch(String(url), { method: 'POST', body, redirect: 'manual' });
    return answer.headers.get('location');
  }

  async tell(path: string, body: unknown): Promise<Record<string, unknown>> {
    const answer = await fetch(`${this.#control}/sim/${path}`, { method: 'POST', body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Record<string, unknown>;
  }

  async list(path: string): Promise<Record<string, unknown>[]> {
    const answer = await fetch(`${this.#control}/sim/${path}`);
    return ((await answer.json()) as { items: Record<string, unknown>[] }).items;
  }
}

/** Waits until something is as it should be; the last answer says why not. */
export async function eventually<T>(look: () => Promise<T>, holds: (value: T) => boolean, ms = 15_000): Promise<T> {
  const end = Date.now() + ms;
  for (;;) {
    const value = await look();
    if (holds(value)) return value;
    if (Date.now() > end) throw new Error(`did not happen within ${ms} ms: ${JSON.stringify(value)}`);
    await new Promise((done) => setTimeout(done, 150));
  }
}

/** Says something on the bus, as an operator does. */
export async function demand({ bus, bus_name }: LocalInfo, detailType: string): Promise<void> {
  const entry = { EventBusName: bus_name, Source: 'vanta.ops', DetailType: detailType, Detail: '{}' };
  const headers = { 'x-amz-target': 'AWSEvents.PutEvents', 'content-type': 'application/x-amz-json-1.1' };
  const answer = await fetch(bus, { method: 'POST', headers, body: JSON.stringify({ Entries: [entry] }) });
  const { FailedEntryCount } = (await answer.json()) as { FailedEntryCount: number };
  if (FailedEntryCount !== 0) throw new Error(`the bus did not take ${detailType}`);
}
