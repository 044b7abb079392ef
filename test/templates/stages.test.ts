import { describe, expect, it } from 'vitest';
import type { Shelf } from '../../lib/constructs/grants.ts';
import { type StageSettings, stages } from '../../lib/stages.ts';
import type { Card } from '../../shared/wiring/card.ts';
import type { Needs } from '../../shared/wiring/resources.ts';

describe('what must not compile', () => {
  it('does not', () => {
    const { watch: _, ...withoutWatch } = stages.local;
    // @ts-expect-error a stage that forgets a setting
    withoutWatch satisfies StageSettings;
    const { masterSecret: __, ...withoutSecret } = {} as Shelf;
    // @ts-expect-error a resource that nothing shelves
    withoutSecret satisfies Shelf;
    // @ts-expect-error an access that the resource does not have
    ({ table: ['Scan'] }) satisfies Needs;
    // @ts-expect-error a setting that no stage gives
    ['colour'] satisfies Card['settings'];
    expect.assertions(0);
  });
});

describe('stages', () => {
  it('let only the local platform deliver to loopback', () => {
    const targets = Object.entries(stages).map(([name, s]) => [name, s.functions.webhookTargets]);
    expect(Object.fromEntries(targets)).toEqual({ local: 'public_and_loopback', sandbox: 'public', production: 'public' });
  });

  it('start no more workers than an account has by default', () => {
    const { pollers } = stages.production.mirroring;
    const most = pollers === 'none' ? [] : Object.values(pollers).map(({ maximum }) => maximum * 10);
    expect(most.reduce((sum, n) => sum + n, 0)).toBe(1000);
  });
});
