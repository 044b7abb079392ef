/**
 * Types of BTCPay Server's webhooks after which an invoice may be another (Greenfield API, WebhookEvent). All others are
 * acknowledged and counted.
 */
export const handledEvents: ReadonlySet<string> = new Set([
  'InvoiceCreated',
  'InvoiceReceivedPayment',
  'InvoicePaymentSettled',
  'InvoiceProcessing',
  'InvoiceExpired',
  'InvoiceExpiredPaidPartial',
  'InvoicePaidAfterExpiration',
  'InvoiceSettled',
  'InvoiceInvalid',
]);
