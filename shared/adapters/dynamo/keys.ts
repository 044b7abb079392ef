import type { At } from '../../domain/mirroring/entry.ts';
import { subjectText } from '../../domain/tenants/scope.ts';
import { sha256Start } from '../../kit/hash.ts';

/**
 * Every key string of the one table (ARCHITECTURE 3). Partition keys start with the owner, so that IAM can confine a
 * tenant by `dynamodb:LeadingKeys`. Numbers are padded, so that text order is number order.
 */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

const pad = (n: number, digits: number): string => String(n).padStart(digits, '0');
const seqText = (seq: number): string => pad(seq, 12);
/** A place in a shard's line: `seq`, and `seq.k` behind it and before the next. */
const lineText = ({ seq, k }: At): string => `${seqText(seq)}${k === undefined ? '' : `.${pad(k, 6)}`}`;

export interface VaultKey {
  readonly tenant_id: string;
  readonly vault_id: string;
}
export interface ShardOf extends VaultKey {
  readonly shard: number;
}

const tenantPk = (tenantId: string): string => `T#${tenantId}`;
const vaultPk = (v: VaultKey): string => `T#${v.tenant_id}#V#${v.vault_id}`;
export interface FollowerOf {
  readonly tenant_id: string;
  readonly follower_id: string;
}
const followerPk = (f: FollowerOf): string => `${tenantPk(f.tenant_id)}#F#${f.follower_id}`;
const dueFlips = 'OPEN#FLIPS';
const revertedPk = (v: VaultKey, overlayId: string): string => `${vaultPk(v)}#P#${overlayId}`;
export const shardPk = (s: ShardOf): string => `${vaultPk(s)}#S#${pad(s.shard, 5)}`;

/** Partitions that all customers are spread over. */
export const customerPartitions = 8;
const customersPk = (partition: number): string => `CUSTOMERS#${partition}`;
const customerPartition = (customerId: string): number => sha256Start(customerId) % customerPartitions;

export const prefixes = {
  user: 'USER#',
  notice: 'NOTICE#',
  invoice: 'INVOICE#',
  vault: 'VAULT#',
  entry: 'ENTRY#',
  refused: 'REFUSED#',
  /** A shard's followers by place; what is asked for them (`ROSTER#TODO#cause`) stands right behind, in the same query. */
  roster: 'ROSTER#',
  todo: 'ROSTER#TODO#',
  done: 'DONE#',
  position: 'POSITION#',
  ledger: 'LEDGER#',
  result: 'RESULT#',
  child: 'CHILD#',
  overlay: 'OVERLAY#',
  /** A vault's flips whose revert is not done. */
  liveFlip: 'FLIP#',
  /** Rows that TTL deletes when a flip is over. */
  alarm: 'ALARM#',
  /** A tenant's followers, wherever their vaults are. */
  ownFollower: 'FOLLOWER#',
  nav: 'NAV#',
  trade: 'TRADE#',
  audit: 'AUDIT#',
} as const;

/** Shards whose progress one item holds: a number set of 200 stays about 1 KB. */
export const shardsPerProgressItem = 200;

