import { describe, expect, it } from 'vitest';
import { VantaConnectionError, VantaError, verifyWebhook } from '../../client/src/index.ts';
import { clientOf, errorOf, problem } from './support/scripted.ts';

const vaultBody = { label: 'Growth', rails: ['fiat' as const] };
describe('a call', () => {
  it('says what the contract wants: path, query, body, token, key', async () => {
    const { vanta, seen } = await clientOf([
      { status: 201, body: { vault_id: 'v' } },
      { body: { items: [], next_cursor: null } },
      {},
    ]);
    expect(await vanta.createVault({ body: vaultBody })).toEqual({ vault_id: 'v' });
    await vanta.listManagerOrders({ query: { vault_id: 'vlt_1', limit: 2, since: '2026-03-02T14:30:00.000Z' } });
    await vanta.getVault({ path: { vault_id: 'a/b?c' } });
    expect(seen[0]).toMatchObject({ method: 'POST', url: '/v1/vaults', body: JSON.stringify(vaultBody) });
    expect(seen[0]?.headers).toMatchObject({ authorization: 'Bearer t1', 'content-type': 'application/json' });
    expect(seen[0]?.headers['idempotency-key']).toMatch(/^[0-9a-f-]{36}$/);
    expect(seen[1]?.url).toBe('/v1/manager-orders?vault_id=vlt_1&limit=2&since=2026-03-02T14%3A30%3A00.000Z');
    expect(seen[1]?.headers['idempotency-key']).toBeUndefined();
    expect(seen[2]?.url).toBe('/v1/vaults/a%2Fb%3Fc');
  });

  it('gives what came beside the data', async () => {
    const { vanta, seen } = await clientOf([{ headers: { etag: '"7"', 'idempotent-replayed': 'true' }, body: { scale: '0.5' } }]);
    const path = { follower_id: 'fol_1' };
    const answer = await vanta.call('updateFollower', { path, body: { scale: '0.5' }, ifMatch: '"6"', idempotencyKey: 'mine' });
    expect(answer).toMatchObject({
      status: 200,
      etag: '"7"',
      replayed: true,
      requestId: 'r1',
      attempts: 1,
      data: { scale: '0.5' },
    });
    expect(seen[0]?.headers).toMatchObject({ 'if-match': '"6"', 'idempotency-key': 'mine' });
  });

  it('sends an empty body where the contract wants one and nothing has to be in it', async () => {
    const { vanta, seen } = await clientOf([{ status: 202, body: {} }]);
    await vanta.redriveDeadLetter({ path: { follower_order_id: 'fo_1' } });
    expect(seen[0]?.body).toBe('{}');
  });

  it('refuses to be sent without its path', async () => {
    const { vanta } = await clientOf([{}]);
    await expect(vanta.getVault({ path: { vault_id: '' } })).rejects.toThrow('path.vault_id is missing');
  });

  it('is an error with the code, the faulty fields and the request id', async () => {
    const errors = [{ pointer: '/label', detail: 'unknown field' }];
    const { vanta } = await clientOf([{ status: 400, body: { ...problem(400, 'validation_failed').body, errors } }]);
    const error = (await errorOf(vanta.createVault({ body: vaultBody }))) as VantaError;
    expect(error).toBeInstanceOf(VantaError);
    expect(error).toMatchObject({
      status: 400,
      code: 'validation_failed',
      detail: 'D',
      errors,
      requestId: 'r1',
      operation: 'createVault',
    });
    expect(error.message).toBe('createVault: 400 validation_failed: D');
  });

  it('is an error too in the form of API Gateway', async () => {
    const { vanta } = await clientOf([
      { status: 403, headers: { 'content-type': 'application/json' }, body: { message: 'Forbidden' } },
    ]);
    expect(await errorOf(vanta.getMe())).toMatchObject({ status: 403, code: 'http_403', detail: 'Forbidden' });
  });

  it('does not follow a redirect with its token', async () => {
    const { vanta, seen } = await clientOf([{ status: 302, headers: { location: '/elsewhere' } }], { retry: { attempts: 1 } });
    expect(await errorOf(vanta.getMe())).toBeInstanceOf(VantaConnectionError);
    expect(seen).toHaveLength(1);
  });

  it('is signed by the follower where the contract wants that', async () => {
    const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
    const { vanta, seen } = await clientOf([{}]);
    const body = { fill_id: 'f1', qty: '3', price: '1', ts: '2026-03-02T14:30:00.000Z' };
    await vanta.reportFill({ path: { follower_order_id: 'fo_1' }, body, secret });
    expect(seen[0]?.headers.authorization).toBeUndefined();
    // The body is no delivery, but the signature in front of that check has to hold.
    const verify = () =>
      verifyWebhook({
        headers: seen[0]?.headers ?? {},
        body: seen[0]?.body ?? '',
        secret,
        now: () => Date.UTC(2026, 2, 2, 14, 30),
      });
    expect(verify).toThrow('the body is not a delivery');
  });
});

