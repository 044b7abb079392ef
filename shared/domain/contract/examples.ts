import type { RouteId } from '../../wiring/routes.ts';

export interface Example {
  readonly body?: unknown;
  readonly answer?: unknown;
}

const ulid = '01JNA5T8Q2V4W6X8Y0Z2B4D6F8';
const at = '2026-03-02T14:30:00.000Z';

const member = {
  user_id: `usr_${ulid}`,
  email: 'pat@example.com',
  role: 'ops',
  status: 'active',
  created_at: at,
  updated_at: at,
};

const vault = {
  vault_id: `vlt_${ulid}`,
  tenant_id: `ten_${ulid}`,
  label: 'Growth',
  rails: ['fiat'],
  personas: ['athena'],
  risk_profile: { band: 'moderate' },
  public: true,
  max_age_s: 300,
  flip_policy: { min_ttl_s: 1800, max_ttl_s: 3600, max_amplify: '0.5' },
  reconcile_policy: { tolerance_increments: '1', tolerance_nav: '0.005', correct_own_trades: false, cool_down_s: 300 },
  instruments: { AAPL: { increment: '1', min_notional: '1' } },
  status: 'open',
  seq: 42,
  shards: 1,
  followers: 100,
  created_at: at,
  updated_at: at,
};

const follower = {
  follower_id: `fol_${ulid}`,
  tenant_id: `ten_${ulid}`,
  vault_id: `vlt_${ulid}`,
  label: 'IRA of Ann',
  mode: 'capped',
  scale: '0.33',
  scale_basis: 'fixed',
  max_pos_usd: '25000',
  kill_switch: false,
  reduce_only: false,
  allow_short: false,
  webhook: { url: 'https://orders.example.com/vanta' },
  status: 'active',
  close_only: false,
  joined_seq: 42,
  created_at: at,
  updated_at: at,
};

const orderBody = {
  external_id: 'desk-2026-03-02-17',
  symbol: 'AAPL',
  side: 'buy',
  qty: '10',
  order_type: 'limit',
  limit_price: '191',
  time_in_force: 'day',
  ref_price: '190.5',
  ts: at,
};

const order = {
  manager_order_id: `mo_${ulid}`,
  vault_id: `vlt_${ulid}`,
  seq: 43,
  kind: 'order',
  state: 'dispatched',
  source: 'api',
  accepted_at: at,
  ...orderBody,
  position_before: '0',
  position_after: '10',
  reasons: [],
  shards: 1,
  shards_done: 1,
  progress: { ack: 97, retry: 2, skipped: 1 },
};

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=';
const nav = { vault_id: `vlt_${ulid}`, ts: at, nav: '1250000.75', recorded_at: at };

const position = {
  symbol: 'AAPL',
  baseline: '3.3',
  target: '3.3',
  want: '3',
  told: '3',
  held: '3',
  reported: '3',
  fills: 2,
  average_price: '190.42',
  realised_pnl: '12.5',
  unrealised_pnl: '0.24',
  reference_price: { price: '190.5', source: 'vault_order', seq: 43 },
  unknown: [],
};

const reconciliation = {
  vault_id: `vlt_${ulid}`,
  run_at: at,
  finished_at: at,
  shards: 1,
  followers: 100,
  compared: 198,
  not_compared: { kill_switch: 1 },
  drift: 1,
  fixups: 1,
  unexplained: 0,
  unknown: { children: 0, oldest_at: null, probed: 0, answered: 0 },
  rung: 0,
  findings: [{ follower_id: `fol_${ulid}`, symbol: 'AAPL', kind: 'want', outcome: 'fixup', want: '10', told: '4', qty: '6' }],
  findings_left_out: 0,
};

const invoice = {
  invoice_id: `inv_${ulid}`,
  rail: 'stripe',
  number: 'A1B2C3D4-0001',
  status: 'paid',
  plan_id: 'pro',
  interval: 'month',
  period_start: at,
  period_end: '2026-04-02T14:30:00.000Z',
  currency: 'usd',
  amount_due: '199',
  amount_paid: '199',
  amount_refunded: '0',
  paid_at: at,
  url: 'https://invoice.stripe.com/i/acct_1/test_a1b2c3',
  created_at: at,
  updated_at: at,
};

