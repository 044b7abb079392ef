import { describe, expect, it } from 'vitest';
import { deadLetterItems } from '../../shared/adapters/dynamo/dead-letters.ts';
import type { Child } from '../../shared/domain/mirroring/child.ts';
import { type DeadLetter, deadLetterRecord } from '../../shared/domain/mirroring/schemas.ts';

const [ten, other] = ['ten_01HF7YAT00000000000000000A', 'ten_01HF7YAT00000000000000000B'];
const child = (vault_tenant_id: string) =>
  ({
    follower_order_id: 'fo_01HF7YAT00000000000000000A0000000000',
    follower_id: 'fol_01HF7YAT00000000000000000A',
    tenant_id: ten,
    vault_tenant_id,
    vault_id: 'vlt_01HF7YAT00000000000000000A',
    seq: 7,
    symbol: 'IBM',
    attempts: 5,
  }) as Child;
const lettersOf = (vaultTenant: string) =>
  deadLetterItems(child(vaultTenant), {
    code: 'timeout',
    error: 'status 500',
    unknown: true,
    at: '2026-01-05T12:00:00.000Z',
  }).map((item) => ({ pk: item['pk'], letter: deadLetterRecord.parse(item['letter']) as DeadLetter }));

describe('a dead letter', () => {
  it('of its own vault is there once, whole', () => {
    const [only, ...more] = lettersOf(ten);
    expect(more).toEqual([]);
    expect(only?.letter).toMatchObject({ tenant_id: ten, last_error: 'status 500', redrivable: true });
  });

  it("of another tenant's follower tells the manager that it is dead, and neither whose it is nor what it answered", () => {
    const [own, managers] = lettersOf(other);
    expect([own?.pk, managers?.pk]).toEqual([`T#${ten}#DEAD`, `T#${other}#DEAD`]);
    expect(own?.letter).toMatchObject({ tenant_id: ten, last_error: 'status 500', redrivable: true });
    expect(managers?.letter).toEqual({ ...own?.letter, tenant_id: null, last_error: '', redrivable: false });
    expect(JSON.stringify(managers?.letter)).not.toContain(ten);
  });
});
