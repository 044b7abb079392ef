import { beforeEach, describe, expect, it } from 'vitest';
import type { Table } from '../../shared/adapters/dynamo/client.ts';
import type { Follower } from '../../shared/domain/followers/follower.ts';
import { endFlipsOf } from '../../shared/domain/overlays/end.ts';
import type { Overlay } from '../../shared/domain/overlays/overlay.ts';
import { endFlipsOfVault } from '../../shared/domain/overlays/revert.ts';
import type { Vault } from '../../shared/domain/vaults/vault.ts';
import { milliseconds, timestamp } from '../../shared/kit/clock.ts';
import { dying, mia } from '../followers/support/house.ts';
import { aroundTable } from '../world/memory/around.ts';
import { mayDie } from '../world/memory/died.ts';
import { FlipHouse, policy } from './support/flip-house.ts';

let house: FlipHouse;
let vault: Vault;
let flipped: Follower;
let twin: Follower;

async function build(shardSize = 100): Promise<void> {
  house = new FlipHouse();
  vault = await house.vault({ ...policy });
  flipped = await house.register(vault, mia, {}, shardSize);
  twin = await house.register(vault, mia, {}, shardSize);
}
beforeEach(() => build());

const later = (overlay: Overlay, ms = 0) => {
  house.now = milliseconds(overlay.expires_at ?? '') + ms;
};
const revertedOnce = async (overlay: Overlay, entity: string = flipped.follower_id) => {
  expect(house.events(entity, 'overlay.reverted')).toHaveLength(1);
  expect((await house.overlayNow(vault, overlay)).reverted_at).toBeDefined();
  expect(await house.due()).toEqual([]);
  expect(house.rows().filter(({ sk }) => sk.startsWith('FLIP#') || sk.startsWith('ALARM#'))).toEqual([]);
};
const alike = async () => expect(await house.levels(flipped)).toEqual(await house.levels(twin));

describe('time', () => {
  it.each([
    ['in its last millisecond', -1, '15'],
    ['at the millisecond of its end', 0, '10'],
  ])('an order %s', async (_name, ms, want) => {
    const flip = await house.flip(vault, 10, flipped);
    later(flip, ms);
    await house.order(vault, 'buy', 10);
    await house.work(vault);
    expect((await house.levels(flipped)).want).toBe(want);
  });

  it('an order at the millisecond of the start: one before it never counts it, one behind it does', async () => {
    await house.order(vault, 'buy', 10);
    const flip = await house.flip(vault, 10, flipped);
    expect(flip.starts_at).toBe(timestamp(house.now + 1));
    // As its clock stands still, accepted at the time of the first: before the flip.
    await house.order(vault, 'buy', 10);
    house.now += 1;
    await house.order(vault, 'buy', 10);
    await house.work(vault);
    expect(await house.levels(flipped)).toMatchObject({ baseline: '30', target: '35' });
  });

  it('an order that came in while the flip was being stored moves its start behind itself', async () => {
    const plain = house.ports();
    let raced = false;
    house.ports = () => ({
      ...plain,
      startFollower: async (v, f, overlay) => {
        if (!raced) await house.order(vault, 'buy', 1);
        raced = true;
        return plain.startFollower(v, f, overlay);
      },
    });
    const flip = await house.flip(vault, 10, flipped);
    expect(flip.starts_at).toBe(timestamp(house.now + 1));
    expect(house.events(flipped.follower_id, 'overlay.started')).toHaveLength(1);
  });

  it('an order accepted by a clock that is behind, after the revert was asked for, counts nothing', async () => {
    for (const one of [flipped, undefined]) {
      await build();
      const flip = await house.flip(vault, 10, one);
      later(flip, 100);
      await house.revert(vault, flip);
      house.now -= 1_000;
      await house.order(vault, 'buy', 10);
      house.now += 2_000;
      await house.work(vault);
      expect(await house.levels(flipped)).toMatchObject({ target: '10', want: '10' });
      await revertedOnce(flip, one === undefined ? vault.vault_id : one.follower_id);
    }
  });

  it('an order accepted in time, and worked off after the revert was asked for, counts it, and is taken back', async () => {
    const flip = await house.flip(vault, 10, flipped);
    later(flip, -1);
    await house.order(vault, 'buy', 10);
    house.now += 50;
    await house.revert(vault, flip);
    await house.work(vault);
    expect(house.taken.toSorted()).toEqual(['0 IBM buy 15', '0 IBM sell 5', '1 IBM buy 10']);
    await alike();
  });
});

