import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchesOf, stamped } from '../../cli/src/feed/read.ts';
import { callsOf, chained, detailType, entryBytes, eventsOf, following, limits, source } from '../../cli/src/feed/split.ts';
import type { Reply, Seen } from '../client/support/server.ts';
import { serve } from '../client/support/server.ts';
import { machine } from './support/shell.ts';

const order = (id: string, more: object = {}) => ({ external_id: id, symbol: 'IBM', ...more });
const jsonLines = (values: readonly unknown[]) => values.map((value) => JSON.stringify(value)).join('\n');

describe('reading a feed', () => {
  const [a, b] = [order('a'), order('b')];
  it.each([
    ['a queue', JSON.stringify({ vault_id: 'v1', orders: [a, b] }), undefined, [['v1', ['a', 'b']]]],
    ['a queue without a vault', JSON.stringify({ orders: [a] }), 'v1', [['v1', ['a']]]],
    ['a list of orders', JSON.stringify([a, b]), 'v1', [['v1', ['a', 'b']]]],
    [
      'a list of queues',
      JSON.stringify([
        { vault_id: 'v1', orders: [a] },
        { vault_id: 'v1', orders: [b] },
      ]),
      undefined,
      [
        ['v1', ['a']],
        ['v1', ['b']],
      ],
    ],
    ['one order', JSON.stringify(a), 'v1', [['v1', ['a']]]],
    ['lines of orders', `${jsonLines([a, b])}\n\n`, 'v1', [['v1', ['a', 'b']]]],
    [
      'lines of orders that name their vaults',
      jsonLines([
        { vault_id: 'v1', ...a },
        { vault_id: 'v1', ...b },
        { vault_id: 'v2', ...a },
      ]),
      undefined,
      [
        ['v1', ['a', 'b']],
        ['v2', ['a']],
      ],
    ],
    [
      'lines of queues',
      jsonLines([
        { vault_id: 'v1', orders: [a] },
        { vault_id: 'v2', orders: [b] },
      ]),
      undefined,
      [
        ['v1', ['a']],
        ['v2', ['b']],
      ],
    ],
  ] as const)('%s', (_name, text, vault, expected) => {
    const read = batchesOf(text, vault).map(({ vault_id, orders }) => [
      vault_id,
      orders.map((o) => (o as { external_id: string }).external_id),
    ]);
    expect(read).toEqual(expected);
  });

  it('leaves orders as they are, also what is none', () => {
    const odd = [{ qty: '0.10', nested: { a: [1] } }, 'text', null, 7, [order('a')]];
    expect(batchesOf(JSON.stringify({ vault_id: 'v', orders: odd }), undefined)[0]?.orders).toEqual(odd);
    const { vault_id: _, ...rest } = { vault_id: 'v', ...order('a') };
    expect(batchesOf(JSON.stringify({ vault_id: 'v', ...order('a') }), undefined)[0]?.orders).toEqual([rest]);
  });

  it.each([
    ['nothing', '', 'v1'],
    ['an empty list', '[]', 'v1'],
    ['no vault', JSON.stringify([order('a')]), undefined],
    ['another vault', JSON.stringify({ vault_id: 'v2', orders: [order('a')] }), 'v1'],
    ['no JSON in its second line', `${JSON.stringify(order('a'))}\n{`, 'v1'],
    ['an empty queue', JSON.stringify({ vault_id: 'v1', orders: [] }), undefined],
    ['orders that are no list', JSON.stringify({ vault_id: 'v1', orders: 'all' }), undefined],
    ['more in a queue than there may be', JSON.stringify({ vault_id: 'v1', orders: [order('a')], at: 1 }), undefined],
  ] as const)('refuses %s', (_name, text, vault) => {
    expect(() => batchesOf(text, vault)).toThrow(expect.objectContaining({ exitCode: 2 }));
  });

  it('gives the present time to orders without one, or to all', () => {
    expect(stamped(order('a'), 'now', false)).toEqual(order('a', { ts: 'now' }));
    expect(stamped(order('a', { ts: 'then' }), 'now', false)).toEqual(order('a', { ts: 'then' }));
    expect(stamped(order('a', { ts: 'then' }), 'now', true)).toEqual(order('a', { ts: 'now' }));
    expect(stamped('text', 'now', true)).toBe('text');
  });
});

const size = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 100_000 }));
const feeds = fc
  .array(size, { minLength: 1, maxLength: 250 })
  .map((sizes) => sizes.map((n, i) => order(`ö${i}`, { provenance: 'é'.repeat(n) })));

