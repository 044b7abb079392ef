import { beforeEach, describe, expect, it } from 'vitest';
import type { Follower } from '../../shared/domain/followers/follower.ts';
import type { Vault } from '../../shared/domain/vaults/vault.ts';
import { milliseconds } from '../../shared/kit/clock.ts';
import { mia } from '../followers/support/house.ts';
import { FlipHouse, policy } from './support/flip-house.ts';

let house: FlipHouse;
let vault: Vault;
let flipped: Follower;
beforeEach(async () => {
  house = new FlipHouse();
  vault = await house.vault({ ...policy });
  flipped = await house.register(vault, mia);
});

describe('personas', () => {
  it('shape what comes while they are on, and what joins by sync; nothing is taken back', async () => {
    await house.start(vault, { kind: 'persona', persona: 'apollo', ttl_seconds: 60 });
    house.now += 1_000;
    await expect(house.start(vault, { kind: 'persona', persona: 'apollo' })).rejects.toMatchObject({ code: 'persona_active' });
    await house.order(vault, 'buy', 100);
    await house.work(vault);
    const newcomer = await house.register(vault, mia, { join: 'sync' });
    await house.work(vault);
    expect((await house.levels(newcomer)).want).toBe('125');
    house.now += 60_001;
    await house.order(vault, 'buy', 100);
    await house.work(vault);
    expect(await house.levels(flipped)).toMatchObject({ baseline: '225', target: '225', told: '225' });
    await house.start(vault, { kind: 'persona', persona: 'ares', boost: '0.1' });
    house.now += 1_000;
    await house.order(vault, 'buy', 100);
    await house.work(vault);
    expect((await house.levels(flipped)).want).toBe('115');
  });

  it('one who joins by sync during a flip gets the baseline, and flips with the next order', async () => {
    await house.order(vault, 'buy', 100);
    const flip = await house.flip(vault, 60);
    house.now += 1_000;
    const newcomer = await house.register(vault, mia, { join: 'sync' });
    await house.work(vault);
    expect(await house.levels(newcomer)).toMatchObject({ baseline: '100', target: '100' });
    await house.order(vault, 'buy', 10);
    await house.work(vault);
    expect(await house.levels(newcomer)).toMatchObject({ baseline: '110', target: '115' });
    house.now = milliseconds(flip.expires_at ?? '');
    await house.revert(vault, flip);
    await house.work(vault);
    expect(await house.levels(newcomer)).toMatchObject({ target: '110', told: '110' });
  });
});