describe('another try', () => {
  it.each([
    ['408', problem(408, 'x')],
    ['425', problem(425, 'x')],
    ['429', problem(429, 'rate_limited')],
    ['502', { status: 502 }],
    ['503', { status: 503 }],
    ['504', { status: 504 }],
    ['a key in progress', problem(409, 'idempotency_in_progress')],
    ['an error inside, whose effect the key finds', problem(500, 'internal')],
    ['a cut connection', { how: 'reset' as const }],
  ])('after %s, with the same key', async (_, first) => {
    const { vanta, seen, slept } = await clientOf([first, first, { status: 201, body: { vault_id: 'v' } }]);
    expect(await vanta.call('createVault', { body: vaultBody })).toMatchObject({ status: 201, attempts: 3 });
    expect(new Set(seen.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
    expect(slept).toEqual([125, 250]); // full jitter at its middle: half of 250, half of 500
  });

  it.each([
    ['a refusal', problem(409, 'vault_closed')],
    ['a bad request', problem(400, 'validation_failed')],
  ])('not after %s', async (_, first) => {
    const { vanta, seen } = await clientOf([first, {}]);
    expect(await errorOf(vanta.createVault({ body: vaultBody }))).toBeInstanceOf(VantaError);
    expect(seen).toHaveLength(1);
  });

  it('not after an error inside where there is no key to find its effect by', async () => {
    const { vanta, seen } = await clientOf([problem(500, 'internal'), {}]);
    expect(await errorOf(vanta.getMe())).toBeInstanceOf(VantaError);
    expect(seen).toHaveLength(1);
  });

  it('sends a header once, however it is spelled', async () => {
    const { vanta, seen } = await clientOf([{ status: 201, body: {} }]);
    await vanta.createVault({ body: vaultBody, headers: { 'Idempotency-Key': 'mine', Authorization: 'Bearer other' } });
    expect(seen[0]?.headers).toMatchObject({ 'idempotency-key': 'mine', authorization: 'Bearer other' });
  });

  it.each([
    ['seconds', '7'],
    ['an HTTP date', 'Mon, 02 Mar 2026 14:30:07 GMT'],
  ])('waits as long as Retry-After says: %s', async (_, value) => {
    const { vanta, slept } = await clientOf([{ ...problem(429, 'rate_limited'), headers: { 'retry-after': value } }, {}]);
    await vanta.getMe();
    expect(slept).toEqual([7000]);
  });

  it('is not waited for beyond the time that a call may take', async () => {
    const { vanta, seen, slept } = await clientOf([{ ...problem(429, 'rate_limited'), headers: { 'retry-after': '61' } }]);
    expect(await errorOf(vanta.getMe())).toMatchObject({ status: 429, retryAfterSeconds: 61, attempts: 1 });
    expect([seen.length, slept]).toEqual([1, []]);
  });

  it('ends after the fifth, and grows no longer than it may', async () => {
    const { vanta, seen, slept } = await clientOf([{ status: 503 }], { retry: { baseMs: 4000, maxDelayMs: 6000 } });
    expect(await errorOf(vanta.getMe())).toMatchObject({ status: 503, attempts: 5 });
    expect(seen).toHaveLength(5);
    expect(slept).toEqual([2000, 3000, 3000, 3000]);
  });

  it('never sends again what is not safe: a POST without a key', async () => {
    const { transport, seen } = await clientOf([{ how: 'reset' }, {}]);
    const unsafe = {
      method: 'POST',
      path: '/v1/x',
      auth: 'none',
      key: false,
      match: false,
      body: true,
      list: false,
      safe: false,
    } as const;
    expect(await errorOf(transport.send('x', unsafe, { body: {} }))).toBeInstanceOf(VantaConnectionError);
    expect(seen).toHaveLength(1);
  });

  it('comes after a try that took too long', async () => {
    const { vanta, seen } = await clientOf([{ how: 'hang' }, { body: { subject: 'ann' } }], { timeoutMs: 100 });
    expect(await vanta.getMe()).toMatchObject({ subject: 'ann' });
    expect(seen).toHaveLength(2);
  });

  it('when all took too long, nobody knows what happened', async () => {
    const { vanta } = await clientOf([{ how: 'hang' }], { timeoutMs: 50, retry: { attempts: 2 } });
    expect(await errorOf(vanta.getMe())).toMatchObject({ name: 'VantaConnectionError', timedOut: true, attempts: 2 });
  });

  it('ends at once when the caller gives up', async () => {
    const { vanta, seen } = await clientOf([{ how: 'hang' }]);
    const reason = new Error('enough');
    expect(await errorOf(vanta.getMe({ signal: AbortSignal.abort(reason) }))).toBe(reason);
    const giveUp = new AbortController();
    const call = errorOf(vanta.getMe({ signal: giveUp.signal }));
    setTimeout(() => giveUp.abort(reason), 50);
    expect(await call).toBe(reason);
    expect(seen).toHaveLength(1);
  });

  it('ends a wait, too, when the caller gives up', async () => {
    const refused = { ...problem(429, 'rate_limited'), headers: { 'retry-after': '30' } };
    const { vanta } = await clientOf([refused], { surroundings: {} });
    expect(await errorOf(vanta.getHealth({ signal: AbortSignal.timeout(50) }))).toMatchObject({ name: 'TimeoutError' });
  });
});