describe('who comes', () => {
  it('before it is over is told when', async () => {
    const flip = await house.flip(vault, 10, flipped);
    later(flip, -3_000);
    expect(await house.revert(vault, flip)).toEqual({ kind: 'later', ms: 3_000 });
  });

  it.each([
    ['one follower', true],
    ['the whole vault', false],
  ])('three at once, and again days later, take a flip of %s back once', async (_name, single) => {
    const flip = await house.flip(vault, 10, single ? flipped : undefined);
    await house.order(vault, 'buy', 10);
    await house.order(vault, 'buy', 4, 'GE');
    await house.work(vault);
    later(flip);
    await Promise.all([1, 2, 3].map(() => house.revert(vault, flip)));
    await Promise.all([1, 2].map(() => house.work(vault)));
    house.now += 3 * 86_400_000;
    await Promise.all([1, 2, 3].map(() => house.revert(vault, flip)));
    await house.work(vault);
    expect(house.taken.filter((line) => line.includes('sell')).toSorted()).toEqual(
      single ? ['0 GE sell 2', '0 IBM sell 5'] : ['0 GE sell 2', '0 IBM sell 5', '1 GE sell 2', '1 IBM sell 5'],
    );
    await revertedOnce(flip, single ? flipped.follower_id : vault.vault_id);
    await alike();
  });

  it('in a vault of several shards the last one records it', async () => {
    await build(1);
    const third = await house.register(vault, mia, {}, 1);
    const flip = await house.flip(vault, 10);
    await house.order(vault, 'buy', 10);
    for (const shard of [0, 1, 2]) await house.work(vault, shard);
    later(flip);
    await house.revert(vault, flip);
    for (const shard of [2, 0]) await house.work(vault, shard);
    expect((await house.overlayNow(vault, flip)).reverted_at).toBeUndefined();
    await expect(house.flip(vault, 10)).rejects.toMatchObject({ code: 'flip_reverting' });
    await house.work(vault, 1);
    await revertedOnce(flip, vault.vault_id);
    expect((await house.levels(third)).target).toBe('10');
    await house.flip(vault, 10);
  });

  it('in a vault without followers there is nothing to do', async () => {
    house = new FlipHouse();
    vault = await house.vault({ ...policy });
    const flip = await house.flip(vault, 10);
    later(flip);
    expect(await house.revert(vault, flip)).toEqual({ kind: 'done' });
    await revertedOnce(flip, vault.vault_id);
  });
});

describe('who dies', () => {
  /** Asks and works, and dies at one of the calls; then everything is done once more by the living. */
  async function dyingAt(at: number, when: 'before' | 'after', single: boolean): Promise<boolean> {
    await build(1);
    const flip = await house.flip(vault, 10, single ? flipped : undefined);
    await house.order(vault, 'buy', 10);
    for (const shard of [0, 1]) await house.work(vault, shard);
    later(flip);
    const { table, calls } = dying(house.table, at, when);
    const all = async (on: Table) => {
      await house.revert(vault, flip, on);
      for (const shard of [0, 1]) await house.work(vault, shard, on);
    };
    await mayDie(all(table));
    for (let n = 0; n < 2; n += 1) {
      // A dead owner's claim is taken over when its lease is over.
      house.now += 25_000;
      await all(house.table);
    }
    await revertedOnce(flip, single ? flipped.follower_id : vault.vault_id);
    expect(await house.levels(flipped)).toMatchObject({ target: '10', want: '10' });
    // What may have been sent goes out once more under its id, and nothing else does.
    expect(house.sold.size).toBe(single ? 1 : 2);
    return calls() >= at;
  }
  it.each([
    ['before', true],
    ['after', true],
    ['before', false],
    ['after', false],
  ] as const)('%s any call loses nothing and doubles nothing (of one follower: %s)', async (when, single) => {
    let at = 1;
    while (await dyingAt(at, when, single)) at += 1;
    expect(at).toBeGreaterThan(15);
  });
});