const testEvent = {
  delivery_id: `evt_${ulid}`,
  delivered: false,
  status: 404,
  latency_ms: 41,
  error: 'status',
  sent: {
    headers: { 'webhook-id': `evt_${ulid}`, 'webhook-timestamp': '1772461800', 'webhook-signature': 'v1,…' },
    body: `{"ts":"${at}","type":"test","delivery_id":"evt_${ulid}","follower_id":"fol_${ulid}","vault_id":"vlt_${ulid}"}`,
  },
};

/**
 * Examples that tell more than one put together from the schemas would. A route that is not here has the latter; a test
 * reads all of them with the schemas.
 */
export const examples: Readonly<Partial<Record<RouteId, Example>>> = {
  createToken: {
    body: {
      grant_type: 'authorization_code',
      code: 'a1b2c3d4-5678-90ab-cdef-example11111',
      code_verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
      redirect_uri: 'https://app.example.com/callback',
    },
    answer: {
      access_token: 'eyJraWQi...',
      id_token: 'eyJraWQi...',
      refresh_token: 'eyJjdHki...',
      token_type: 'Bearer',
      expires_in: 3600,
    },
  },
  listUsers: { answer: { items: [member], next_cursor: null } },
  createUser: { body: { email: member.email, role: 'ops' }, answer: { ...member, status: 'invited' } },
  updateUser: { body: { role: 'auditor' }, answer: { ...member, role: 'auditor' } },
  deleteUser: { answer: member },
  createTenant: { body: { name: 'Ann Capital', kind: 'manager' } },
  createVault: {
    body: { label: 'Growth', rails: ['fiat'], personas: ['athena'], public: true, instruments: vault.instruments },
    answer: vault,
  },
  getVault: { answer: vault },
  listVaults: { answer: { items: [vault], next_cursor: null } },
  createFollower: {
    body: {
      label: follower.label,
      mode: 'capped',
      scale: '0.33',
      max_pos_usd: '25000',
      allow_short: false,
      webhook: follower.webhook,
    },
    answer: { ...follower, signing_secret: secret },
  },
  getFollower: { answer: follower },
  listFollowers: { answer: { items: [follower], next_cursor: null } },
  updateFollower: { body: { scale: '0.5', kill_switch: false }, answer: { ...follower, scale: '0.5' } },
  deleteFollower: { answer: { ...follower, status: 'left' } },
  updateVault: { body: { max_age_s: 120, public: false }, answer: { ...vault, max_age_s: 120, public: false } },
  recordNav: { body: { nav: nav.nav, ts: at }, answer: nav },
  listNav: { answer: { items: [nav], next_cursor: null } },
  rotateFollowerKey: { answer: { ...follower, signing_secret: secret, old_secret_valid_until: '2026-03-03T14:30:00.000Z' } },
  recordFollowerNav: {
    body: { nav: nav.nav, ts: at },
    answer: { follower_id: follower.follower_id, nav: nav.nav, ts: at, recorded_at: at },
  },
  reportPositions: {
    body: { ts: at, positions: [{ symbol: 'AAPL', qty: '3' }] },
    answer: { follower_id: follower.follower_id, ts: at, positions: [{ symbol: 'AAPL', qty: '3' }] },
  },
  testFollower: { answer: testEvent },
  listPositions: { answer: { items: [position], next_cursor: null } },
  createManagerOrder: { body: orderBody },
  getManagerOrder: { answer: order },
  listManagerOrders: { answer: { items: [order], next_cursor: null } },
  cancelManagerOrder: { body: { filled_qty: '4' } },
  settleFollowerOrder: { body: { happened: true } },
  reportFill: { body: { fill_id: 'broker-7731', qty: '3', price: '190.42', ts: at, status: 'filled' } },
  getReconciliation: { answer: reconciliation },
  changePlan: {
    body: { rail: 'stripe', plan_id: 'pro', interval: 'month' },
    answer: {
      outcome: 'checkout',
      rail: 'stripe',
      plan_id: 'pro',
      interval: 'month',
      checkout_url: 'https://checkout.stripe.com/c/pay/cs_test_a1b2c3',
      expires_at: '2026-03-02T15:30:00.000Z',
    },
  },
  openPortal: { answer: { url: 'https://billing.stripe.com/p/session/test_a1b2c3' } },
  listInvoices: { answer: { items: [invoice], next_cursor: null } },
  refundInvoice: { body: { amount: '49.5' }, answer: { ...invoice, amount_refunded: '49.5' } },
  createOverlay: { body: { kind: 'maintenance', ttl_seconds: 900, why: 'Rebalancing' } },
};
