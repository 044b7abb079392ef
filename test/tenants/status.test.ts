import { describe, expect, it } from 'vitest';
import type { Follower } from '../../shared/domain/followers/follower.ts';
import { changeStatus, type StatusEvent, type StatusPorts } from '../../shared/domain/tenants/status.ts';
import type { Tenant } from '../../shared/domain/tenants/tenant.ts';

const tenant_id = 'ten_01HF7YAT00000000000000000A';
const at = (time: string) => `2026-01-05T${time}Z`;

/** A tenant with some followers, and what was said of it. */
class House {
  tenant: Tenant = {
    tenant_id,
    name: 'House',
    kind: 'client',
    status: 'active',
    created_at: at('08:00:00'),
    updated_at: at('08:00:00'),
    ver: 1,
  };
  readonly closed = new Map<string, boolean>();
  readonly reported: string[] = [];
  readonly later: StatusEvent[] = [];
  /** Pages that a run has time for. */
  pages = Number.POSITIVE_INFINITY;

  constructor(count: number) {
    for (let i = 0; i < count; i += 1) this.closed.set(`fol_${i}`, false);
  }

  private readonly row = (follower_id: string): Follower =>
    ({ follower_id, tenant_id, status: 'active', close_only: this.closed.get(follower_id) }) as Follower;

  ports(): StatusPorts {
    let left = this.pages;
    return {
      clock: () => Date.parse(at('12:00:00')),
      find: async () => this.tenant,
      replace: async (next) => {
        this.tenant = next;
        return true;
      },
      followers: async (_, cursor) => {
        const ids = [...this.closed.keys()];
        const start = cursor === undefined ? 0 : Number(cursor);
        return {
          items: ids.slice(start, start + 2).map(this.row),
          next_cursor: start + 2 < ids.length ? String(start + 2) : null,
        };
      },
      follower: async (id) => this.row(id),
      closeOnly: async ({ follower_id }, closeOnly) => {
        this.closed.set(follower_id, closeOnly);
        return true;
      },
      late: () => {
        left -= 1;
        return left < 0;
      },
      goOn: async (event) => void this.later.push(event),
      report: ({ code }) => void this.reported.push(code),
    };
  }

  say = (id: string, type: 'TenantSuspended' | 'TenantReactivated', time: string): Promise<void> =>
    changeStatus({ id, time, 'detail-type': type, detail: { tenant_id, why: 'w', by: 'b' } }, this.ports());
  goOn = (event: StatusEvent): Promise<void> => changeStatus(event, this.ports());
  get open(): number {
    return [...this.closed.values()].filter((closed) => !closed).length;
  }
}

describe('what operators say of a tenant', () => {
  it('closes all of its followers but for reducing, and opens them again', async () => {
    const house = new House(5);
    await house.say('e1', 'TenantSuspended', at('10:00:00'));
    expect([house.tenant.status, house.open]).toEqual(['suspended', 0]);
    await house.say('e2', 'TenantReactivated', at('11:00:00'));
    expect([house.tenant.status, house.open]).toEqual(['active', 5]);
  });

  it('that comes twice changes nothing more', async () => {
    const house = new House(3);
    await house.say('e1', 'TenantSuspended', at('10:00:00'));
    const { ver } = house.tenant;
    await house.say('e1', 'TenantSuspended', at('10:00:00'));
    expect([house.tenant.ver, house.open]).toEqual([ver, 0]);
  });

  it('late, after a later word, is overtaken; also where that later word changed nothing', async () => {
    const house = new House(3);
    await house.say('e1', 'TenantSuspended', at('10:00:00'));
    await house.say('e3', 'TenantSuspended', at('12:00:00'));
    await house.say('e2', 'TenantReactivated', at('11:00:00'));
    expect([house.tenant.status, house.open, house.reported]).toEqual(['suspended', 0, ['overtaken']]);
  });

  it('goes on in another run where one has too little time', async () => {
    const house = new House(9);
    house.pages = 2;
    await house.say('e1', 'TenantSuspended', at('10:00:00'));
    expect([house.open, house.later.length]).toEqual([5, 1]);
    house.pages = Number.POSITIVE_INFINITY;
    await house.goOn(house.later[0] as StatusEvent);
    expect(house.open).toBe(0);
  });

  it('does not go on after a later word, of the same second too', async () => {
    const house = new House(9);
    house.pages = 2;
    await house.say('e1', 'TenantSuspended', at('10:00:00'));
    house.pages = Number.POSITIVE_INFINITY;
    await house.say('e2', 'TenantReactivated', at('10:00:00'));
    await house.goOn(house.later[0] as StatusEvent);
    expect([house.tenant.status, house.open, house.reported]).toEqual(['active', 9, ['overtaken']]);
  });

  it('of a closed tenant is only reported', async () => {
    const house = new House(1);
    house.tenant = { ...house.tenant, status: 'closed' };
    await house.say('e1', 'TenantSuspended', at('10:00:00'));
    expect([house.tenant.status, house.open, house.reported]).toEqual(['closed', 1, ['tenant_closed']]);
  });
});
