import { beforeEach, describe, expect, it } from 'vitest';
import type { Table } from '../../shared/adapters/dynamo/client.ts';
import type { Follower } from '../../shared/domain/followers/follower.ts';
import type { Vault } from '../../shared/domain/vaults/vault.ts';
import { milliseconds } from '../../shared/kit/clock.ts';
import { mia } from '../followers/support/house.ts';
import { aroundTable } from '../world/memory/around.ts';
import { Died, mayDie } from '../world/memory/died.ts';
import { FlipHouse, policy } from './support/flip-house.ts';

let house: FlipHouse;
let vault: Vault;
let flipped: Follower;
let twin: Follower;
beforeEach(async () => {
  house = new FlipHouse();
  vault = await house.vault({ ...policy });
  flipped = await house.register(vault, mia, {}, 100);
  twin = await house.register(vault, mia, {}, 100);
});

describe('a cancel that brings an extra back', () => {
  /** The extra was gone by itself when its flip was over: the manager sold to zero, by an order that is canceled later. */
  async function goneByItself(): Promise<number> {
    const flip = await house.flip(vault, 10, flipped);
    await house.order(vault, 'buy', 10, 'GE');
    await house.order(vault, 'buy', 10);
    const sale = await house.order(vault, 'sell', 10, 'GE');
    await house.work(vault);
    house.now = milliseconds(flip.expires_at ?? '');
    await house.revert(vault, flip);
    return sale;
  }
  const worked = async (entity: string = flipped.follower_id) => {
    await house.work(vault);
    expect(house.events(entity, 'overlay.reverted')).toHaveLength(1);
    expect(await house.due()).toEqual([]);
    for (const symbol of ['GE', 'IBM'])
      for (const one of [flipped, twin]) {
        const { target, baseline, want, base_want } = await house.levels(one, symbol);
        expect([symbol, target, want]).toEqual([symbol, baseline, base_want]);
      }
  };
  /** Another worker comes to the cancel, when this one is about to write something. */
  function between(sale: number, text: string, other: (table: Table) => Table = (table) => table): Table {
    let met = false;
    return aroundTable(house.table, async (command, go) => {
      const own = command.constructor.name === 'TransactWriteCommand' && JSON.stringify(command);
      if (!met && own && own.includes('DONE#revert') && own.includes(text)) {
        met = true;
        await house.cancel(vault, sale);
        await mayDie(house.work(vault, 0, other(house.table)));
      }
      return go();
    });
  }

  it('in a symbol where the revert is done for others, and not in all symbols yet', async () => {
    const flip = await house.flip(vault, 10);
    await house.order(vault, 'buy', 10, 'GE');
    await house.order(vault, 'buy', 10);
    await house.work(vault);
    // Of the crossing it takes the sale to zero alone: nothing of the flip is left in it, and is in the other one.
    house.denies(flipped, 'GE');
    const sale = await house.order(vault, 'sell', 20, 'GE');
    await house.work(vault);
    house.now = milliseconds(flip.expires_at ?? '');
    await house.revert(vault, flip);
    await house.work(vault, 0, between(sale, '"symbol":"IBM"'));
    await worked(vault.vault_id);
    expect(await house.levels(flipped, 'GE')).toMatchObject({ target: '10', told: '10' });
  });

  it('and whose worker dies behind it, when another one is about to end the revert', async () => {
    const sale = await goneByItself();
    const dies = (table: Table) =>
      aroundTable(table, async (command, go) => {
        if (JSON.stringify(command).includes('DONE#revert') && command.constructor.name === 'TransactWriteCommand')
          throw new Died('before');
        return go();
      });
    await house.work(vault, 0, between(sale, '"symbol":""', dies));
    await worked();
    expect(await house.levels(flipped, 'GE')).toMatchObject({ target: '10', told: '10' });
  });

  it('planned before the revert ends, and claimed behind that', async () => {
    const sale = await goneByItself();
    const [reached, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const claiming = aroundTable(house.table, async (command, go) => {
      if (JSON.stringify(command).includes('"state":"claimed"')) {
        reached.resolve();
        await ended.promise;
      }
      return go();
    });
    let other: Promise<void> | undefined;
    const ending = aroundTable(house.table, async (command, go) => {
      const ends = command.constructor.name === 'TransactWriteCommand' && JSON.stringify(command).includes('"symbol":""');
      if (!ends || other !== undefined) return go();
      await house.cancel(vault, sale);
      other = house.work(vault, 0, claiming);
      await reached.promise;
      return go().finally(ended.resolve);
    });
    await house.work(vault, 0, ending);
    expect(other).toBeDefined();
    await other;
    await worked();
  });
});