export const keys = {
  tenant: (tenantId: string): Key => ({ pk: tenantPk(tenantId), sk: 'TENANT' }),
  /** Who was written to about a notice. */
  mailed: (tenantId: string, noticeId: string): Key => ({ pk: tenantPk(tenantId), sk: `MAILED#${noticeId}` }),
  /** What a tenant paid in bitcoin, and the row by which the clock finds it. */
  btcAccount: (tenantId: string): Key => ({ pk: tenantPk(tenantId), sk: 'BTC' }),
  billingDue: (at: string, tenantId: string): Key => ({ pk: 'DUE#BILLING', sk: `${at}#${tenantId}` }),
  subscription: (tenantId: string): Key => ({ pk: tenantPk(tenantId), sk: 'SUBSCRIPTION' }),
  /** What we keep of the tenant at Stripe; by customer it is found through a reference and, for reconciliation, in a list. */
  stripeAccount: (tenantId: string): Key => ({ pk: tenantPk(tenantId), sk: 'STRIPE' }),
  stripeCustomer: (customerId: string): Key => ({ pk: customersPk(customerPartition(customerId)), sk: customerId }),
  /** What its owners are told about its subscription; the stream tells it. */
  notice: (tenantId: string, noticeId: string): Key => ({ pk: tenantPk(tenantId), sk: `${prefixes.notice}${noticeId}` }),
  invoice: (tenantId: string, invoiceId: string): Key => ({ pk: tenantPk(tenantId), sk: `${prefixes.invoice}${invoiceId}` }),
  /** How many followers and vaults a tenant has, and why each vault counts. */
  usage: (tenantId: string): Key => ({ pk: tenantPk(tenantId), sk: 'USAGE' }),
  vaultUsage: (tenantId: string, vaultId: string): Key => ({ pk: tenantPk(tenantId), sk: `USAGE#VAULT#${vaultId}` }),
  /** Moves with every seat that is taken. */
  seats: (tenantId: string): Key => ({ pk: tenantPk(tenantId), sk: 'USAGE#SEATS' }),
  /** Some of its followers may have a place again: the stream tells it. */
  recheck: (tenantId: string): Key => ({ pk: tenantPk(tenantId), sk: 'RECHECK' }),
  /** By which terms its followers were last gone through. */
  projected: (tenantId: string): Key => ({ pk: tenantPk(tenantId), sk: 'PROJECTED' }),
  /** When what a tenant may do changes by time alone. */
  entitlementsDue: (partition: number, at: string, tenantId: string): Key => ({
    pk: `DUE#ENTITLEMENTS#${partition}`,
    sk: `${at}#${tenantId}`,
  }),
  user: (tenantId: string, userId: string): Key => ({ pk: tenantPk(tenantId), sk: `${prefixes.user}${userId}` }),
  removedUser: (tenantId: string, userId: string): Key => ({ pk: tenantPk(tenantId), sk: `REMOVED#${userId}` }),
  /** The tenant's list of its vaults; `all` public ones have a list of their own. */
  tenantVault: (v: VaultKey): Key => ({ pk: tenantPk(v.tenant_id), sk: `${prefixes.vault}${v.vault_id}` }),
  publicVault: (vaultId: string): Key => ({ pk: 'PUBLIC#VAULTS', sk: `${prefixes.vault}${vaultId}` }),
  vault: (v: VaultKey): Key => ({ pk: vaultPk(v), sk: 'VAULT' }),
  position: (v: VaultKey, symbol: string): Key => ({ pk: vaultPk(v), sk: `${prefixes.position}${symbol}` }),
  entry: (v: VaultKey, seq: number): Key => ({ pk: vaultPk(v), sk: `${prefixes.entry}${seqText(seq)}` }),
  external: (v: VaultKey, externalId: string): Key => ({ pk: vaultPk(v), sk: `EXTERNAL#${externalId}` }),
  refused: (v: VaultKey, orderId: string): Key => ({ pk: vaultPk(v), sk: `${prefixes.refused}${orderId}` }),
  overlay: (v: VaultKey, overlayId: string): Key => ({ pk: vaultPk(v), sk: `${prefixes.overlay}${overlayId}` }),
  liveFlip: (v: VaultKey, overlayId: string): Key => ({ pk: vaultPk(v), sk: `${prefixes.liveFlip}${overlayId}` }),
  /** Where sweep finds what is due at a time: the end of a flip, or of all flips of a vault that stopped. */
  due: (at: string, vaultId: string, overlayId: string): Key => ({ pk: dueFlips, sk: `${at}#${vaultId}#${overlayId}` }),
  flipAlarm: (overlayId: string): Key => ({ pk: `OPEN#ALARM#${overlayId}`, sk: `${prefixes.alarm}${overlayId}` }),
  /** Shards that have reverted a vault-wide flip. */
  reverted: (v: VaultKey, overlayId: string, block: number): Key => ({ pk: revertedPk(v, overlayId), sk: pad(block, 4) }),
  follower: (s: ShardOf, place: number): Key => ({ pk: shardPk(s), sk: `${prefixes.roster}${pad(place, 4)}` }),
  ledger: (s: ShardOf, symbol: string): Key => ({ pk: shardPk(s), sk: `${prefixes.ledger}${symbol}` }),
  result: (s: ShardOf, at: At): Key => ({ pk: shardPk(s), sk: `${prefixes.result}${lineText(at)}` }),
  todo: (s: ShardOf, cause: string): Key => ({ pk: shardPk(s), sk: `${prefixes.todo}${cause}` }),
  /** An ask was claimed for a symbol; with none, it is done in all. */
  done: (s: ShardOf, cause: string, symbol = ''): Key => ({ pk: shardPk(s), sk: `${prefixes.done}${cause}#${symbol}` }),
  /** How many reverts a shard has ended: what a cancel folded again by holds while no other one ends. */
  reverts: (s: ShardOf): Key => ({ pk: shardPk(s), sk: 'REVERTS' }),
  canceled: (v: VaultKey, seq: number): Key => ({ pk: vaultPk(v), sk: `CANCELED#${seqText(seq)}` }),
  /** How the lane children of an entry ended, by state: counts that add up to its result's `lane`. */
  ended: (s: ShardOf, at: At): Key => ({ pk: shardPk(s), sk: `ENDED#${lineText(at)}` }),
  child: (f: FollowerOf, at: At): Key => ({ pk: followerPk(f), sk: `${prefixes.child}${lineText(at)}` }),
  fill: (f: FollowerOf, fillId: string): Key => ({ pk: followerPk(f), sk: `FILL#${fillId}` }),
  /** Fills once more, where those of a symbol stand in the order of their own times; without a fill, what they all begin with. */
  trade: (f: FollowerOf, symbol: string, fill?: { at: string; fillId: string }): Key => ({
    pk: followerPk(f),
    sk: `${prefixes.trade}${symbol}#${fill === undefined ? '' : `${fill.at}#${fill.fillId}`}`,
  }),
  ownFollower: (f: FollowerOf): Key => ({ pk: tenantPk(f.tenant_id), sk: `${prefixes.ownFollower}${f.follower_id}` }),
  /** A request made its change: who runs it again finds that. */
  rotated: (f: FollowerOf, seed: string): Key => ({ pk: followerPk(f), sk: `ROTATED#${seed}` }),
  vaultChanged: (v: VaultKey, seed: string): Key => ({ pk: vaultPk(v), sk: `CHANGED#${seed}` }),
  /** Of the tenant's record, or of one of its members. */
  tenantChanged: (tenantId: string, seed: string): Key => ({ pk: tenantPk(tenantId), sk: `CHANGED#${seed}` }),
  /** Beside the follower's row: both of its parties may go there, its tenant and the manager who stops it. */
  followerChanged: (s: ShardOf, seed: string): Key => ({ pk: shardPk(s), sk: `CHANGED#${seed}` }),
  /** Test events of a follower in one minute. */
  tests: (f: FollowerOf, minute: number): Key => ({ pk: followerPk(f), sk: `TESTS#${minute}` }),
  nav: (v: VaultKey, ts: string): Key => ({ pk: vaultPk(v), sk: `${prefixes.nav}${ts}` }),
  followerNav: (f: FollowerOf, ts: string): Key => ({ pk: followerPk(f), sk: `${prefixes.nav}${ts}` }),
  dead: (tenantId: string, at: string, childId: string): Key => ({ pk: `${tenantPk(tenantId)}#DEAD`, sk: `${at}#${childId}` }),
  progress: (v: VaultKey, seq: number, block: number): Key => ({ pk: `${vaultPk(v)}#P#${seqText(seq)}`, sk: pad(block, 4) }),
  open: (partition: number, vaultId: string, seq: number): Key => ({ pk: `OPEN#${partition}`, sk: `${vaultId}#${seqText(seq)}` }),
  openAsk: (partition: number, s: ShardOf, cause: string): Key => ({
    pk: `OPEN#${partition}`,
    sk: `${s.vault_id}#S#${s.shard}#${cause}`,
  }),
  listedVault: (partition: number, vaultId: string): Key => ({ pk: `VAULTS#${partition}`, sk: vaultId }),
  /** The report of a vault's last reconciliation. */
  reconciliation: (v: VaultKey): Key => ({ pk: vaultPk(v), sk: 'RECONCILIATION' }),
  /** When a follower and symbol last had a fix-up: until it has cooled down there is no other. */
  fixup: (s: ShardOf, place: number, symbol: string): Key => ({ pk: shardPk(s), sk: `FIXUP#${pad(place, 4)}#${symbol}` }),
  reference: (id: string): Key => ({ pk: `ID#${id}`, sk: 'REF' }),
  /** Where the child of what a follower asked is found by its id. */
  askReference: (ulid: string): Key => ({ pk: `ID#ask_${ulid}`, sk: 'REF' }),
  subject: (subject: string): Key => ({ pk: `ID#SUB#${subjectText(subject)}`, sk: 'REF' }),
  /** A client's token bucket. */
  rate: (client: string): Key => ({ pk: `RATE#${client}`, sk: 'RATE' }),
  /** How far a reconciliation with a payment provider has come. */
  billingRun: (provider: string): Key => ({ pk: 'BILLING#RECONCILE', sk: provider }),
  /** What a payment provider's webhook brought, by the provider's id of it. */
  inbox: (source: string, eventId: string): Key => ({ pk: `INBOX#${source}#${eventId}`, sk: 'INBOX' }),
  idempotency: (owner: string, hash: string): Key => ({ pk: `IDEM#${owner}#${hash}`, sk: 'IDEM' }),
  audit: (tenantId: string, entity: string, at: string, id: string): Key => ({
    pk: `T#${tenantId}#AUDIT#${entity}`,
    sk: `${prefixes.audit}${at}#${id}`,
  }),
};

export const partitions = {
  tenant: tenantPk,
  vault: vaultPk,
  shard: shardPk,
  follower: followerPk,
  dead: (tenantId: string): string => `${tenantPk(tenantId)}#DEAD`,
  publicVaults: 'PUBLIC#VAULTS',
  billingDue: 'DUE#BILLING',
  progress: (v: VaultKey, seq: number): string => `${vaultPk(v)}#P#${seqText(seq)}`,
  open: (partition: number): string => `OPEN#${partition}`,
  vaults: (partition: number): string => `VAULTS#${partition}`,
  customers: customersPk,
  entitlementsDue: (partition: number): string => `DUE#ENTITLEMENTS#${partition}`,
  dueFlips,
  reverted: revertedPk,
};

/** The sequence number in a key such as `ENTRY#000000000042`. */
export const seqOf = (sk: string): number => Number(/(\d{12})/.exec(sk)?.[1] ?? Number.NaN);
export { seqText };

/** The id whose look-up stands under a partition key such as `ID#cus_1`. */
export const referredId = (pk: string): string => pk.slice('ID#'.length);
