import { beforeEach, describe, expect, it } from 'vitest';
import { putAuditEvent } from '../../shared/adapters/dynamo/audit-store.ts';
import { findFollower } from '../../shared/adapters/dynamo/lookups.ts';
import { countTestEvent } from '../../shared/adapters/dynamo/test-event-store.ts';
import { failureClass } from '../../shared/adapters/webhook/failure.ts';
import type { Follower } from '../../shared/domain/followers/follower.ts';
import { type TestPorts, testEndpoint } from '../../shared/domain/followers/test-event.ts';
import type { AttemptResult, Delivery } from '../../shared/domain/mirroring/attempt.ts';
import type { Principal } from '../../shared/domain/tenants/principal.ts';
import { testDelivery, testResult } from '../../shared/domain/webhooks/test-event.ts';
import { personOf } from '../tenants/support/callers.ts';
import { carl, House, mia } from './support/house.ts';

let house: House;
let follower: Follower;
let sent: Delivery[];
beforeEach(async () => {
  house = new House();
  follower = await house.register(await house.vault());
  sent = [];
});

const ack: AttemptResult = { kind: 'ack', status: 204, ms: 12 };
const send = (result: AttemptResult = ack, { by = carl, seed = house.seed(), ports = {} as Partial<TestPorts> } = {}) =>
  testEndpoint(
    { followerId: follower.follower_id, principal: by as Principal, seed, requestId: 'r' },
    {
      clock: house.clock,
      find: (id) => findFollower(house.table, id),
      count: (f, event) => countTestEvent(house.table, f, event),
      secrets: async () => [new Uint8Array(32).fill(2), new Uint8Array(32).fill(1)],
      deliver: async (delivery) => {
        sent.push(delivery);
        return result;
      },
      failureClass,
      note: (event) => putAuditEvent(house.table, event),
      ...ports,
    },
  );
const tests = () => house.audit(follower.follower_id).filter((row) => String(row['action']).startsWith('follower.test'));

describe('a test event', () => {
  it('says what it is, is signed under every valid key, and is recorded before and after', async () => {
    const seed = house.seed();
    const result = testResult.parse(await send(ack, { seed }));
    expect(result).toMatchObject({ delivery_id: `evt_${seed}`, delivered: true, status: 204, latency_ms: 12 });
    expect(result).not.toHaveProperty('error');
    const { body } = sent[0] as Delivery;
    const { follower_id, vault_id } = follower;
    const said = { ts: '2026-01-05T12:00:00.000Z', type: 'test', delivery_id: `evt_${seed}`, follower_id, vault_id };
    expect(testDelivery.parse(JSON.parse(body))).toEqual(said);
    expect(result.sent.body).toBe(body);
    expect(result.sent.headers['webhook-signature']?.split(' ')).toHaveLength(2);
    expect(tests()).toMatchObject([
      { action: 'follower.test_sending', by: carl.subject, after: { delivery_id: `evt_${seed}` } },
      { action: 'follower.test_sent', after: { delivered: true, status: 204 } },
    ]);
  });

  it('moves nothing of the follower, also where nothing may be sent to it', async () => {
    const before = await house.followerNow(follower);
    await send({ kind: 'rejected', status: 410, error: 'HTTP 410', ms: 5 });
    expect(await house.followerNow(follower)).toEqual(before);
    await house.leave(follower, 'flatten');
    expect(await send()).toMatchObject({ delivered: true });
  });

  it('goes no more to one who left', async () => {
    await house.leave(follower);
    await expect(send()).rejects.toMatchObject({ status: 409, code: 'follower_left' });
    expect(sent).toEqual([]);
  });

  it('is for its own person and its tenant to send', async () => {
    await send(ack, { by: personOf('follower', carl.tenantId ?? '', { followerId: follower.follower_id }) });
    for (const by of [mia, personOf('follower', carl.tenantId ?? '', { followerId: 'fol_another' })])
      await expect(send(ack, { by })).rejects.toMatchObject({ status: 404, code: 'follower_not_found' });
    expect(sent).toHaveLength(1);
  });

  it('is one of at most six a minute, also of many at once; the next minute has its own', async () => {
    house.now += 15_500;
    const all = await Promise.allSettled(Array.from({ length: 20 }, () => send()));
    const refused = all.flatMap((r) => (r.status === 'rejected' ? [r.reason] : []));
    expect([sent.length, refused.length]).toEqual([6, 14]);
    expect(refused[0]).toMatchObject({ status: 429, code: 'too_many_test_events', extra: { retry_after_seconds: 45 } });
    house.now += 44_499;
    await expect(send()).rejects.toMatchObject({ status: 429 });
    house.now += 1;
    await send();
    expect(sent).toHaveLength(7);
  });

  it('that died after it was sent goes out again under the same id', async () => {
    const seed = house.seed();
    const note = async () => Promise.reject(new Error('died'));
    await expect(send(ack, { seed, ports: { note } })).rejects.toThrow('died');
    house.now += 9;
    await send(ack, { seed });
    expect(new Set(sent.map((d) => d.deliveryId)).size).toBe(1);
    expect(tests().map((row) => row['action'])).toEqual(['follower.test_sending', 'follower.test_sending', 'follower.test_sent']);
  });
});

/** [what the dispatcher says, class] */
const failed = (error: string): AttemptResult => ({ kind: 'retry', certain: true, error, ms: 1 });
const answered = (status: number): AttemptResult => ({ kind: 'rejected', status, error: `HTTP ${status}`, ms: 1 });
const classes: readonly (readonly [string, AttemptResult, string | undefined])[] = [
  ['a delivery', ack, undefined],
  ['404', answered(404), 'status'],
  ['503', { kind: 'retry', certain: false, status: 503, error: 'HTTP 503', ms: 1 }, 'status'],
  ['302', answered(302), 'redirect'],
  ['a refused URL', failed('url points to an address that is not public'), 'blocked'],
  ...(
    [
      ['timeout', 'timeout'],
      ['UND_ERR_HEADERS_TIMEOUT', 'timeout'],
      ['UND_ERR_CONNECT_TIMEOUT', 'timeout'],
      ['ECONNREFUSED', 'refused'],
      ['EHOSTUNREACH', 'unreachable'],
      ['ENOTFOUND', 'dns'],
      ['EAI_AGAIN', 'dns'],
      ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls'],
      ['CERT_HAS_EXPIRED', 'tls'],
      ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
      ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls'],
      ['EPROTO', 'tls'],
      ['ADDRESS_REFUSED', 'blocked'],
      ['ECONNRESET', 'cut'],
      ['UND_ERR_SOCKET', 'cut'],
      ['whatever comes', 'cut'],
    ] as const
  ).map(([error, kind]) => [error, failed(error), kind] as const),
];

describe('what is told of a failure', () => {
  it.each(classes)('%s', (_what, result, kind) => expect(failureClass(result)).toBe(kind));

  it('is its class: no address and no name', async () => {
    const told = await send(failed('url points to an address that is not public'));
    expect(told).toMatchObject({ delivered: false, error: 'blocked' });
    expect(Object.keys(told).sort()).toEqual(['delivered', 'delivery_id', 'error', 'latency_ms', 'sent']);
  });
});
