import { listSeats } from '../../shared/adapters/dynamo/members.ts';
import { readSubscription } from '../../shared/adapters/dynamo/subscription-store.ts';
import { readUsage } from '../../shared/adapters/dynamo/usage.ts';
import { defaultPlanOf, effective } from '../../shared/domain/entitlements/effective.ts';
import { entitlementsSchemas } from '../../shared/domain/entitlements/routes.ts';
import { planViews, subscriptionView } from '../../shared/domain/entitlements/views.ts';
import { actingTenant } from '../../shared/domain/tenants/policy.ts';
import type { Principal } from '../../shared/domain/tenants/principal.ts';
import { readEnv } from '../../shared/wiring/env.ts';
import { callersIn } from '../edge/admit.ts';
import { clock } from '../edge/entropy.ts';
import { httpDoor } from '../edge/http.ts';
import type { ApiAnswer, ApiRequest } from '../edge/request.ts';
import { callersTable } from '../edge/scope.ts';

const env = readEnv('entitlements-api');
const table = callersTable('entitlements-api', env);
const defaultPlan = defaultPlanOf(env.defaultPlan);

const listPlans = async (): Promise<ApiAnswer> => ({ body: { plans: planViews() } });

async function getMySubscription({ principal }: ApiRequest): Promise<ApiAnswer> {
  const tenantId = actingTenant(principal as Principal);
  const [subscription, usage, seats] = await Promise.all([
    readSubscription(table, tenantId),
    readUsage(table, tenantId),
    listSeats(table, tenantId),
  ]);
  const now = effective(subscription, { now: clock(), defaultPlan });
  return { body: subscriptionView(subscription, now, { ...usage, seats: seats.length }) };
}

export const handler = httpDoor(
  'entitlements',
  entitlementsSchemas,
  { listPlans, getMySubscription },
  { callers: callersIn(table, env) },
);
