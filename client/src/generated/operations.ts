// Made by `npm run client:generate` from the OpenAPI document; change the schemas instead.

import type { Method } from '../operation.ts';

/** How each operation is called. */
export const operations = {
  getOpenApi: {"method":"GET","path":"/v1/openapi.json","auth":"none","key":false,"match":false,"body":false,"list":false,"safe":true},
  getHealth: {"method":"GET","path":"/v1/health","auth":"none","key":false,"match":false,"body":false,"list":false,"safe":true},
  getMe: {"method":"GET","path":"/v1/me","auth":"token","key":false,"match":false,"body":false,"list":false,"safe":true},
  createToken: {"method":"POST","path":"/v1/auth/token","auth":"none","key":false,"match":false,"body":true,"list":false,"safe":false},
  listUsers: {"method":"GET","path":"/v1/users","auth":"token","key":false,"match":false,"body":false,"list":true,"safe":true},
  createUser: {"method":"POST","path":"/v1/users","auth":"token","key":true,"match":false,"body":true,"list":false,"safe":true},
  updateUser: {"method":"PATCH","path":"/v1/users/{user_id}","auth":"token","key":true,"match":true,"body":true,"list":false,"safe":true},
  deleteUser: {"method":"DELETE","path":"/v1/users/{user_id}","auth":"token","key":true,"match":false,"body":false,"list":false,"safe":true},
  createTenant: {"method":"POST","path":"/v1/tenants","auth":"token","key":true,"match":false,"body":true,"list":false,"safe":true},
  getTenant: {"method":"GET","path":"/v1/tenants/{tenant_id}","auth":"token","key":false,"match":false,"body":false,"list":false,"safe":true},
  updateTenant: {"method":"PATCH","path":"/v1/tenants/{tenant_id}","auth":"token","key":true,"match":true,"body":true,"list":false,"safe":true},
  listPlans: {"method":"GET","path":"/v1/plans","auth":"none","key":false,"match":false,"body":false,"list":false,"safe":true},
  getMySubscription: {"method":"GET","path":"/v1/subscriptions/me","auth":"token","key":false,"match":false,"body":false,"list":false,"safe":true},
  createVault: {"method":"POST","path":"/v1/vaults","auth":"token","key":true,"match":false,"body":true,"list":false,"safe":true},
  listVaults: {"method":"GET","path":"/v1/vaults","auth":"token","key":false,"match":false,"body":false,"list":true,"safe":true},
  getVault: {"method":"GET","path":"/v1/vaults/{vault_id}","auth":"token","key":false,"match":false,"body":false,"list":false,"safe":true},
  updateVault: {"method":"PATCH","path":"/v1/vaults/{vault_id}","auth":"token","key":true,"match":true,"body":true,"list":false,"safe":true},
  recordNav: {"method":"POST","path":"/v1/vaults/{vault_id}/nav","auth":"token","key":true,"match":false,"body":true,"list":false,"safe":true},
  listNav: {"method":"GET","path":"/v1/vaults/{vault_id}/nav","auth":"token","key":false,"match":false,"body":false,"list":true,"safe":true},
  createOverlay: {"method":"POST","path":"/v1/vaults/{vault_id}/overlay","auth":"token","key":true,"match":false,"body":true,"list":false,"safe":true},
  listOverlays: {"method":"GET","path":"/v1/vaults/{vault_id}/overlays","auth":"token","key":false,"match":false,"body":false,"list":true,"safe":true},
  deleteOverlay: {"method":"DELETE","path":"/v1/vaults/{vault_id}/overlays/{overlay_id}","auth":"token","key":true,"match":false,"body":false,"list":false,"safe":true},
  createFollower: {"method":"POST","path":"/v1/vaults/{vault_id}/followers","auth":"token","key":true,"match":false,"body":true,"list":false,"safe":true},
  listFollowers: {"method":"GET","path":"/v1/vaults/{vault_id}/followers","auth":"token","key":false,"match":false,"body":false,"list":true,"safe":true},
  getFollower: {"method":"GET","path":"/v1/followers/{follower_id}","auth":"token","key":false,"match":false,"body":false,"list":false,"safe":true},
  updateFollower: {"method":"PATCH","path":"/v1/followers/{follower_id}","auth":"token","key":true,"match":true,"body":true,"list":false,"safe":true},
  deleteFollower: {"method":"DELETE","path":"/v1/followers/{follower_id}","auth":"token","key":true,"match":false,"body":false,"list":false,"safe":true},
  rotateFollowerKey: {"method":"POST","path":"/v1/followers/{follower_id}/rotate-key","auth":"token","key":true,"match":true,"body":false,"list":false,"safe":true},
  testFollower: {"method":"POST","path":"/v1/followers/{follower_id}/test-event","auth":"token","key":true,"match":false,"body":false,"list":false,"safe":true},
  recordFollowerNav: {"method":"POST","path":"/v1/followers/{follower_id}/nav","auth":"token","key":true,"match":false,"body":true,"list":false,"safe":true},
  reportPositions: {"method":"POST","path":"/v1/followers/{follower_id}/positions","auth":"token","key":true,"match":false,"body":true,"list":false,"safe":true},
  listPositions: {"method":"GET","path":"/v1/followers/{follower_id}/positions","auth":"token","key":false,"match":false,"body":false,"list":true,"safe":true},
  previewFollower: {"method":"GET","path":"/v1/followers/{follower_id}/preview","auth":"token","key":false,"match":false,"body":false,"list":false,"safe":true},
  createManagerOrder: {"method":"POST","path":"/v1/vaults/{vault_id}/manager-orders","auth":"token","key":true,"match":false,"body":true,"list":false,"safe":true},
  listManagerOrders: {"method":"GET","path":"/v1/manager-orders","auth":"token","key":false,"match":false,"body":false,"list":true,"safe":true},
  getManagerOrder: {"method":"GET","path":"/v1/manager-orders/{manager_order_id}","auth":"token","key":false,"match":false,"body":false,"list":false,"safe":true},
  getServingOrder: {"method":"GET","path":"/v1/manager-orders/{manager_order_id}/serving-order","auth":"token","key":false,"match":false,"body":false,"list":false,"safe":true},
  cancelManagerOrder: {"method":"POST","path":"/v1/manager-orders/{manager_order_id}/cancel","auth":"token","key":true,"match":false,"body":true,"list":false,"safe":true},
  listFollowerOrders: {"method":"GET","path":"/v1/follower-orders","auth":"token","key":false,"match":false,"body":false,"list":true,"safe":true},
  getFollowerOrder: {"method":"GET","path":"/v1/follower-orders/{follower_order_id}","auth":"token","key":false,"match":false,"body":false,"list":false,"safe":true},
  settleFollowerOrder: {"method":"POST","path":"/v1/follower-orders/{follower_order_id}/settle","auth":"token","key":true,"match":false,"body":true,"list":false,"safe":true},
  reportFill: {"method":"POST","path":"/v1/follower-orders/{follower_order_id}/fills","auth":"signature","key":false,"match":false,"body":true,"list":false,"safe":true},
  getReconciliation: {"method":"GET","path":"/v1/vaults/{vault_id}/reconciliation","auth":"token","key":false,"match":false,"body":false,"list":false,"safe":true},
  reconcileVault: {"method":"POST","path":"/v1/vaults/{vault_id}/reconciliation","auth":"token","key":true,"match":false,"body":false,"list":false,"safe":true},
  listDeadLetters: {"method":"GET","path":"/v1/dead-letters","auth":"token","key":false,"match":false,"body":false,"list":true,"safe":true},
  redriveDeadLetter: {"method":"POST","path":"/v1/dead-letters/{follower_order_id}/redrive","auth":"token","key":true,"match":false,"body":true,"list":false,"safe":true},
  changePlan: {"method":"POST","path":"/v1/subscriptions/change-plan","auth":"token","key":true,"match":false,"body":true,"list":false,"safe":true},
  previewChange: {"method":"GET","path":"/v1/subscriptions/change-preview","auth":"token","key":false,"match":false,"body":false,"list":false,"safe":true},
  cancelSubscription: {"method":"POST","path":"/v1/subscriptions/cancel","auth":"token","key":true,"match":false,"body":false,"list":false,"safe":true},
  resumeSubscription: {"method":"POST","path":"/v1/subscriptions/resume","auth":"token","key":true,"match":false,"body":false,"list":false,"safe":true},
  openPortal: {"method":"POST","path":"/v1/subscriptions/portal","auth":"token","key":true,"match":false,"body":false,"list":false,"safe":true},
  listInvoices: {"method":"GET","path":"/v1/invoices","auth":"token","key":false,"match":false,"body":false,"list":true,"safe":true},
  refundInvoice: {"method":"POST","path":"/v1/invoices/{invoice_id}/refund","auth":"token","key":true,"match":false,"body":true,"list":false,"safe":true},
} as const;