describe('splitting', () => {
  it('keeps every order in its order, in events and calls that EventBridge and the platform take', () => {
    fc.assert(
      fc.property(feeds, (orders) => {
        const events = chained(eventsOf({ vault_id: 'vlt_01JNA5T8Q2V4W6X8Y0Z2B4D6F8', orders }));
        const details = events.map((event) => JSON.stringify(event));
        for (const event of events) expect(event.orders.length).toBeLessThanOrEqual(limits.orders);
        for (const detail of details) expect(Buffer.byteLength(source + detailType + detail)).toBeLessThanOrEqual(256 * 1024);
        const calls = callsOf(details);
        expect(calls.flat()).toEqual(details);
        for (const call of calls) {
          expect(call.length).toBeLessThanOrEqual(10);
          expect(call.reduce((sum, detail) => sum + entryBytes(detail), 0)).toBeLessThanOrEqual(256 * 1024);
        }
        const sent = events.flatMap((event) => event.orders) as { external_id: string; prev_external_id?: string }[];
        expect(sent.map(({ prev_external_id: _, ...rest }) => rest)).toEqual(orders);
        // Only the first of an event names the one before it.
        const firsts = new Set(events.slice(1).map((event) => event.orders[0]));
        for (const [i, one] of sent.entries())
          expect(one.prev_external_id).toBe(firsts.has(one) ? orders[i - 1]?.external_id : undefined);
      }),
      { numRuns: 60 },
    );
  });

  it('fills events: what fits into one is one', () => {
    const many = Array.from({ length: 250 }, (_, i) => order(`o${i}`));
    expect(eventsOf({ vault_id: 'v', orders: many }).map(({ orders }) => orders.length)).toEqual([100, 100, 50]);
  });

  it('refuses an order that no event can hold, before anything is sent', () => {
    const orders = [order('a'), order('b', { provenance: 'x'.repeat(256 * 1024) })];
    expect(() => eventsOf({ vault_id: 'v', orders })).toThrow(expect.objectContaining({ code: 'order_too_large', exitCode: 1 }));
  });

  it('leaves a predecessor that is named, and chains each vault apart', () => {
    const batch = (vault_id: string, ...orders: object[]) => ({ vault_id, orders });
    const linked = chained([
      batch('v1', order('a')),
      batch('v2', order('b')),
      batch('v1', order('c', { prev_external_id: 'mine' })),
      batch('v1', order('d'), order('e')),
      batch('v2', order('f')),
    ]);
    const prev = linked.map(({ orders }) => (orders[0] as { prev_external_id?: string }).prev_external_id);
    expect(prev).toEqual([undefined, undefined, 'mine', 'c', 'b']);
    expect(following(batch('v', order('a')), undefined)).toEqual(batch('v', order('a')));
  });
});

type Entry = { readonly Detail: string; readonly Source: string; readonly DetailType: string; readonly EventBusName: string };
const entriesIn = ({ body }: Seen): Entry[] => (JSON.parse(body) as { Entries: Entry[] }).Entries;

/** A bus whose entries fail as the script says, one call after the other. */
async function bus(...fates: readonly (readonly string[])[]) {
  let call = 0;
  const server = await serve((request): Reply => {
    const fate = fates[call] ?? [];
    call += 1;
    const Entries = entriesIn(request).map((_, i) =>
      fate[i] ? { ErrorCode: fate[i], ErrorMessage: 'No.' } : { EventId: String(i) },
    );
    return { body: { FailedEntryCount: Entries.filter((e) => 'ErrorCode' in e).length, Entries } };
  });
  return server;
}
const queues = (...ids: string[]) => jsonLines(ids.map((id) => ({ vault_id: 'v', orders: [order(id, { ts: 't' })] })));