describe('two workers', () => {
  it('where another one claims an order between, the revert comes behind it', async () => {
    const flip = await house.flip(vault, 10, flipped);
    await house.order(vault, 'buy', 10);
    await house.work(vault);
    later(flip);
    await house.revert(vault, flip);
    let met = false;
    const between = aroundTable(house.table, async (command, go) => {
      const claims = command.constructor.name === 'TransactWriteCommand' && JSON.stringify(command).includes('"barrier"');
      if (claims && !met) {
        met = true;
        await house.order(vault, 'buy', 6);
        await house.work(vault);
      }
      return go();
    });
    await house.work(vault, 0, between);
    await house.work(vault);
    expect(met).toBe(true);
    await alike();
    await revertedOnce(flip);
  });
});

describe('what ends a flip early', () => {
  it('its people, once', async () => {
    const flip = await house.flip(vault, 100, flipped);
    house.now += 1_000;
    expect(await house.end(vault, flip)).toMatchObject({ ended_at: timestamp(house.now), cause: 'deleted' });
    await expect(house.end(vault, flip)).rejects.toMatchObject({ code: 'overlay_ended' });
    expect(house.events(flipped.follower_id, 'overlay.ended')).toHaveLength(1);
    await house.revert(vault, flip);
    await house.work(vault);
    await revertedOnce(flip);
  });

  it('whoever takes away what it rests on', async () => {
    const flip = await house.flip(vault, 100, flipped);
    house.now += 1_000;
    expect(await endFlipsOf(flipped.follower_id, 'entitlement_lost', house.stopPorts())).toBe(true);
    expect(await endFlipsOf(flipped.follower_id, 'entitlement_lost', house.stopPorts())).toBe(false);
    expect(await endFlipsOf(twin.follower_id, 'entitlement_lost', house.stopPorts())).toBe(false);
    expect((await house.overlayNow(vault, flip)).cause).toBe('entitlement_lost');
    const [row] = (await house.due()).filter(({ due }) => due === timestamp(house.now));
    expect(row).toMatchObject({ overlay_id: flip.overlay_id });
  });

  it('the stop of its vault, and none that began after that', async () => {
    const flips = [await house.flip(vault, 100, flipped), await house.flip(vault, 100)];
    const at = timestamp(house.now);
    house.now += 2_000;
    const after = await house.flip(vault, 100, twin);
    const stop = { tenant_id: vault.tenant_id, vault_id: vault.vault_id, cause: 'vault_halted', at } as const;
    await endFlipsOfVault(stop, house.stopPorts());
    await endFlipsOfVault(stop, house.stopPorts());
    for (const flip of flips) expect((await house.overlayNow(vault, flip)).cause).toBe('vault_halted');
    expect((await house.overlayNow(vault, after)).ended_at).toBeUndefined();
  });
});

describe('a retried request', () => {
  it('meets the flip that it began', async () => {
    const seed = house.seed();
    const body = { kind: 'flip', amplify: '0.50', ttl_seconds: 10, follower_id: flipped.follower_id } as const;
    const [first, second] = [await house.start(vault, body, mia, seed), await house.start(vault, body, mia, seed)];
    expect(second).toEqual(first);
    expect(house.events(flipped.follower_id, 'overlay.started')).toHaveLength(1);
    await expect(house.start(vault, body)).rejects.toMatchObject({ code: 'flip_active' });
  });
});
