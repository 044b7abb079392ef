import type { Table } from '../../../shared/adapters/dynamo/client.ts';
import { readRoom } from '../../../shared/adapters/dynamo/usage.ts';
import type { Entitled } from '../../../shared/domain/entitlements/feature.ts';
import { type PlanId, planOf } from '../../../shared/domain/entitlements/plans.ts';
import type { Room } from '../../../shared/domain/entitlements/usage.ts';
import type { Clock } from '../../../shared/kit/clock.ts';

/** What a plan gives. */
export const on = (plan: PlanId): Entitled => ({ plan, entitlements: planOf(plan).entitlements });

/** Rooms as the table has them, for tenants that are on a plan unless their subscription says otherwise. */
export const roomsIn =
  (table: Table, clock: Clock, defaultPlan: PlanId | null = 'institutional') =>
  (tenantId: string, vaultId: string): Promise<Room> =>
    readRoom(table, tenantId, vaultId, { now: clock(), defaultPlan });

/** A tenant that uses nothing yet. */
export const emptyRoom = (plan: PlanId = 'institutional'): Room => ({ ...on(plan), usage: { followers: 0, vaults: 0 }, here: 0 });
