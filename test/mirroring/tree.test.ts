import { createHash } from 'node:crypto';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { bellMessage, type NodeMessage, nodeMessage, type Queue, ringAll } from '../../shared/adapters/sqs/queue.ts';
import { acceptOrder, decide } from '../../shared/domain/mirroring/accept.ts';
import type { Bell } from '../../shared/domain/mirroring/bell.ts';
import type { ManagerOrderBody, OrderEntry } from '../../shared/domain/mirroring/order.ts';
import { bellsOf, ringsOf } from '../../shared/domain/mirroring/tree.ts';
import { newVault } from '../../shared/domain/vaults/create.ts';
import { limits } from '../../shared/wiring/limits.ts';
import { Fifo } from '../world/support/fifo.ts';

const now = Date.parse('2026-01-05T12:00:00.000Z');
const time = new Date(now).toISOString();
const tenant = { tenant_id: 'ten_01HF7YAT00000000000000000A', kind: 'manager' as const };
const body: ManagerOrderBody = {
  external_id: 'x-1',
  symbol: 'IBM',
  side: 'buy',
  qty: '10',
  order_type: 'market',
  time_in_force: 'day',
  ref_price: '100',
  ts: time,
};
const vaultOf = (shards: number) => ({
  ...newVault({ label: 'v', rails: ['fiat'] }, tenant.tenant_id, 'vlt_01HF7YAT00000000000000000B', time),
  shards,
});
const requestOf = (more: Partial<ManagerOrderBody> = {}) => {
  const { tenant_id, vault_id } = vaultOf(1);
  return { tenant_id, vault_id, order: { ...body, ...more }, source: 'api' as const, by: 'mia' };
};
const entryOf = (shards: number, more: Partial<ManagerOrderBody> = {}): OrderEntry =>
  decide(requestOf(more), { vault: vaultOf(shards), position: '0', predecessorDecided: true }, now);

/** The order as somebody recomputes it who has nothing but a hash tool. */
function recomputed(orderId: string, shards: number): number[] {
  const key = (shard: number) => createHash('sha256').update(`${orderId}/shards/${shard}`).digest('hex');
  return Array.from({ length: shards }, (_, shard) => ({ shard, key: key(shard) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ shard }) => shard);
}

describe('an entry rings', () => {
  it.each([0, 1, 200])('%i shards directly', (shards) => {
    const { bells, nodes } = ringsOf(entryOf(shards));
    expect(bells.map((bell) => bell.shard)).toEqual(recomputed(entryOf(shards).manager_order_id, shards));
    expect(nodes).toEqual([]);
  });

  it.each([
    [201, [100, 100, 1]],
    [1000, Array.from({ length: 10 }, () => 100)],
    [2000, Array.from({ length: 20 }, () => 100)],
  ])('%i shards through nodes, every shard once, in the order that the id draws', (shards, sizes) => {
    const entry = entryOf(shards);
    const { bells, nodes } = ringsOf(entry);
    expect([bells, nodes.map((node) => node.shards.length)]).toEqual([[], sizes]);
    const rung = nodes.flatMap(bellsOf);
    expect(rung.map((bell) => bell.shard)).toEqual(recomputed(entry.manager_order_id, shards));
    expect(new Set(rung.map((bell) => bell.shard)).size).toBe(shards);
    const { tenant_id, vault_id, seq } = entry;
    for (const bell of rung) expect(bell).toEqual({ tenant_id, vault_id, seq, entry, shard: bell.shard });
  });

  it('at most as many nodes as the largest vault needs', () => {
    expect(limits.shardNodes * limits.shardsPerNode).toBe(limits.shardsPerVault);
    expect(ringsOf(entryOf(limits.shardsPerVault)).nodes).toHaveLength(limits.shardNodes);
  });

  it('with messages that stay small, however large the order', () => {
    const provenance = { text: 'x'.repeat(8100) };
    const { nodes } = ringsOf(entryOf(2000, { provenance, external_id: 'x'.repeat(128), venue: 'x'.repeat(64) }));
    const sizes = nodes.map((node) => Buffer.byteLength(nodeMessage(node, '01HF7YAT00000000000000000R').body));
    expect(Math.max(...sizes)).toBeGreaterThan(8 * 1024);
    expect(Math.max(...sizes)).toBeLessThan(16 * 1024);
  });
});

