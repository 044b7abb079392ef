import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { replaceFollower } from '../../shared/adapters/dynamo/follower-store.ts';
import { keys } from '../../shared/adapters/dynamo/keys.ts';
import { findVault } from '../../shared/adapters/dynamo/lookups.ts';
import { readSubscription, saveSubscription } from '../../shared/adapters/dynamo/subscription-store.ts';
import { readUsage } from '../../shared/adapters/dynamo/usage.ts';
import { saveVaultChange } from '../../shared/adapters/dynamo/vault-change.ts';
import { putVaultInRoom } from '../../shared/adapters/dynamo/vault-store.ts';
import type { PlanId } from '../../shared/domain/entitlements/plans.ts';
import type { Follower } from '../../shared/domain/followers/follower.ts';
import { openVault } from '../../shared/domain/vaults/open.ts';
import type { Vault } from '../../shared/domain/vaults/vault.ts';
import { timestamp } from '../../shared/kit/clock.ts';
import { carl, dying, House, mia } from '../followers/support/house.ts';
import { aroundTable } from '../world/memory/around.ts';
import { mayDie } from '../world/memory/died.ts';
import { roomsIn } from './support/room.ts';

let house: House;
beforeEach(() => {
  house = new House();
  house.plan = 'core';
});
const carls = carl.tenantId ?? '';
const mias = mia.tenantId ?? '';
const used = (tenantId = carls) => readUsage(house.table, tenantId);
const refused = (entitlement: string, plans: readonly string[]) => ({
  status: 403,
  code: 'entitlement_required',
  extra: { entitlement, plan: house.plan, plans },
});

function open(seed = house.seed(), table = house.table): Promise<Vault> {
  return openVault(
    { principal: mia, body: { label: 'V', rails: ['fiat'], public: true }, seed },
    {
      clock: house.clock,
      backOff: async () => undefined,
      room: roomsIn(table, house.clock, house.plan),
      vault: (id) => findVault(table, id),
      put: (vault, room) => putVaultInRoom(table, vault, { subject: 'mia', request_id: 'r', room }),
    },
  );
}
const subscribed = async (plan_id: PlanId, tenant_id = carls) => {
  const before = await readSubscription(house.table, tenant_id);
  const at = timestamp(house.now);
  const event = { event_id: house.seed(), action: 'subscription.granted', by: 'test' };
  const granted = {
    tenant_id,
    plan_id,
    rail: 'granted',
    interval: 'month',
    status: 'active',
    created_at: at,
    updated_at: at,
    ver: (before?.ver ?? 0) + 1,
  } as const;
  return saveSubscription(house.table, granted, before, { event });
};

