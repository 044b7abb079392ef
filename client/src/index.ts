/** What the package exports: the one place where other modules are named again. */
export { createClient, type VantaClient } from './client.ts';
export { type ErrorCode, type FieldError, VantaConnectionError, VantaError } from './errors.ts';
export { type Code, operations } from './generated/operations.ts';
export type { components } from './generated/types.ts';
export type { Answer, CallOptions, Input, ItemOf, ListId, OperationId, Result } from './operation.ts';
export type { RetryOptions } from './retry.ts';
export type { ClientOptions, RawRequest, Token } from './transport.ts';
export {
  type Delivery,
  type HeadersGiven,
  signWebhook,
  type Verification,
  verifyWebhook,
  type WebhookFault,
  WebhookVerificationError,
} from './webhooks.ts';
