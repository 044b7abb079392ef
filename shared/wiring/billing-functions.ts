import { admitting, always, api, type Card, tenantRole } from './card.ts';
import { billingOpsEvents } from './events.ts';

/** Of payment providers: takes an event in, and no more. */
const paymentWebhook = {
  memoryMb: 512,
  timeoutSeconds: 10,
  needs: { table: ['PutItem'], billingSecret: ['GetSecretValue'], billing: ['SendMessage'] },
  settings: [...always],
  trigger: { kind: 'functionUrl', most: 20 },
} as const;

/** The cards of the billing room. */
export const billingFunctions = {
  'billing-api': {
    ...api,
    entry: 'functions/billing/api.ts',
    needs: {
      table: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'ConditionCheckItem'],
      tenantRole,
      billingSecret: ['GetSecretValue'],
      billing: ['SendMessage'],
    },
    reach: { customerReference: ['PutItem'], customerList: ['PutItem'] },
    settings: [...admitting, 'stripeApiBase', 'billingReturnUrl', 'btcpayBaseUrl', 'btcpayStoreId'],
    trigger: { kind: 'http', room: 'billing' },
  },
  'billing-worker': {
    entry: 'functions/billing/worker.ts',
    memoryMb: 1024,
    timeoutSeconds: 30,
    needs: {
      table: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem'],
      billingSecret: ['GetSecretValue'],
      billing: [],
    },
    settings: [...always, 'stripeApiBase', 'billingReturnUrl', 'btcpayBaseUrl', 'btcpayStoreId'],
    trigger: { kind: 'queue', queue: 'billing', batchSize: 1 },
  },
  'billing-reconcile': {
    entry: 'functions/billing/reconcile.ts',
    memoryMb: 512,
    timeoutSeconds: 300,
    needs: {
      table: ['GetItem', 'BatchGetItem', 'Query', 'PutItem'],
      billingSecret: ['GetSecretValue'],
      billing: ['SendMessage'],
    },
    settings: [...always, 'stripeApiBase'],
    trigger: { kind: 'schedule', everyMinutes: 60, onDemand: billingOpsEvents.reconcile },
  },
  'btcpay-webhook': { ...paymentWebhook, entry: 'functions/billing/btcpay-webhook.ts' },
  'billing-clock': {
    entry: 'functions/billing/clock.ts',
    memoryMb: 512,
    timeoutSeconds: 60,
    needs: { table: ['Query'], billing: ['SendMessage'] },
    settings: [...always],
    trigger: { kind: 'schedule', everyMinutes: 10 },
  },
  'btc-reconciliation': {
    entry: 'functions/billing/btc-reconciliation.ts',
    memoryMb: 512,
    timeoutSeconds: 900,
    needs: { table: ['GetItem', 'BatchGetItem', 'PutItem', 'DeleteItem'], billingSecret: ['GetSecretValue'], billing: [] },
    settings: [...always, 'btcpayBaseUrl', 'btcpayStoreId'],
    trigger: { kind: 'schedule', everyMinutes: 1_440, onDemand: billingOpsEvents.reconcile },
  },
  notices: {
    entry: 'functions/billing/notices.ts',
    memoryMb: 512,
    timeoutSeconds: 30,
    needs: { table: ['GetItem', 'Query', 'UpdateItem'], mail: ['SendEmail'] },
    settings: [...always],
    trigger: { kind: 'queue', queue: 'notices', batchSize: 1 },
  },
  'stripe-webhook': { ...paymentWebhook, entry: 'functions/billing/stripe-webhook.ts' },
} as const satisfies Record<string, Card>;
