import { describe, expect, it } from 'vitest';
import { newVault, vaultView } from '../../shared/domain/vaults/create.ts';
import { vaultRecord } from '../../shared/domain/vaults/vault.ts';

const at = '2026-01-05T12:00:00.000Z';
const ulid = '01HF7YAT00000000000000000A';

describe("a vault's record", () => {
  it('shows nothing of what the platform keeps on its item', () => {
    const vault = newVault({ label: 'V', rails: ['fiat'] }, `ten_${ulid}`, `vlt_${ulid}`, at);
    const spell = { overlay_id: `ovl_${ulid}`, starts_at: at };
    const kept = {
      ...vault,
      last_time: at,
      canceled_to: 3,
      switches: [{ ...spell, kind: 'halt' as const }],
      overlays: [{ ...spell, kind: 'flip' as const, amplify: '0.1', expires_at: at }],
    };
    const shown = vaultView(kept, Date.parse(at));
    expect(vaultRecord.safeParse(shown).error?.issues).toBeUndefined();
    expect(Object.keys(shown).sort()).toEqual(Object.keys(vaultView(vault, Date.parse(at))).sort());
  });
});