/** One method per operation. */
export interface Methods {
  /** This document. Public: no token is needed. */
  getOpenApi: Method<'getOpenApi'>;
  /** Version, region, and whether each dependency answers. Public: no token is needed. */
  getHealth: Method<'getHealth'>;
  /** Who the token says you are. Any valid token, also of a person without a tenant. */
  getMe: Method<'getMe'>;
  /** Exchange a code (PKCE), a refresh token or the credentials of a machine client for tokens. Public: no token is needed. */
  createToken: Method<'createToken'>;
  /** The members of your tenant. Scope `tenant:manage`. */
  listUsers: Method<'listUsers'>;
  /** Invite somebody to your tenant by e-mail. Scope `tenant:manage`. */
  createUser: Method<'createUser'>;
  /** Change a member's role; it counts from the next request on. Scope `tenant:manage`. */
  updateUser: Method<'updateUser'>;
  /** Remove a member and end its sessions. Scope `tenant:manage`. */
  deleteUser: Method<'deleteUser'>;
  /** Create the tenant of a signed-in person without one; the caller becomes its owner. Any valid token, also of a person without a tenant. */
  createTenant: Method<'createTenant'>;
  /** Read your tenant. Scope `tenant:manage`. */
  getTenant: Method<'getTenant'>;
  /** Change your tenant. Scope `tenant:manage`. */
  updateTenant: Method<'updateTenant'>;
  /** The plans, what they cost and what they give. Public: no token is needed. */
  listPlans: Method<'listPlans'>;
  /** Your plan, what it gives and why, and what of it you use. Scope `billing:read`. */
  getMySubscription: Method<'getMySubscription'>;
  /** Create a vault. Scope `mirror:manage`. */
  createVault: Method<'createVault'>;
  /** Your vaults, then the public ones of others. Scope `vault:read`. */
  listVaults: Method<'listVaults'>;
  /** Read a vault; a public one of another tenant is redacted. Scope `vault:read`. */
  getVault: Method<'getVault'>;
  /** Change a vault's settings, for orders accepted after it; status: closed is final. Scope `mirror:manage`. */
  updateVault: Method<'updateVault'>;
  /** Record the vault's net asset value at a time, in USD. Scope `mirror:manage`. */
  recordNav: Method<'recordNav'>;
  /** The vault's net asset values, the newest first. Scope `vault:read`. */
  listNav: Method<'listNav'>;
  /** Put a vault into maintenance, halt it, flip it or one follower for a while, or let a persona shape it. Scope `mirror:manage`, or the person of role follower whose follower it is. */
  createOverlay: Method<'createOverlay'>;
  /** A vault's overlays, the ended ones too; of another tenant's vault those of the vault and of one's own followers. Scope `vault:read`, or the person of role follower whose follower it is. */
  listOverlays: Method<'listOverlays'>;
  /** End an overlay now; a flip gives its extra back. Scope `mirror:manage`, or the person of role follower whose follower it is. */
  deleteOverlay: Method<'deleteOverlay'>;
  /** Register a follower on a vault; its signing secret is shown once. Scope `follower:manage`. */
  createFollower: Method<'createFollower'>;
  /** The followers of a vault; those of other tenants are redacted. Scope `follower:manage`. */
  listFollowers: Method<'listFollowers'>;
  /** Read a follower. Scope `follower:manage`, or the person of role follower whose follower it is. */
  getFollower: Method<'getFollower'>;
  /** Change a follower's settings; nothing moves by itself, but for join: sync. Scope `follower:manage`, or the person of role follower whose follower it is. */
  updateFollower: Method<'updateFollower'>;
  /** Stop mirroring; with positions=flatten closing children go out first. Scope `follower:manage`, or the person of role follower whose follower it is. */
  deleteFollower: Method<'deleteFollower'>;
  /** A new signing secret, shown once; the one before it stays valid for 24 hours. Scope `follower:manage`, or the person of role follower whose follower it is. */
  rotateFollowerKey: Method<'rotateFollowerKey'>;
  /** Send a signed test event to the follower's webhook, and see what came of it. Scope `follower:manage`, or the person of role follower whose follower it is. */
  testFollower: Method<'testFollower'>;
  /** Record the net asset value of the follower's account at a time, in USD. Scope `follower:manage`, or the person of role follower whose follower it is. */
  recordFollowerNav: Method<'recordFollowerNav'>;
  /** Say what the follower's account holds of symbols at a time, whatever was filled: reconciliation compares it. Scope `follower:manage`, or the person of role follower whose follower it is. */
  reportPositions: Method<'reportPositions'>;
  /** What the follower should hold, was told, and reported, by symbol. Scope `orders:read`, or the person of role follower whose follower it is. */
  listPositions: Method<'listPositions'>;
  /** An order's size for this follower, from the recorded state before it, with every step. Scope `vault:read`, or the person of role follower whose follower it is. */
  previewFollower: Method<'previewFollower'>;
  /** Send an order of the vault to all of its followers. Scope `mirror:manage`. */
  createManagerOrder: Method<'createManagerOrder'>;
  /** A vault's orders in sequence; with state=refused those of the bus that were refused. Scope `orders:read`. */
  listManagerOrders: Method<'listManagerOrders'>;
  /** An order with the counts of its children by state. Scope `orders:read`. */
  getManagerOrder: Method<'getManagerOrder'>;
  /** The order in which shards, and the followers of one shard, are served: recomputed from the id alone. Scope `orders:read`. */
  getServingOrder: Method<'getServingOrder'>;
  /** Cancel an order: its followers are taken back to what was filled. Scope `mirror:manage`. */
  cancelManagerOrder: Method<'cancelManagerOrder'>;
  /** A follower's child orders in sequence, with their reasons. Scope `orders:read`, or the person of role follower whose follower it is. */
  listFollowerOrders: Method<'listFollowerOrders'>;
  /** A child order. Scope `orders:read`, or the person of role follower whose follower it is. */
  getFollowerOrder: Method<'getFollowerOrder'>;
  /** Say whether an unknown child happened. Scope `mirror:manage`, or the person of role follower whose follower it is. */
  settleFollowerOrder: Method<'settleFollowerOrder'>;
  /** Report a fill or the end of a child; signed with the follower's secret (Standard Webhooks). Signed by the follower (Standard Webhooks), at most 5 minutes before, or with a token: scope `follower:manage`, or the person of role follower whose follower it is. What is reported twice counts once, so it needs no key. */
  reportFill: Method<'reportFill'>;
  /** What the last reconciliation of the vault found, and did. Scope `orders:read`. */
  getReconciliation: Method<'getReconciliation'>;
  /** Reconcile the vault now, beside the runs that come by themselves every few minutes. Scope `mirror:manage`. */
  reconcileVault: Method<'reconcileVault'>;
  /** Your followers' and your vaults' dead letters, the oldest first. Scope `mirror:manage`. */
  listDeadLetters: Method<'listDeadLetters'>;
  /** Send a dead letter, or a child of which nobody knows whether it happened, once more: same id, same body. Scope `mirror:manage`. */
  redriveDeadLetter: Method<'redriveDeadLetter'>;
  /** Subscribe, change the plan, or take a change back that waits. Scope `billing:manage`. */
  changePlan: Method<'changePlan'>;
  /** What a change of plan costs now, to the cent. Scope `billing:read`. */
  previewChange: Method<'previewChange'>;
  /** End the subscription with the period that is paid. Scope `billing:manage`. */
  cancelSubscription: Method<'cancelSubscription'>;
  /** Take a cancellation back before the period ends. Scope `billing:manage`. */
  resumeSubscription: Method<'resumeSubscription'>;
  /** A page of the payment provider: cards, addresses, invoices. Scope `billing:manage`. */
  openPortal: Method<'openPortal'>;
  /** Invoices of both rails, newest first. Scope `billing:read`. */
  listInvoices: Method<'listInvoices'>;
  /** Give back what was paid, all or a part; owners only. Scope `billing:manage`. */
  refundInvoice: Method<'refundInvoice'>;
}

