export interface CodeMeaning {
  readonly status: number;
  /** For people who read the contract: when a caller meets it. */
  readonly means: string;
}

/** Codes of things that are not there, or not there for the caller: `<thing>_not_found`. */
const missing = (thing: string) => ({ status: 404, means: `There is no such ${thing}, or it is another tenant's.` });

/**
 * Every code of a refusal, once: the closed list of SPEC 2. A route names those that it can give beyond the door's own;
 * a name that is not here does not compile, and a test holds the statuses against the source.
 */
export const codes = {
  // The door's own.
  unauthenticated: { status: 401, means: 'A valid access token is needed.' },
  tenant_required: { status: 403, means: 'The token names no tenant.' },
  not_a_member: { status: 403, means: 'The caller does not belong to the tenant of the token, or does no longer.' },
  tenant_closed: { status: 403, means: 'The tenant is closed.' },
  tenant_suspended: { status: 403, means: 'The tenant is suspended: it may read and pay, nothing else.' },
  rate_limited: { status: 429, means: 'The bucket of requests is empty; `Retry-After` says for how long.' },
  scope_required: { status: 403, means: 'The token lacks the scope of this route; `scope` names it.' },
  validation_failed: { status: 400, means: 'The body or the query is not valid; `errors` names every faulty field.' },
  json_malformed: { status: 400, means: 'The body is not well-formed JSON.' },
  body_too_large: { status: 413, means: 'The body has more than 256 KiB.' },
  idempotency_key_required: { status: 400, means: 'The Idempotency-Key header is missing.' },
  idempotency_key_invalid: { status: 400, means: 'An Idempotency-Key has 1 to 255 visible ASCII characters.' },
  idempotency_in_progress: { status: 409, means: 'The first request with this key is still running: ask again in a moment.' },
  idempotency_key_reused: { status: 422, means: 'This key was used for another request.' },
  asset_not_found: { status: 404, means: 'The page has no such asset (any more): load the page again.' },
  route_not_found: { status: 404, means: 'There is no such route.' },
  method_not_allowed: { status: 405, means: 'The path does not take this method; `Allow` names those that it takes.' },
  internal: { status: 500, means: 'Something went wrong here; it is logged under the request id.' },
  // Of several rooms.
  cursor_invalid: { status: 400, means: 'The cursor is not one that this list gave.' },
  precondition_failed: { status: 412, means: 'The record has changed since it was read: the tag in If-Match no longer holds.' },
  tenant_not_found: missing('tenant'),
  user_not_found: missing('member'),
  vault_not_found: missing('vault'),
  overlay_not_found: missing('overlay'),
  follower_not_found: missing('follower'),
  manager_order_not_found: missing('manager order'),
  follower_order_not_found: missing('follower order'),
  // Tenants and vaults.
  already_in_tenant: { status: 409, means: 'The person already belongs to a tenant.' },
  already_member: { status: 409, means: 'The person is a member of the tenant already.' },
  last_owner: { status: 409, means: 'A tenant keeps at least one active owner.' },
  // Tokens, in the words of RFC 6749, 5.2.
  invalid_grant: { status: 400, means: 'The code or refresh token is wrong, used up, expired, revoked, or for another client.' },
  invalid_client: { status: 401, means: 'There is no such client, or its secret is wrong.' },
  invalid_request: { status: 400, means: 'The issuer does not take this request.' },
  invalid_scope: { status: 400, means: 'The client does not have all of these scopes.' },
  unauthorized_client: { status: 400, means: 'The client may not get tokens in this way.' },
  unsupported_grant_type: { status: 400, means: 'The issuer does not have this kind of grant.' },
  issuer_unavailable: { status: 503, means: 'The issuer of tokens does not answer; `Retry-After` says when to try again.' },
  person_required: { status: 403, means: 'Only a person can be the owner of a tenant, no machine client.' },
  person_unconfirmed: {
    status: 409,
    means: 'This address has signed up, and nobody has confirmed yet that it is theirs: ask them to do so first.',
  },
  tenant_kind: { status: 403, means: 'Only a tenant of kind manager owns vaults.' },
  vault_closed: { status: 409, means: 'The vault is closed.' },
  too_many_overlays: { status: 409, means: 'The vault carries as many switches as it can at a time.' },
  overlay_ended: { status: 409, means: 'The overlay has ended already.' },
  nav_in_future: { status: 422, means: '`ts` lies more than 5 s in the future.' },
  nav_recorded: { status: 409, means: 'Another NAV is recorded for this time; `nav` is it.' },
  reconciliation_not_found: { status: 404, means: 'The vault was not reconciled yet.' },
  // Followers.
  position_in_future: { status: 422, means: '`ts` lies more than 5 s in the future.' },
  vault_full: { status: 409, means: 'The vault has all the shards of followers that it can have.' },
  binding_required: { status: 400, means: 'A follower has exactly one binding: a webhook or bridged brokers.' },
  binding_unavailable: { status: 400, means: 'This kind of binding is not available on this platform.' },
  binding_kind_fixed: { status: 400, means: "A follower's kind of binding cannot be changed." },
  cap_required: { status: 400, means: 'Mode capped needs max_pos_usd.' },
  webhook_url_refused: { status: 400, means: 'The URL is not a public https address; `detail` says why.' },
  sync_impossible: { status: 409, means: 'The follower is sent nothing, so it cannot join by sync.' },
  flatten_impossible: { status: 409, means: 'Nothing can be sent now: leave with positions=keep, or lift what stops it.' },
  follower_left: { status: 409, means: 'The follower has left the vault.' },
  too_many_test_events: { status: 429, means: 'The follower was sent as many test events as one minute allows.' },
  manager_may_only_stop: { status: 403, means: "A vault's manager may only stop another tenant's follower." },
  // Orders.
  predecessor_missing: { status: 409, means: 'The order named in prev_external_id is not there.' },
  symbol_not_allowed: { status: 422, means: 'The vault does not trade this symbol.' },
  order_in_future: { status: 422, means: '`ts` lies more than 5 s in the future.' },
  order_stale: { status: 422, means: "`ts` is older than the vault's max_age_s." },
  vault_halted: { status: 409, means: 'The vault is halted.' },
  vault_maintenance: { status: 409, means: 'The vault is in maintenance: only orders that reduce are accepted.' },
  nothing_to_reduce: { status: 422, means: 'reduce_only, but the vault holds nothing that this order reduces.' },
  position_too_large: { status: 422, means: 'The position would exceed what the platform can size.' },
  not_an_order: { status: 409, means: 'Only an accepted order can be canceled.' },
  already_canceled: { status: 409, means: 'The order has been canceled before.' },
  cancel_too_late: { status: 422, means: 'An order can be canceled for 24 h after it was accepted.' },
  filled_exceeds_qty: { status: 422, means: 'More is said to be filled than was ordered.' },
  // Children.
  follower_id_required: { status: 400, means: 'Name the follower whose orders are meant.' },
  follower_not_joined: { status: 409, means: 'The follower joined after this order.' },
  expansion_in_progress: { status: 409, means: 'The order is still being worked off: ask again in a moment.' },
  cancel_in_progress: { status: 409, means: 'The order is being canceled for this follower: say it again in a moment.' },
  cancel_unknown: { status: 409, means: 'Nobody knows whether its cancel happened: settle the cancel first.' },
  not_unknown: { status: 409, means: 'It is not unknown whether this child happened.' },
  signature_invalid: { status: 401, means: "The report is not signed with the follower's secret; `detail` says what is wrong." },
  fill_id_reused: {
    status: 409,
    means: 'Another fill was reported under this fill_id: of another child, or with other numbers.',
  },
  fill_exceeds_qty: { status: 422, means: 'More is reported as filled than was asked for.' },
  state_not_allowed: { status: 409, means: 'A child in this state cannot take that report.' },
  not_attempted: { status: 409, means: 'The child was not sent: there is nothing to report yet.' },
  still_being_sent: { status: 409, means: 'The child is still being sent: say it again in a moment.' },
  not_dead: { status: 409, means: 'The child is no dead letter, and it is known whether it happened.' },
  order_canceled: { status: 409, means: 'Its order was canceled: it is not sent any more.' },
  not_covered: { status: 409, means: 'Sent now it would leave the follower elsewhere than it should stand: settle it.' },
  not_sendable: { status: 409, means: 'Nothing can be sent to this follower now.' },
} as const satisfies Record<string, CodeMeaning>;

export type Code = keyof typeof codes;
