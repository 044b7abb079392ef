import { describe, expect, it } from 'vitest';
import type { Reply, Seen } from '../client/support/server.ts';
import { exampleOf } from './support/example-api.ts';
import { machine } from './support/shell.ts';

const example = exampleOf({ method: 'GET', url: '/v1/manager-orders/mo_1', body: '' }).body as Record<string, unknown>;
const orderAs = <T extends object>(state: string, more?: T) => ({ ...example, state, ...more }) as { state: string } & T;
const lines = (out: string) =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { state: string; seq: number });

describe('watching an order', () => {
  it('tells each change once, as JSON Lines, until it is completed', async () => {
    const states = ['accepted', 'accepted', 'expanding', 'completed'];
    const { vanta, seen } = await machine(states.map((state): Reply => ({ body: orderAs(state) })));
    const { exitCode, out } = await vanta(['orders', 'watch', 'mo_1', '--json']);
    expect([exitCode, lines(out).map(({ state }) => state)]).toEqual([0, ['accepted', 'expanding', 'completed']]);
    expect(seen).toHaveLength(4);
  });

  it.each([
    ['completed', 0],
    ['canceled', 0],
    ['refused', 1],
    ['expired', 1],
  ])('that is %s ends with %i', async (state, exitCode) => {
    const { vanta } = await machine([{ body: orderAs(state) }]);
    const ran = await vanta(['orders', 'watch', 'mo_1']);
    expect([ran.exitCode, ran.out]).toEqual([exitCode, expect.stringContaining(state)]);
  });

  it('that there is not ends with 4', async () => {
    const { vanta } = await machine([{ status: 404, body: { code: 'manager_order_not_found' } }]);
    expect((await vanta(['orders', 'watch', 'mo_1'])).exitCode).toBe(4);
  });
});

describe('watching a vault', () => {
  /** A vault of 12 orders; the last is counted only when it is asked for by its id, and is completed at the third look. */
  function vaultOf12() {
    let looks = 0;
    const listed = (seq: number) => orderAs('completed', { seq, manager_order_id: `mo_${seq}`, progress: { ack: 1 } });
    return (request: Seen): Reply => {
      const url = new URL(request.url, 'http://x');
      if (url.pathname.startsWith('/v1/vaults/')) return { body: { ...(exampleOf(request).body as object), seq: 12 } };
      if (url.pathname === '/v1/manager-orders/mo_12') {
        looks += 1;
        return {
          body: { ...listed(12), state: looks < 3 ? 'dispatched' : 'completed', progress: looks < 3 ? { retry: 1 } : { ack: 1 } },
        };
      }
      const since = Number(url.searchParams.get('since'));
      const all = Array.from({ length: 12 }, (_, i) => listed(i + 1)).map((o) =>
        o.seq === 12 ? { ...o, state: 'dispatched', progress: null } : o,
      );
      return { body: { items: all.filter(({ seq }) => seq >= since), next_cursor: null } };
    };
  }

  it('tells its last orders, then what changes, until nothing is under way', async () => {
    const { vanta, seen } = await machine(vaultOf12());
    const { exitCode, out } = await vanta(['orders', 'watch', 'vlt_1', '--until-done', '--json']);
    expect(exitCode).toBe(0);
    expect(lines(out).map(({ seq, state }) => `${seq} ${state}`)).toEqual([
      ...[3, 4, 5, 6, 7, 8, 9, 10, 11].map((seq) => `${seq} completed`),
      '12 dispatched',
      '12 completed',
    ]);
    const lists = seen.filter(({ url }) => url.startsWith('/v1/manager-orders?')).map(({ url }) => /since=(\d+)/.exec(url)?.[1]);
    expect(lists).toEqual(['3', '13', '13']);
  });

  it('of another tenant is refused', async () => {
    const redacted = { vault_id: 'vlt_1', label: 'V', rails: ['fiat'], personas: [], risk_profile: {}, public: true };
    const { vanta } = await machine([{ body: redacted }]);
    const { exitCode, err } = await vanta(['orders', 'watch', 'vlt_1', '--json']);
    expect([exitCode, JSON.parse(err)]).toMatchObject([1, { code: 'not_yours' }]);
  });
});
