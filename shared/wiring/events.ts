/** Events on the bus, theirs and ours. Rules match on these words; SPEC 6.1. */
export const osSource = 'vanta.os';
export const platformSource = 'vanta.platform';
export const osEvents = { order: 'ManagerOrder', batch: 'ManagerOrderBatch', nav: 'NavSnapshot' } as const;
export const platformEvents = {
  orderAccepted: 'manager-order.accepted',
  orderCanceled: 'manager-order.canceled',
  overlayStarted: 'overlay.started',
  overlayEnded: 'overlay.ended',
  overlayReverted: 'overlay.reverted',
} as const;

/** What the owners of a tenant are told about its subscription (shared/domain/billing/notice.ts). */
export const noticeEvent = 'billing.notice';

/** What operators say on the bus: about tenants as a whole. */
export const opsSource = 'vanta.ops';
export const opsEvents = {
  suspended: 'TenantSuspended',
  reactivated: 'TenantReactivated',
  overridden: 'EntitlementOverridden',
  overrideEnded: 'OverrideEnded',
} as const;

/** What operators demand of billing. */
export const billingOpsEvents = { reconcile: 'BillingReconcile' } as const;

/**
 * The last characters of a vault_id (Crockford's base 32, as ULIDs are written), four to a rule: an event rule can give
 * a FIFO target only one fixed group, so that eight rules give eight vault lanes. A ninth takes what matches none.
 */
export const vaultRuleSuffixes: readonly (readonly string[])[] = [
  ['0', '1', '2', '3'],
  ['4', '5', '6', '7'],
  ['8', '9', 'A', 'B'],
  ['C', 'D', 'E', 'F'],
  ['G', 'H', 'J', 'K'],
  ['M', 'N', 'P', 'Q'],
  ['R', 'S', 'T', 'V'],
  ['W', 'X', 'Y', 'Z'],
];
