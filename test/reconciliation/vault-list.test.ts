import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { keys } from '../../shared/adapters/dynamo/keys.ts';
import { openPartition } from '../../shared/adapters/dynamo/open-rows.ts';
import { saveVaultChange } from '../../shared/adapters/dynamo/vault-change.ts';
import { listedVaults } from '../../shared/adapters/dynamo/vault-list.ts';
import { patched } from '../../shared/domain/vaults/change.ts';
import type { Vault } from '../../shared/domain/vaults/vault.ts';
import { limits } from '../../shared/wiring/limits.ts';
import { House } from '../followers/support/house.ts';

let house: House;
let vault: Vault;
beforeEach(async () => {
  house = new House();
  vault = await house.vault();
});

const all = async () => {
  const partitions = Array.from({ length: limits.openPartitions }, (_, n) => listedVaults(house.table, n));
  return (await Promise.all(partitions)).flat().map(({ vault_id }) => vault_id);
};
/** As a vault stands that was made before there was the list. */
const forget = () => {
  const Key = keys.listedVault(openPartition(vault.vault_id), vault.vault_id);
  house.memory.execute(new DeleteCommand({ TableName: 'house', Key }));
};

describe('the list of all vaults', () => {
  it('has every vault once, with its tenant', async () => {
    const more = await Promise.all(Array.from({ length: 40 }, () => house.vault()));
    expect((await all()).sort()).toEqual([vault, ...more].map(({ vault_id }) => vault_id).sort());
    const [mine] = (await listedVaults(house.table, openPartition(vault.vault_id))).filter((v) => v.vault_id === vault.vault_id);
    expect(mine).toEqual({ tenant_id: vault.tenant_id, vault_id: vault.vault_id });
  });

  it('gets an older vault with its next follower', async () => {
    forget();
    expect(await all()).toEqual([]);
    await house.register(vault);
    expect(await all()).toEqual([vault.vault_id]);
  });

  it('gets an older vault with its next change', async () => {
    forget();
    const next = patched(vault, { label: 'New' }, vault.updated_at);
    expect(await saveVaultChange(house.table, next, vault, { by: 'mia', request_id: 'r', seed: house.seed() })).toBe(true);
    expect(await all()).toEqual([vault.vault_id]);
  });
});