describe('a node that is worked off', () => {
  const entry = entryOf(1000);
  let shards: Fifo;
  let calls: number;
  let failing: (call: number) => boolean;
  let queue: Queue;
  beforeEach(() => {
    shards = new Fifo('shards', 30);
    calls = 0;
    failing = () => false;
    queue = shards.as(async (_, messages) => {
      calls += 1;
      if (failing(calls)) throw new Error('throttled');
      for (const message of messages) shards.send(message, now);
    });
  });
  /** As functions/mirroring/fan-out does with a message's body. */
  const work = (text: string) => {
    const node = JSON.parse(text) as NodeMessage;
    return ringAll(
      queue,
      bellsOf(node).map((bell) => bellMessage(bell, node.run)),
    );
  };
  const messages = (run: string) => ringsOf(entry).nodes.map((node) => nodeMessage(node, run).body);
  const rung = () => shards.taken.map((m) => (JSON.parse(m.body) as Bell).shard);

  it('rings each of its shards once, ten to a call', async () => {
    for (const text of messages('')) await work(text);
    expect(rung()).toEqual(recomputed(entry.manager_order_id, 1000));
    expect(calls).toBe(100);
  });

  it('a second time rings nobody twice', async () => {
    for (const text of [...messages(''), ...messages('')]) await work(text);
    expect(rung()).toHaveLength(1000);
  });

  it('after a failure rings those that were missed, and nobody twice', async () => {
    failing = (call) => call === 4 || call === 7;
    const [first = ''] = messages('');
    await expect(work(first)).rejects.toThrow('2 calls failed, first: Error: throttled');
    expect(rung()).toHaveLength(80);
    failing = () => false;
    await work(first);
    expect(rung().toSorted((a, b) => a - b)).toEqual(ringsOf(entry).nodes[0]?.shards.toSorted((a, b) => a - b));
  });

  it('for who rings again rings again: no ring is taken for an earlier one', async () => {
    for (const run of ['', '01HF7YAT00000000000000000R', '01HF7YAT00000000000000000S'])
      for (const text of messages(run)) await work(text);
    expect(rung()).toHaveLength(3000);
  });
});

describe('accept', () => {
  const sent: [queue: string, count: number][] = [];
  const queueOf = (name: string, fails: boolean): Queue => {
    const send = async ({ input }: { input: { Entries: { MessageGroupId?: string; MessageDeduplicationId?: string }[] } }) => {
      if (fails) throw new Error('no such queue');
      const fifo = input.Entries.every((e) => e.MessageGroupId !== undefined && e.MessageDeduplicationId !== undefined);
      sent.push([`${name} ${fifo ? 'fifo' : 'standard'}`, input.Entries.length]);
      return {};
    };
    // The adapter calls nothing of the client but `send`.
    return { client: { send } as unknown as SQSClient, url: name };
  };
  const accept = async (count: number, failing: 'shards' | 'nodes' | 'none') => {
    vi.stubEnv('VANTA_STAGE', 'test');
    vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'SILENT');
    const { acceptPorts } = await import('../../functions/edge/accept-ports.ts');
    sent.length = 0;
    const queues = { shards: queueOf('shards', failing === 'shards'), shardNodes: queueOf('nodes', failing === 'nodes') };
    const ports = acceptPorts({ table: {} as Parameters<typeof acceptPorts>[0]['table'], ...queues, defaultPlan: null });
    return acceptOrder(requestOf(), {
      ...ports,
      clock: () => now,
      read: async () => ({ vault: vaultOf(count), position: '0', predecessorDecided: true }),
      commit: async () => 'committed',
    });
  };

  it('rings 200 shards itself, in twenty calls', async () => {
    await accept(200, 'nodes');
    expect(sent).toEqual(Array.from({ length: 20 }, () => ['shards fifo', 10]));
  });

  it('rings twenty nodes for 2,000, in two calls, without what a standard queue refuses', async () => {
    await accept(2000, 'shards');
    expect(sent).toEqual([
      ['nodes standard', 10],
      ['nodes standard', 10],
    ]);
  });

  it.each(['shards', 'nodes'] as const)('answers all the same when its queue of %s fails: sweep rings', async (failing) => {
    const accepted = await accept(failing === 'shards' ? 200 : 1000, failing);
    expect(accepted).toMatchObject({ seq: 1, duplicate: false });
    expect(sent).toEqual([]);
  });
});
