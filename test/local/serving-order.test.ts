import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { servingOrderText } from '../../local/serving-order.ts';
import { childId } from '../../shared/kit/ids.ts';
import { recomputed, upTo } from '../mirroring/support/draws.ts';

const cause = '01HF7YAT00000000000000000A';
const order = `mo_${cause}`;
const child = childId({ cause, shard: 3, place: 7, leg: 0 });
const places = recomputed(order, 'shard/3', upTo(100));
const run = (...args: string[]) => spawnSync(process.execPath, ['local/serving-order.ts', ...args], { encoding: 'utf8' });

describe('the serving-order command', () => {
  it('prints what a hash tool gives', () => {
    const [named, rule, shards, inside, ...rest] = servingOrderText([
      order,
      '--shards',
      '12',
      '--shard',
      '3',
      '--places',
      '100',
    ]).split('\n');
    expect([named, shards]).toEqual([`order ${order}`, `shards: ${recomputed(order, 'shards', upTo(12)).join(' ')}`]);
    expect([inside, rest]).toEqual([`places of shard 3: ${places.join(' ')}`, []]);
    expect(rule).toContain('SHA-256');
  });

  it("tells a follower its place from its own order's id", () => {
    const lines = servingOrderText([child, '--places', '100']).split('\n');
    expect(lines).toContain(`order ${order}`);
    expect(lines.at(-1)).toBe(`place 7: ${places.indexOf(7) + 1} of 100`);
  });

  it('ends with 0, and prints nothing else', () => {
    const { status, stdout, stderr } = run(order, '--shards=2');
    expect([status, stdout.split('\n').length, stderr]).toEqual([0, 4, '']);
  });

  it.each([
    [[], 'one order is needed, not 0'],
    [[order, order, '--shards', '2'], 'one order is needed, not 2'],
    [['mo_1', '--shards', '2'], 'not the id of an order: "mo_1"'],
    [[`${child.slice(0, -1)}${child.endsWith('0') ? '1' : '0'}`, '--places', '2'], 'not the id of an order'],
    [[order], '--shards, or --shard with --places, is needed'],
    [[order, '--shards', '0'], '--shards must be a whole number from 1 to 1048576, not "0"'],
    [[order, '--shards', '1e3'], '--shards must be a whole number'],
    [[order, '--shards', '3', '--shard', '3', '--places', '1'], '--shard must be a whole number from 0 to 2, not "3"'],
    [[order, '--shard', '3'], '--shard and --places belong together'],
    [[order, '--shards', '3', '--places', '3'], '--shard and --places belong together'],
    [[order, '--shard', '0', '--places', '1025'], '--places must be a whole number from 1 to 1024'],
    [[child, '--shards', '9'], '--shard and --places belong together'],
    [[child, '--shard', '3', '--places', '9'], 'a follower order names its shard itself'],
    [[child, '--places', '7'], 'place 7 is not among 7'],
    [[child, '--shards', '3', '--places', '9'], 'shard 3 is not among 3'],
    [[order, '--colour', 'red'], "Unknown option '--colour'"],
  ])('refuses %j', (args, message) => {
    expect(() => servingOrderText(args)).toThrow(message);
  });

  it('says what is wrong and how it is used, and ends with 2', () => {
    const { status, stdout, stderr } = run(order, '--shards', 'x');
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^--shards must be a whole number from 1 to 1048576, not "x"\nusage: npm run serving-order/);
  });
});