describe('without waiting', () => {
  it('all goes to the bus as VANTA OS sends it, and again what the bus was too busy for', async () => {
    const there = await bus(['', 'ThrottlingException', '']);
    const { vanta, around, env, seen } = await machine();
    env['VANTA_TOKEN'] = '';
    around.stdin = queues('a', 'b', 'c');
    const { exitCode, out, err } = await vanta([
      'feed',
      '-',
      '--no-wait',
      '--json',
      '--bus',
      'mine',
      '--bus-endpoint',
      there.baseUrl,
    ]);
    await there.stop();
    expect([exitCode, err]).toEqual([0, '3 sent\n']);
    expect((JSON.parse(out) as { result: string }[]).map(({ result }) => result)).toEqual(['sent', 'sent', 'sent']);
    expect(seen).toEqual([]);
    expect(there.seen.map((request) => entriesIn(request).length)).toEqual([3, 1]);
    const [first] = entriesIn(there.seen[0] as Seen);
    expect(first).toMatchObject({ EventBusName: 'mine', Source: 'vanta.os', DetailType: 'ManagerOrderBatch' });
    expect(entriesIn(there.seen[1] as Seen).map(({ Detail }) => JSON.parse(Detail) as unknown)).toEqual([
      { vault_id: 'v', orders: [order('b', { ts: 't', prev_external_id: 'a' })] },
    ]);
  });

  it('what the bus refuses ends it', async () => {
    const there = await bus(['MalformedDetail']);
    const { vanta, around } = await machine();
    around.stdin = queues('a');
    const { exitCode, err } = await vanta(['feed', '-', '--no-wait', '--bus', 'mine', '--bus-endpoint', there.baseUrl]);
    await there.stop();
    expect([exitCode, err]).toEqual([1, 'vanta: bus_refused: 1 of 1 events: MalformedDetail: No.\n']);
  });

  it('needs to know its bus', async () => {
    const { vanta, around } = await machine();
    around.stdin = queues('a');
    expect(await vanta(['feed', '-'])).toMatchObject({ exitCode: 2, err: expect.stringContaining('--bus') });
  });
});

describe('waiting', () => {
  /** A vault with these orders in its lists from the first event on. */
  const vaultWith = (accepted: readonly object[], refused: readonly object[], before: readonly object[] = []) => {
    let looks = 0;
    return (request: Seen): Reply => {
      if (request.url.startsWith('/v1/vaults/')) return { body: { vault_id: 'v', seq: before.length } };
      looks += 1;
      const lists = request.url.includes('state=refused')
        ? looks > 1
          ? refused
          : []
        : looks > 1
          ? [...before, ...accepted]
          : before;
      const since = Number(/since=(\d+)/.exec(request.url)?.[1] ?? 0);
      return { body: { items: lists.filter((o) => !('seq' in o) || Number(o.seq) >= since), next_cursor: null } };
    };
  };
  const accepted = (seq: number, external_id: string) => ({ manager_order_id: `mo_${seq}`, seq, external_id });

  async function feeding(script: (request: Seen) => Reply, text: string, timeout = '5') {
    const there = await bus();
    const { vanta, around } = await machine(script);
    Object.defineProperty(around, 'now', { get: Date.now });
    around.stdin = text;
    const ran = await vanta(['feed', '-', '--timeout', timeout, '--json', '--bus', 'mine', '--bus-endpoint', there.baseUrl]);
    await there.stop();
    const results = (JSON.parse(ran.out) as { external_id: string; result: string }[]).map((d) => `${d.external_id} ${d.result}`);
    const sent = there.seen
      .flatMap(entriesIn)
      .map(({ Detail }) => JSON.parse(Detail) as { orders: { prev_external_id?: string }[] });
    return { ...ran, results, previous: sent.map(({ orders }) => orders[0]?.prev_external_id) };
  }

  it('sends the next event when the one before is decided, after the last order that was accepted', async () => {
    const refused = [{ manager_order_id: 'mo_9', seq: null, external_id: 'b', code: 'order_stale', detail: 'Old.' }];
    const ran = await feeding(vaultWith([accepted(1, 'a'), accepted(2, 'c')], refused), queues('a', 'b', 'c'));
    expect([ran.exitCode, ran.results]).toEqual([1, ['a accepted', 'b refused', 'c accepted']]);
    expect(ran.previous).toEqual([undefined, 'a', 'a']);
  });

  it('finds what the vault had before', async () => {
    const ran = await feeding(vaultWith([], [], [accepted(1, 'a')]), queues('a'), '60');
    expect([ran.exitCode, ran.results]).toEqual([0, ['a duplicate']]);
  });

  it('does not take an old refusal for a new one', async () => {
    const old = { manager_order_id: 'mo_9', seq: null, external_id: 'a', ts: 'earlier', code: 'order_stale', detail: 'Old.' };
    const script = vaultWith([accepted(1, 'a')], [old]);
    const always = (request: Seen): Reply =>
      request.url.includes('state=refused') ? { body: { items: [old], next_cursor: null } } : script(request);
    const ran = await feeding(always, queues('a'));
    expect([ran.exitCode, ran.results]).toEqual([0, ['a accepted']]);
  });

  it('without a decision in time sends nothing more, and ends with 7', async () => {
    const ran = await feeding(vaultWith([], []), queues('a', 'b'), '0');
    expect([ran.exitCode, ran.results, ran.previous]).toEqual([7, ['a undecided', 'b not_sent'], [undefined]]);
  });
});
