import { z } from 'zod';
import { childIdField, idOf, listOf, nonNegativeDecimal, pageQuery, sinceField, symbolField, time } from '../contract/fields.ts';
import type { RoomSchemas } from '../contract/route-schema.ts';
import { reconciliationRecord } from '../reconciliation/report.ts';
import { fillReport } from './fill.ts';
import { managerOrderBody, navUsed, reasonRecord } from './order.ts';
import { childStates, orderStates } from './states.ts';

const levels = z.strictObject({
  baseline: z.string(),
  target: z.string(),
  base_want: z.string(),
  want: z.string(),
  told: z.string(),
});

export const managerOrderRecord = z
  .strictObject({
    /** What the manager asked; in a cancel its order's, in a refused order what of it can be read. */
    ...z.object(managerOrderBody.shape).partial().shape,
    manager_order_id: idOf('mo'),
    vault_id: idOf('vlt'),
    seq: z.int().nullable(),
    kind: z.enum(['order', 'cancel']),
    state: z.enum(orderStates),
    source: z.enum(['api', 'bus']),
    external_id: z.string().optional(),
    /** In a cancel: the order that it cancels, and what of it was filled. */
    cancels: idOf('mo').optional(),
    filled_qty: z.string().optional(),
    /** In a canceled order: its cancel. */
    canceled_by: idOf('mo').optional(),
    accepted_at: time.nullable(),
    refused_at: time.optional(),
    code: z.string().optional(),
    detail: z.string().optional(),
    position_before: z.string().optional(),
    position_after: z.string().optional(),
    reasons: z.array(reasonRecord).optional(),
    shards: z.int().optional(),
    shards_done: z.int().optional(),
    /** Children by state; `unknown` counts, beside their states, those of which nobody knows whether they happened. */
    progress: z.partialRecord(z.enum([...childStates, 'unknown']), z.int()).nullable(),
  })
  .meta({ id: 'ManagerOrder' });

export const childOrderRecord = z
  .strictObject({
    follower_order_id: childIdField,
    /** The order that it mirrors or takes back; null for what concerns single followers (sync, flatten, fixup), and for a flip's revert. */
    manager_order_id: idOf('mo').nullable(),
    kind: z.enum(['order', 'cancel', 'sync', 'flatten', 'resend', 'revert', 'fixup']),
    /** The child that a cancel takes back. */
    cancels: childIdField.optional(),
    follower_id: idOf('fol'),
    vault_id: idOf('vlt'),
    seq: z.int(),
    symbol: symbolField,
    side: z.enum(['buy', 'sell']),
    qty: z.string(),
    state: z.enum(childStates),
    unknown: z.boolean(),
    code: z.string().optional(),
    reasons: z.array(reasonRecord),
    cap_applied: z.boolean(),
    attempts: z.int(),
    last_error: z.string().optional(),
    sizing: levels.extend({ nav: navUsed.optional() }),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: 'ChildOrder' });
export type ChildOrder = z.infer<typeof childOrderRecord>;

/** A child that was given up on: the follower's tenant and the vault's manager see it. */
export const deadLetterRecord = z
  .strictObject({
    follower_order_id: childIdField,
    follower_id: idOf('fol'),
    tenant_id: idOf('ten').nullable().meta({ description: "The follower's; null where that is another tenant" }),
    vault_id: idOf('vlt'),
    manager_order_id: idOf('mo').nullable(),
    seq: z.int(),
    symbol: symbolField,
    code: z.string(),
    last_error: z.string().meta({ description: "Empty where the follower is another tenant's" }),
    attempts: z.int(),
    unknown: z.boolean(),
    redrivable: z.boolean().meta({ description: "Whether it is yours to redrive: its follower is your tenant's" }),
    dead_at: time,
  })
  .meta({ id: 'DeadLetter' });
export type DeadLetter = z.infer<typeof deadLetterRecord>;

const servingOrder = z.strictObject({
  manager_order_id: idOf('mo'),
  rule: z.string(),
  shards: z.array(z.int()).meta({ description: 'In the order in which they are rung' }),
  shard: z.int().optional(),
  followers: z
    .array(z.strictObject({ follower_id: idOf('fol'), place: z.int() }))
    .optional()
    .meta({
      description: "The shard's followers that were sent to, in that order; absent until the shard has claimed the order",
    }),
});

const preview = z.strictObject({
  follower_id: idOf('fol'),
  manager_order_id: idOf('mo'),
  seq: z.int(),
  symbol: symbolField,
  side: z.enum(['buy', 'sell']),
  qty: z.string(),
  code: z.string().optional(),
  before: levels,
  after: levels,
  nav: navUsed.optional(),
  position_after: z.string(),
  reasons: z.array(reasonRecord),
});

