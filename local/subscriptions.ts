import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { keys } from '../shared/adapters/dynamo/keys.ts';
import { planIds } from '../shared/domain/entitlements/plans.ts';
import { openLocalTable, type TableAddress } from './local-table.ts';

/** What `POST /local/subscription` takes (SPEC 12). */
export const subscriptionRequest = z.strictObject({ tenant_id: z.string().min(1).max(40), plan_id: z.enum(planIds) });
export type SubscriptionRequest = z.infer<typeof subscriptionRequest>;

/** Puts a tenant on a plan without paying. */
export async function subscribe({ tenant_id, plan_id }: SubscriptionRequest, address: TableAddress): Promise<void> {
  const { client, name } = openLocalTable(address);
  await client.send(
    new PutCommand({ TableName: name, Item: { ...keys.subscription(tenant_id), tenant_id, plan_id, status: 'active' } }),
  );
}