/** Every code that a refusal can have. */
export type Code =
  | 'already_canceled'
  | 'already_in_tenant'
  | 'already_member'
  | 'asset_not_found'
  | 'billing_in_progress'
  | 'billing_unavailable'
  | 'binding_kind_fixed'
  | 'binding_required'
  | 'binding_unavailable'
  | 'body_too_large'
  | 'cancel_in_progress'
  | 'cancel_pending'
  | 'cancel_too_late'
  | 'cancel_unknown'
  | 'cap_required'
  | 'checkout_expired'
  | 'cursor_invalid'
  | 'downgrade_pending'
  | 'entitlement_required'
  | 'expansion_in_progress'
  | 'fill_exceeds_qty'
  | 'fill_id_reused'
  | 'filled_exceeds_qty'
  | 'flatten_impossible'
  | 'flip_active'
  | 'flip_amplify_out_of_bounds'
  | 'flip_reverting'
  | 'flip_ttl_out_of_bounds'
  | 'follower_id_required'
  | 'follower_left'
  | 'follower_not_found'
  | 'follower_not_joined'
  | 'follower_order_not_found'
  | 'follower_stopped'
  | 'idempotency_in_progress'
  | 'idempotency_key_invalid'
  | 'idempotency_key_required'
  | 'idempotency_key_reused'
  | 'internal'
  | 'invalid_client'
  | 'invalid_grant'
  | 'invalid_request'
  | 'invalid_scope'
  | 'invoice_not_found'
  | 'issuer_unavailable'
  | 'json_malformed'
  | 'kill_switch_on'
  | 'last_owner'
  | 'manager_may_only_stop'
  | 'manager_order_not_found'
  | 'nav_in_future'
  | 'nav_recorded'
  | 'no_subscription'
  | 'not_a_member'
  | 'not_an_order'
  | 'not_attempted'
  | 'not_covered'
  | 'not_dead'
  | 'not_sendable'
  | 'not_unknown'
  | 'nothing_to_reduce'
  | 'nothing_to_refund'
  | 'order_canceled'
  | 'order_in_future'
  | 'order_stale'
  | 'other_rail'
  | 'overlay_ended'
  | 'overlay_not_found'
  | 'owner_required'
  | 'payment_action_required'
  | 'payment_declined'
  | 'payment_due'
  | 'payment_under_way'
  | 'person_required'
  | 'person_unconfirmed'
  | 'persona_active'
  | 'persona_not_allowed'
  | 'plan_unchanged'
  | 'position_in_future'
  | 'position_too_large'
  | 'precondition_failed'
  | 'predecessor_missing'
  | 'preview_stale'
  | 'rail_unavailable'
  | 'rate_limited'
  | 'reconciliation_not_found'
  | 'refund_exceeds_paid'
  | 'refund_refused'
  | 'scope_required'
  | 'signature_invalid'
  | 'state_not_allowed'
  | 'still_being_sent'
  | 'symbol_not_allowed'
  | 'sync_impossible'
  | 'tenant_closed'
  | 'tenant_kind'
  | 'tenant_not_found'
  | 'tenant_required'
  | 'tenant_suspended'
  | 'too_many_overlays'
  | 'too_many_test_events'
  | 'unauthenticated'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'user_not_found'
  | 'validation_failed'
  | 'vault_closed'
  | 'vault_full'
  | 'vault_halted'
  | 'vault_maintenance'
  | 'vault_not_found'
  | 'webhook_url_refused';
