import { beforeAll, describe, expect, it } from 'vitest';
import { functionNameOf } from '../../lib/constructs/vanta-function.ts';
import { type StageName, stageNames, stages } from '../../lib/stages.ts';
import { type Scope, tagsOf } from '../../shared/domain/tenants/scope.ts';
import type { Card } from '../../shared/wiring/card.ts';
import { type FunctionName, functions } from '../../shared/wiring/functions.ts';
import { noTag, type SessionTag, tagsFor } from '../../shared/wiring/reach.ts';
import { type Case, casesOf, ids } from './isolation-cases.ts';
import { may, mayAssume, rolesOf, type SimulatedRole } from './simulate.ts';
import { Synthesis } from './synthesis.ts';

const cards = (Object.entries(functions) as [FunctionName, Card][]).filter(([, c]) => c.needs.tenantRole !== undefined);
const apis = (Object.entries(functions) as [FunctionName, Card][]).filter(([, c]) => c.trigger.kind === 'http');

/** The tags that a function's sessions have for a scope, as the runtime gives them. */
function tagsIn(card: Card, scope: Scope): Record<string, string> {
  const all = tagsOf(scope);
  return Object.fromEntries(tagsFor(card.reach ?? {}).map((tag: SessionTag) => [tag, all[tag]]));
}

it('every API function that touches items of the table has a tenant role', () => {
  const touching = apis.filter(([, c]) => (c.needs.table ?? []).some((word) => word !== 'DescribeTable'));
  expect(touching.map(([name]) => name)).toEqual(cards.map(([name]) => name));
  expect(cards.length).toBeGreaterThanOrEqual(5);
});

describe.each(stageNames)('tenant roles of %s', (name: StageName) => {
  let synthesis: Synthesis;
  beforeAll(() => {
    synthesis = new Synthesis(name);
  });
  const roles = (fn: FunctionName) => rolesOf(synthesis, functionNameOf({ name, ...stages[name] }, fn));

  describe.each(cards)('of %s', (fn, card) => {
    const verdicts = async (role: SimulatedRole, cases: readonly Case[]) => {
      const wrong: string[] = [];
      for (const { why, scope, tags, action, keys, allowed } of cases)
        if ((await may(role, tags ?? tagsIn(card, scope), action, keys)) !== allowed)
          wrong.push(`${why}: ${action} ${keys.join(' ')} must${allowed ? '' : ' not'} be allowed`);
      return wrong;
    };

    it('let in exactly what is their own and what was opened', async () => {
      const cases = casesOf(card);
      expect(cases.filter((c) => c.allowed).length).toBeGreaterThan(5);
      expect(cases.filter((c) => !c.allowed).length).toBeGreaterThan(20);
      expect(await verdicts(roles(fn).tenant, cases)).toEqual([]);
    });

    it('are taken on by their own function alone', async () => {
      const { own, tenant } = roles(fn);
      const tags = tagsIn(card, { tenantId: ids.own });
      expect(await mayAssume(own, tenant, tags)).toBe(true);
      expect(await mayAssume(own, tenant, tags, 'TagSession')).toBe(true);
      for (const [other] of apis.filter(([n, c]) => n !== fn && c.needs.tenantRole !== undefined))
        expect(await mayAssume(roles(other).own, tenant, tags), other).toBe(false);
    });

    it('are taken on with all of their tags, of the right form, and no others', async () => {
      const { own, tenant } = roles(fn);
      const tags = tagsIn(card, { tenantId: ids.own });
      const refused: Record<string, string>[] = [
        {},
        ...Object.keys(tags).map((missing) => Object.fromEntries(Object.entries(tags).filter(([k]) => k !== missing))),
        { ...tags, role: 'owner' },
        ...['ten_*', '*', 'ten_', `${ids.own}X`, `${ids.own}#V`, '', 'tenant'].map((tenant_id) => ({ ...tags, tenant_id })),
        { ...tags, subject: '' },
      ];
      for (const asked of refused) expect(await mayAssume(own, tenant, asked), JSON.stringify(asked)).toBe(false);
    });

    it('leave to the function itself nothing but look-ups of the card', async () => {
      const { own } = roles(fn);
      const mine = [`T#${ids.own}`, `T#${ids.own}#V#${ids.vault}`, `T#${noTag}`, 'PUBLIC#VAULTS', 'OPEN#1', 'ID#SUB#ann'];
      const words = [...(card.needs.table ?? []), 'Scan', 'DeleteItem', 'BatchWriteItem'];
      for (const word of new Set(words)) {
        for (const key of mine) expect(await may(own, {}, word, [key]), `${word} ${key}`).toBe(false);
        expect(await may(own, {}, word, []), `${word} without a key`).toBe(false);
      }
      const looksUp = card.unnamed?.orderReference?.includes('GetItem') === true;
      expect(await may(own, {}, 'GetItem', [`ID#mo_${ids.ulid}`])).toBe(looksUp);
      expect(await may(own, {}, 'PutItem', [`ID#mo_${ids.ulid}`])).toBe(false);
    });
  });
});
