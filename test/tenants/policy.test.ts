import { describe, expect, it } from 'vitest';
import * as policy from '../../shared/domain/tenants/policy.ts';
import { load, mutantsOf } from './support/mutants.ts';
import { callers, confusions, contract, faults } from './support/policy-table.ts';

const path = 'shared/domain/tenants/policy.ts';
const deciding = ['decide', 'whyNotTry', 'mayAsOneself', 'whyNotTenant', 'sightOf', 'followerSight'];

describe('the policy (SPEC 3)', () => {
  it('decides every route x every caller x own, other, public, shared and missing as the contract says', () => {
    expect(Object.keys(contract).length * callers.length).toBeGreaterThan(500);
    expect(faults(policy.decide)).toEqual([]);
  });

  it('takes nothing for a thing of another kind', () => expect(confusions(policy.decide)).toEqual([]));

  it('refuses with the scope that is missing', () => {
    const auditor = callers.find((c) => c.name === 'auditor')?.principal;
    expect(() => policy.mayTry(auditor, 'createVault')).toThrow(expect.objectContaining({ extra: { scope: 'mirror:manage' } }));
  });
});

describe('mutants of the policy', () => {
  const mutants = mutantsOf(path, deciding);

  /** Changes that change nothing, and why. */
  const same: Readonly<Record<string, string>> = {
    "kind === 'vault' && facts.public -> facts.public": 'only a vault has public: the first half is there for its type',
  };
  const real = mutants.filter(({ what }) => same[what] === undefined);

  it('are made of every check, all but those that change nothing', () => {
    expect(real.length).toBeGreaterThan(60);
    expect(mutants.length - real.length).toBe(Object.keys(same).length);
  });

  it.each(real)('$what is seen', async (mutant) => {
    const { decide } = await load<typeof policy>(path, mutant);
    const seen = (() => {
      try {
        return [...faults(decide), ...confusions(decide)];
      } catch (error) {
        return [String(error)];
      }
    })();
    expect(seen).not.toEqual([]);
  });
});
