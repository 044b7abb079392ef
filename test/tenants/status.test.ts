import { describe, expect, it } from 'vitest';
import { changeStatus, type StatusPorts } from '../../shared/domain/tenants/status.ts';
import type { Tenant } from '../../shared/domain/tenants/tenant.ts';

const tenant_id = 'ten_01HF7YAT00000000000000000A';
const at = (time: string) => `2026-01-05T${time}Z`;

/** A tenant, and what was said of it. */
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
  readonly reported: string[] = [];

  ports(): StatusPorts {
    return {
      clock: () => Date.parse(at('12:00:00')),
      find: async () => this.tenant,
      replace: async (next) => {
        this.tenant = next;
        return true;
      },
      report: ({ code }) => void this.reported.push(code),
    };
  }

  say = (id: string, type: 'TenantSuspended' | 'TenantReactivated', time: string): Promise<void> =>
    changeStatus({ id, time, 'detail-type': type, detail: { tenant_id, why: 'w', by: 'b' } }, this.ports());
}

describe('what operators say of a tenant', () => {
  it('stands on its record, and is taken back', async () => {
    const house = new House();
    await house.say('e1', 'TenantSuspended', at('10:00:00'));
    expect(house.tenant.status).toBe('suspended');
    await house.say('e2', 'TenantReactivated', at('11:00:00'));
    expect(house.tenant.status).toBe('active');
  });

  it('that comes twice changes nothing more', async () => {
    const house = new House();
    await house.say('e1', 'TenantSuspended', at('10:00:00'));
    const { ver } = house.tenant;
    await house.say('e1', 'TenantSuspended', at('10:00:00'));
    expect([house.tenant.ver, house.tenant.status]).toEqual([ver, 'suspended']);
  });

  it('late, after a later word, is overtaken; also where that later word changed nothing', async () => {
    const house = new House();
    await house.say('e1', 'TenantSuspended', at('10:00:00'));
    await house.say('e3', 'TenantSuspended', at('12:00:00'));
    await house.say('e2', 'TenantReactivated', at('11:00:00'));
    expect([house.tenant.status, house.reported]).toEqual(['suspended', ['overtaken']]);
  });

  it('counts in the order in which it comes, of one second', async () => {
    const house = new House();
    await house.say('e1', 'TenantSuspended', at('10:00:00'));
    await house.say('e2', 'TenantReactivated', at('10:00:00'));
    expect([house.tenant.status, house.reported]).toEqual(['active', []]);
  });

  it('of a closed tenant is only reported', async () => {
    const house = new House();
    house.tenant = { ...house.tenant, status: 'closed' };
    await house.say('e1', 'TenantSuspended', at('10:00:00'));
    expect([house.tenant.status, house.reported]).toEqual(['closed', ['tenant_closed']]);
  });
});
