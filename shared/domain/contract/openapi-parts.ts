import { limits } from '../../wiring/limits.ts';
import { type ApiRoom, type Scope, scopes } from '../../wiring/routes.ts';

/** Parts of the OpenAPI document that no route's schema says: what it is about, who calls, the headers. */

export const info = (version: string) => ({
  title: 'VANTA Platform',
  version,
  summary: "Mirrors a vault manager's orders to followers' own accounts.",
  description: [
    'Organisations subscribe; the broker accounts of their followers mirror a vault. The platform holds no money: it sends',
    "signed instructions to a follower's webhook.",
    '',
    '- **Numbers** that matter (quantities, prices, amounts, factors) are decimal strings, never JSON numbers. **Times** are RFC 3339, UTC.',
    '- **Errors** are problem documents (RFC 9457) with a `code` from the closed list of their route and status. What API Gateway',
    '  answers by itself (401, 403, 413, 429, 5xx) keeps its own form, `{"message": "..."}`.',
    `- **Idempotency**: what changes something takes an \`Idempotency-Key\`. The same key with the same request gives the first answer`,
    `  again for ${limits.idempotencyHours} hours, with \`Idempotent-Replayed: true\`.`,
    `- **Lists** give \`{items, next_cursor}\`: at most ${limits.pageItems} items a page, ${limits.pageItemsDefault} unless \`limit\` says otherwise.`,
    '- **Rates**: every answer to a known caller says in `RateLimit` what is left; a 429 says in `Retry-After` how long to wait.',
    '- **Records** carry an `ETag`; a PATCH with `If-Match` that no longer holds is a 412.',
    "- **Webhooks** are signed twice, as Standard Webhooks and with `X-Vanta-Signature`; both use the bytes of the follower's secret.",
  ].join('\n'),
  contact: { name: 'VANTA Platform' },
  license: { name: 'All rights reserved', identifier: 'LicenseRef-VANTA' },
});

const rooms: Readonly<Record<ApiRoom, string>> = {
  contract: 'The contract itself, and whether the service is well.',
  tenants: 'Who calls, and the organisations that share the platform.',
  vaults: "A manager's books with their rules.",
  entitlements: 'Plans, and what a tenant has and uses of its own.',
  overlays: 'Timed changes to how a vault or a follower is mirrored: maintenance, halt, flips and personas.',
  followers: 'Accounts that mirror a vault: registration, settings, leaving.',
  billing: 'Plans that tenants pay for: checkout, changes, invoices, refunds.',
  mirroring: "A manager's orders, what each follower must do because of them, and what came of it.",
};
export const tags = Object.entries(rooms).map(([name, description]) => ({ name, description }));
export const webhookTag = { name: 'webhooks', description: "What the platform sends to a follower's endpoint." };

const scopeMeanings: Readonly<Record<Scope, string>> = {
  'vault:read': 'read vaults, their overlays and previews',
  'mirror:manage': 'create vaults, send and cancel orders, switch vaults, redrive',
  'orders:read': 'read orders and child orders',
  'follower:manage': 'register, change and remove followers',
  'billing:read': 'read the subscription and invoices',
  'billing:manage': 'change the subscription',
  'tenant:manage': 'manage the tenant and its members',
  'audit:read': 'read the audit trail',
};

export const securitySchemes = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: [
      'An access token of the issuer. Scopes (in a real token with the prefix `vanta/`):',
      ...scopes.map((scope) => `- \`${scope}\`: ${scopeMeanings[scope]}`),
      '',
      "Besides, a person of role follower may act on its own follower where the operation's description says so.",
    ].join('\n'),
  },
  standardWebhooks: {
    type: 'apiKey',
    in: 'header',
    name: 'webhook-signature',
    description:
      "Standard Webhooks: `v1,` and the base64 of HMAC-SHA256 over `webhook-id.webhook-timestamp.body` with the decoded bytes of the follower's `whsec_` secret; several, separated by spaces, while a key rotates. At most 5 minutes old.",
  },
};

const text = (description: string, example?: string) => ({
  description,
  schema: { type: 'string', ...(example === undefined ? {} : { examples: [example] }) },
});

export const headers = {
  RequestId: text('The request id: name it when you ask for help', 'b7c0f2c2-6b5b-4d4e-9a53-1a1f0f6a1f10'),
  ETag: text('The tag of this version of the record', '"7"'),
  IdempotentReplayed: {
    description: 'Present when this is an earlier answer, given again',
    schema: { type: 'string', const: 'true' },
  },
  RateLimit: text('What is left of the quota, and in how many seconds it is full again', '"requests";r=59;t=1'),
  RateLimitPolicy: text('The quota: requests in a window of seconds', '"requests";q=60;w=60'),
  RetryAfter: { description: 'Seconds to wait before the next try', schema: { type: 'integer', minimum: 0, examples: [1] } },
};

export const parameters = {
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    required: true,
    description: `The same key with the same request gives the first answer again, for ${limits.idempotencyHours} hours`,
    schema: { type: 'string', minLength: 1, maxLength: limits.idempotencyKeyCharacters, pattern: '^[\\x21-\\x7e]+$' },
    example: '3f0c6d0e-7a43-4f4c-8f39-5a3a0f4a7d11',
  },
  IfMatch: {
    name: 'If-Match',
    in: 'header',
    required: false,
    description: 'The ETag of the version that the change is meant for; 412 when the record has changed since',
    schema: { type: 'string' },
  },
  IfNoneMatch: {
    name: 'If-None-Match',
    in: 'header',
    required: false,
    description: 'The ETag of what you have; 304 when it is still that',
    schema: { type: 'string' },
  },
  Traceparent: {
    name: 'traceparent',
    in: 'header',
    required: false,
    description:
      'W3C Trace Context, as `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01`; carried to every message that follows from the request',
    schema: { type: 'string', pattern: '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$' },
  },
  WebhookId: {
    name: 'webhook-id',
    in: 'header',
    required: false,
    description: 'With a signature. Standard Webhooks: an id of the report, part of what is signed',
    schema: { type: 'string', minLength: 1 },
    example: 'desk-2026-03-02-17',
  },
  WebhookTimestamp: {
    name: 'webhook-timestamp',
    in: 'header',
    required: false,
    description: 'With a signature. Standard Webhooks: unix seconds, part of what is signed',
    schema: { type: 'string', pattern: '^\\d{1,12}$' },
    example: '1772461800',
  },
};

export const headerReference = (name: keyof typeof headers) => ({ $ref: `#/components/headers/${name}` });
export const parameterReference = (name: keyof typeof parameters) => ({ $ref: `#/components/parameters/${name}` });
