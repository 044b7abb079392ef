import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { askItems } from '../../shared/adapters/dynamo/ask-store.ts';
import type { Table } from '../../shared/adapters/dynamo/client.ts';
import { followerItem, followerOf } from '../../shared/adapters/dynamo/follower-item.ts';
import { readRoster } from '../../shared/adapters/dynamo/roster.ts';
import type { Follower } from '../../shared/domain/followers/follower.ts';
import { newFollower } from '../../shared/domain/followers/settings.ts';
import type { Ask } from '../../shared/domain/mirroring/entry.ts';
import { MemoryTable } from '../world/memory/table.ts';

const shard = { tenant_id: 'ten_manager', vault_id: 'vlt_1', shard: 7 };
const made = newFollower(
  { mode: 'proportional', scale: '0.25', webhook: { url: 'https://hooks.example.com/a?b=c' } },
  {
    followerId: 'fol_0',
    tenantId: 'ten_client',
    vault: { ...shard, seq: 0 },
    shard: shard.shard,
    place: 0,
    now: '2026-01-05T15:00:00.000Z',
    allowed: { flip_mode: false, persona_boosts: true },
  },
);
/** As it was before there were plans. */
const { allowed: _none, ...plain } = made;
/** Every member that a row can have: one that is added to the type must be added here, and then be read. */
const full: Required<Follower> = {
  ...plain,
  follower_id: 'fol_1',
  place: 1,
  ver: 12,
  label: 'Grüße \u{1f600}',
  mode: 'capped',
  scale_basis: 'nav',
  max_pos_usd: '20000.5',
  symbols: { allow: ['IBM', 'BTC/USD'], deny: [] },
  kill_switch: true,
  reduce_only: true,
  allow_short: true,
  status: 'leaving',
  close_only: true,
  close_only_why: 'over_limit',
  nav: { nav: '1000000.01', ts: '2026-01-05T15:00:00.000Z' },
  joined_seq: 123456789012,
  allowed: { flip_mode: true, persona_boosts: false },
  key_version: 3,
  key_rotated_at: '2026-01-06T15:00:00.000Z',
  lane_in: 5,
  lane_out: 4,
  slow: true,
  flip: {
    overlay_id: 'ovl_1',
    amplify: '1.5',
    starts_at: '2026-01-05T15:00:00.000Z',
    expires_at: '2026-01-05T16:00:00.000Z',
    ended_at: '2026-01-05T15:30:00.000Z',
    cause: 'deleted',
    last_seq: 9,
  },
  moved: { IBM: '-1.5' },
  unknown: { 'IBM fo_1': '3' },
  held: { IBM: '7' },
  child_at: '2026-01-05T15:00:01.000Z',
};
const ask: Ask = { kind: 'sync', cause: 'req_1', follower_id: full.follower_id, by: 'usr_1', asked_at: plain.created_at };

/** A table that ends a page after each item. */
const shortPages = ({ client, name }: Table): Table => ({
  name,
  client: {
    // The roster is read by queries alone.
    send: ((command: { input: object }) => {
      Object.assign(command.input, { Limit: 1 });
      return client.send(command as never);
    }) as Table['client']['send'],
  },
});

function stored(...items: object[]): { memory: MemoryTable; table: Table } {
  const memory = new MemoryTable();
  for (const item of items) memory.execute(new PutCommand({ TableName: 'any', Item: { ...item } }));
  return { memory, table: memory.asTable('any') };
}

describe('the roster of a shard', () => {
  it('is read as the rows are, each with all that it has', async () => {
    const { memory, table } = stored(followerItem(plain), followerItem(full));
    const { roster, asks } = await readRoster(table, shard);
    expect(asks).toEqual([]);
    expect(roster).toEqual([plain, full]);
    for (const follower of [plain, full]) {
      const { pk, sk } = followerItem(follower);
      const { Item = {} } = memory.execute(new GetCommand({ TableName: 'any', Key: { pk, sk } }));
      expect(roster[follower.place]).toEqual(followerOf(Item));
    }
  });

  it('of a row of before there were plans and reduce_only', async () => {
    const { reduce_only: _, ...old } = followerItem(plain);
    const [row] = (await readRoster(stored(old).table, shard)).roster;
    expect(row).toEqual(plain);
    expect(row?.allowed).toBeUndefined();
  });

  it('comes with what is asked beside it, page by page', async () => {
    const { table } = stored(followerItem(full), ...askItems(shard, ask), followerItem(plain));
    for (const read of [table, shortPages(table)])
      expect(await readRoster(read, shard)).toEqual({ roster: [plain, full], asks: [ask] });
  });
});
