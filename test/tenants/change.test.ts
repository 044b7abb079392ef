import { beforeEach, describe, expect, it } from 'vitest';
import type { Table } from '../../shared/adapters/dynamo/client.ts';
import { findTenant } from '../../shared/adapters/dynamo/lookups.ts';
import { putTenant, replaceTenant, tenantChangeMade } from '../../shared/adapters/dynamo/tenant-store.ts';
import { changeTenant } from '../../shared/domain/tenants/change.ts';
import type { Tenant } from '../../shared/domain/tenants/tenant.ts';
import { timestamp } from '../../shared/kit/clock.ts';
import { dying, House, mia } from '../followers/support/house.ts';

let house: House;
const tenantId = mia.tenantId as string;
beforeEach(async () => {
  house = new House();
  const at = timestamp(house.now);
  const tenant: Tenant = {
    tenant_id: tenantId,
    name: 'First',
    kind: 'manager',
    status: 'active',
    created_at: at,
    updated_at: at,
    ver: 1,
  };
  await putTenant(house.table, tenant, { subject: mia.subject, request_id: 'r' });
});

interface How {
  readonly seed?: string;
  readonly ifMatch?: string;
  readonly table?: Table;
}
const rename = (name: string, { seed = house.seed(), ifMatch, table = house.table }: How = {}): Promise<Tenant> => {
  house.now += 10;
  const event = { action: 'tenant.changed', by: mia.subject, request_id: 'r', event_id: seed };
  return changeTenant(
    { principal: mia, tenantId, patch: { name }, seed, ifMatch },
    {
      clock: house.clock,
      find: (id) => findTenant(table, id),
      made: (id, madeBy) => tenantChangeMade(table, id, madeBy),
      replace: (next, before) => replaceTenant(table, next, before, event),
    },
  );
};
const now = async () => (await findTenant(house.table, tenantId)) as Tenant;
const changes = () => house.audit(tenantId).filter((row) => row['action'] === 'tenant.changed');

describe("a tenant's change that is run again", () => {
  it('after it died at any of its calls is made once', async () => {
    const counted = dying(house.table);
    await rename('count', { table: counted.table });
    for (let at = 1; at <= counted.calls(); at += 1)
      for (const when of ['before', 'after'] as const) {
        const { ver } = await now();
        const made = changes().length;
        const how = { seed: house.seed(), ifMatch: `"${ver}"` };
        const name = `${at} ${when}`;
        await expect(rename(name, { ...how, table: dying(house.table, at, when).table })).rejects.toThrow('died');
        expect(await rename(name, how)).toMatchObject({ name, ver: ver + 1 });
        expect(changes()).toHaveLength(made + 1);
      }
    expect(counted.calls()).toBe(3);
  });

  it('does not put an older name over a newer one', async () => {
    const seed = house.seed();
    await rename('mine', { seed });
    await rename('theirs');
    expect(await rename('mine', { seed })).toMatchObject({ name: 'theirs', ver: 3 });
    expect((await now()).name).toBe('theirs');
  });

  it('beside itself is made once', async () => {
    const seed = house.seed();
    await Promise.all([rename('both', { seed }), rename('both', { seed })]);
    expect(await now()).toMatchObject({ name: 'both', ver: 2 });
    expect(changes()).toHaveLength(1);
  });
});