export const mirroringSchemas: RoomSchemas<'mirroring'> = {
  createManagerOrder: {
    summary: 'Send an order of the vault to all of its followers',
    params: { vault_id: idOf('vlt') },
    body: managerOrderBody,
    answer: { status: 202, schema: z.strictObject({ manager_order_id: idOf('mo'), seq: z.int() }) },
    codes: [
      'vault_not_found',
      'predecessor_missing',
      'symbol_not_allowed',
      'order_in_future',
      'order_stale',
      'vault_closed',
      'vault_halted',
      'vault_maintenance',
      'nothing_to_reduce',
      'position_too_large',
      'entitlement_required',
    ],
  },
  listManagerOrders: {
    summary: "A vault's orders in sequence; with state=refused those of the bus that were refused",
    params: {},
    query: z.strictObject({
      ...pageQuery,
      vault_id: idOf('vlt'),
      since: sinceField.optional(),
      state: z.literal('refused').optional(),
    }),
    answer: { status: 200, schema: listOf(managerOrderRecord) },
    codes: ['vault_not_found', 'cursor_invalid'],
  },
  getManagerOrder: {
    summary: 'An order with the counts of its children by state',
    params: { manager_order_id: idOf('mo') },
    answer: { status: 200, schema: managerOrderRecord },
    codes: ['manager_order_not_found'],
  },
  getServingOrder: {
    summary: 'The order in which shards, and the followers of one shard, are served: recomputed from the id alone',
    params: { manager_order_id: idOf('mo') },
    query: z.strictObject({
      shard: z
        .string()
        .regex(/^\d{1,4}$/, 'must be the number of a shard')
        .optional(),
    }),
    answer: { status: 200, schema: servingOrder },
    codes: ['manager_order_not_found'],
  },
  cancelManagerOrder: {
    summary: 'Cancel an order: its followers are taken back to what was filled',
    params: { manager_order_id: idOf('mo') },
    body: z.strictObject({ filled_qty: nonNegativeDecimal.optional() }),
    answer: { status: 202, schema: z.strictObject({ manager_order_id: idOf('mo'), seq: z.int() }) },
    codes: [
      'manager_order_not_found',
      'not_an_order',
      'already_canceled',
      'cancel_too_late',
      'filled_exceeds_qty',
      'vault_closed',
    ],
  },
  listFollowerOrders: {
    summary: "A follower's child orders in sequence, with their reasons",
    params: {},
    query: z.strictObject({ ...pageQuery, follower_id: idOf('fol').optional(), since: sinceField.optional() }),
    answer: { status: 200, schema: listOf(childOrderRecord) },
    codes: ['follower_not_found', 'cursor_invalid', 'follower_id_required'],
  },
  getFollowerOrder: {
    summary: 'A child order',
    params: { follower_order_id: childIdField },
    answer: { status: 200, schema: childOrderRecord },
    codes: ['follower_order_not_found'],
  },
  settleFollowerOrder: {
    summary: 'Say whether an unknown child happened',
    params: { follower_order_id: childIdField },
    body: z.strictObject({ happened: z.boolean() }),
    answer: { status: 200, schema: childOrderRecord },
    codes: ['follower_order_not_found', 'not_unknown', 'expansion_in_progress', 'cancel_in_progress', 'cancel_unknown'],
  },
  reportFill: {
    summary: "Report a fill or the end of a child; signed with the follower's secret (Standard Webhooks)",
    params: { follower_order_id: childIdField },
    body: fillReport,
    answer: { status: 200, schema: childOrderRecord },
    codes: [
      'follower_order_not_found',
      'signature_invalid',
      'fill_id_reused',
      'fill_exceeds_qty',
      'state_not_allowed',
      'not_attempted',
      'still_being_sent',
      'expansion_in_progress',
      'cancel_in_progress',
      'cancel_unknown',
    ],
  },
  getReconciliation: {
    summary: 'What the last reconciliation of the vault found, and did',
    params: { vault_id: idOf('vlt') },
    answer: { status: 200, schema: reconciliationRecord },
    codes: ['vault_not_found', 'reconciliation_not_found'],
  },
  reconcileVault: {
    summary: 'Reconcile the vault now, beside the runs that come by themselves every few minutes',
    params: { vault_id: idOf('vlt') },
    answer: { status: 202, schema: z.strictObject({ vault_id: idOf('vlt'), run_at: time }) },
    codes: ['vault_not_found'],
  },
  listDeadLetters: {
    summary: "Your followers' and your vaults' dead letters, the oldest first",
    params: {},
    query: z.strictObject({ ...pageQuery }),
    answer: { status: 200, schema: listOf(deadLetterRecord) },
    codes: ['cursor_invalid'],
  },
  redriveDeadLetter: {
    summary: 'Send a dead letter, or a child of which nobody knows whether it happened, once more: same id, same body',
    params: { follower_order_id: childIdField },
    body: z.strictObject({}),
    answer: { status: 202, schema: z.strictObject({ follower_order_id: childIdField }) },
    codes: ['follower_order_not_found', 'not_dead', 'expansion_in_progress', 'order_canceled', 'not_covered', 'not_sendable'],
  },
  previewFollower: {
    summary: "An order's size for this follower, from the recorded state before it, with every step",
    params: { follower_id: idOf('fol') },
    query: z.strictObject({ manager_order_id: idOf('mo').optional() }),
    answer: { status: 200, schema: preview },
    codes: ['follower_not_found', 'manager_order_not_found', 'follower_not_joined', 'expansion_in_progress'],
  },
};
