import { redactedVaultView } from '../../domain/vaults/create.ts';
import type { Vault } from '../../domain/vaults/vault.ts';
import { keys } from './keys.ts';

/**
 * A public vault in the list that everybody reads. The row is all that others see of it, so that nobody needs to read another
 * tenant's vault to show less of it; whoever changes a vault writes, or removes, this row with it.
 */
export interface PublicVault {
  readonly tenant_id: string;
  readonly vault_id: string;
  readonly public: true;
  readonly view: ReturnType<typeof redactedVaultView>;
}

export const publicVaultItem = (vault: Vault) => ({
  ...keys.publicVault(vault.vault_id),
  tenant_id: vault.tenant_id,
  vault_id: vault.vault_id,
  view: redactedVaultView(vault),
});

export const publicVaultOf = (item: Record<string, unknown>): PublicVault => ({
  tenant_id: item['tenant_id'] as string,
  vault_id: item['vault_id'] as string,
  public: true,
  view: item['view'] as PublicVault['view'],
});