describe('followers', () => {
  it('are as many as the plan says; a refusal names what is missing and who has it, and leaves nothing', async () => {
    const vault = await house.vault();
    for (let n = 0; n < 5; n += 1) await house.register(await house.vaultNow(vault));
    const before = house.rows().length;
    await expect(house.register(await house.vaultNow(vault))).rejects.toMatchObject(
      refused('followers', ['pro', 'institutional']),
    );
    expect([await used(), house.rows().length]).toEqual([{ followers: 5, vaults: 1 }, before]);
  });

  it.each(['capped', 'shadow'] as const)('of mode %s need a plan that has it', async (mode) => {
    const vault = await house.vault();
    const asked = house.register(vault, carl, { mode, max_pos_usd: '1000' });
    await expect(asked).rejects.toMatchObject(refused(`mode_${mode}`, ['pro', 'institutional']));
    house.plan = 'pro';
    expect(await house.register(vault, carl, { mode, max_pos_usd: '1000' })).toMatchObject({ mode });
  });

  it('on a second vault need room for it', async () => {
    const [one, two] = [await house.vault(), await house.vault()];
    await house.register(one);
    await expect(house.register(two)).rejects.toMatchObject(refused('vaults', ['pro', 'institutional']));
    expect((await house.register(await house.vaultNow(one))).vault_id).toBe(one.vault_id);
  });

  it('without a plan are none', async () => {
    house.plan = null;
    await expect(house.register(await house.vault())).rejects.toMatchObject(refused('vaults', ['core', 'pro', 'institutional']));
  });

  it('two at once for the last place: one has it, the other is refused', async () => {
    const vault = await house.vault();
    for (let n = 0; n < 4; n += 1) await house.register(await house.vaultNow(vault));
    const both = await Promise.allSettled([house.register(vault), house.register(vault)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const lost = both.find((one) => one.status === 'rejected');
    expect(lost?.reason).toMatchObject({ code: 'entitlement_required' });
    expect((await used()).followers).toBe(5);
  });

  it('that leave give their place back, once', async () => {
    const vault = await house.vault();
    const made: Follower[] = [];
    for (let n = 0; n < 5; n += 1) made.push(await house.register(await house.vaultNow(vault)));
    await house.leave(made[0] as Follower);
    await house.leave(made[0] as Follower);
    await house.leave(made[1] as Follower, 'flatten');
    expect(await used()).toEqual({ followers: 3, vaults: 1 });
    for (const follower of made.slice(2)) await house.leave(follower);
    expect(await used()).toEqual({ followers: 0, vaults: 0 });
    expect((await house.register(await house.vault())).status).toBe('active');
  });

  it('are taken by the plan that holds when they are written, not by the one that was read', async () => {
    const vault = await house.vault();
    await subscribed('pro');
    // Between what was read and what is written the plan becomes a smaller one.
    const racing = aroundTable(house.table, async (command, go) => {
      if (command.constructor.name === 'TransactWriteCommand' && !downgraded) {
        downgraded = true;
        await subscribed('core');
      }
      return go();
    });
    let downgraded = false;
    const asked = house.register(vault, carl, { mode: 'capped', max_pos_usd: '1' }, 100, racing);
    await expect(asked).rejects.toMatchObject({ code: 'entitlement_required', extra: { plan: 'core' } });
    expect([downgraded, await used()]).toEqual([true, { followers: 0, vaults: 0 }]);
  });

  it('change to a mode only by the plan that holds when it is written', async () => {
    await subscribed('pro');
    const follower = await house.register(await house.vault());
    const held = await roomsIn(house.table, house.clock, null)(carls, follower.vault_id);
    await subscribed('core');
    const next = { ...follower, mode: 'shadow' as const, ver: 2 };
    const event = { by: 'carl', request_id: 'r', before: {}, after: {}, event_id: house.seed(), held };
    expect(await replaceFollower(house.table, next, 1, event)).toBe(false);
    expect((await house.followerNow(follower)).mode).toBe('proportional');
  });
});

describe('vaults', () => {
  it('owned and followed count once each; a closed one gives its place back', async () => {
    const vault = await open();
    await expect(open()).rejects.toMatchObject(refused('vaults', ['pro', 'institutional']));
    await house.register(vault, mia);
    expect(await used(mias)).toEqual({ followers: 1, vaults: 1 });
    const before = await house.vaultNow(vault);
    const closed = { ...before, status: 'closed' as const, ver: before.ver + 1 };
    expect(await saveVaultChange(house.table, closed, before, { by: 'mia', request_id: 'r', seed: house.seed() })).toBe(true);
    // It is followed still.
    expect(await used(mias)).toEqual({ followers: 1, vaults: 1 });
  });

  it('are made once however often it is asked, also at the limit', async () => {
    const seed = house.seed();
    const vault = await open(seed);
    expect(await open(seed)).toEqual(vault);
    expect(await used(mias)).toEqual({ followers: 0, vaults: 1 });
  });

  it('two at once for the last place: one is opened', async () => {
    const both = await Promise.allSettled([open(), open()]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect((await used(mias)).vaults).toBe(1);
  });

  it.each([...'123456789'].flatMap((n) => [[Number(n), 'before'] as const, [Number(n), 'after'] as const]))(
    'who dies at call %i, %s it, and asks again has one, counted once',
    async (call, when) => {
      const seed = house.seed();
      await mayDie(open(seed, dying(house.table, call, when).table));
      const vault = await open(seed);
      expect([vault.vault_id, await used(mias)]).toEqual([`vlt_${seed}`, { followers: 0, vaults: 1 }]);
    },
  );
});

describe('a tenant of before there were counts', () => {
  it('lets a follower leave that was never counted', async () => {
    const vault = await house.vault();
    const follower = await house.register(vault);
    const Item = { ...keys.vaultUsage(carls, vault.vault_id), refs: 0 };
    await house.table.client.send(new PutCommand({ TableName: house.table.name, Item }));
    expect((await house.leave(follower)).status).toBe('left');
  });

  it('is counted as it stands when that is first needed', async () => {
    const [one, two] = [await house.vault(), await house.vault()];
    house.plan = 'institutional';
    const made: Follower[] = [];
    for (const vault of [one, one, two, two, two]) made.push(await house.register(await house.vaultNow(vault)));
    await house.register(await house.vaultNow(one), mia);
    await house.leave(made[0] as Follower);
    for (const { pk, sk } of house.rows().filter((row) => row.sk.startsWith('USAGE')))
      await house.table.client.send(new DeleteCommand({ TableName: house.table.name, Key: { pk, sk } }));
    expect(await used()).toEqual({ followers: 4, vaults: 2 });
    expect(await used(mias)).toEqual({ followers: 1, vaults: 2 });
    await house.leave(made[1] as Follower);
    expect(await used()).toEqual({ followers: 3, vaults: 1 });
    await house.register(await house.vaultNow(one));
    expect(await used()).toEqual({ followers: 4, vaults: 2 });
  });
});
