import { decimal, format } from '../../kit/decimal.ts';
import { Refusal } from '../../kit/refusal.ts';
import { type Holder, requireFeature } from '../entitlements/feature.ts';
import type { Allowed, Follower, FollowerBody, FollowerPatch, FollowerRecord } from './follower.ts';

const refuse = (code: string, pointer: string, detail: string): Refusal =>
  new Refusal(400, code, detail, { errors: [{ pointer, detail }] });

/** The webhook's URL of a new follower. Refuses two bindings, none, and broker bindings while no broker is connected. */
export function webhookOf(body: FollowerBody): string {
  if (body.webhook !== undefined && body.bridged_brokers !== undefined) {
    throw refuse('binding_required', '/bridged_brokers', 'Name exactly one binding: webhook or bridged_brokers.');
  }
  if (body.bridged_brokers !== undefined) {
    throw refuse('binding_unavailable', '/bridged_brokers', 'Broker bindings are not available on this platform yet.');
  }
  if (body.webhook === undefined)
    throw refuse('binding_required', '/webhook', 'Name exactly one binding: webhook or bridged_brokers.');
  return body.webhook.url;
}

function requireCap(mode: FollowerRecord['mode'], cap: string | undefined): void {
  if (mode === 'capped' && cap === undefined) throw refuse('cap_required', '/max_pos_usd', 'Mode capped needs max_pos_usd.');
}

export interface NewFollower {
  readonly followerId: string;
  readonly tenantId: string;
  readonly vault: { readonly vault_id: string; readonly tenant_id: string; readonly seq: number };
  readonly shard: number;
  readonly place: number;
  readonly now: string;
  readonly allowed: Allowed;
}

/** The roster row of a new follower. It takes part in what the vault logs after its present sequence number. */
export function newFollower(body: FollowerBody, at: NewFollower): Follower {
  requireCap(body.mode, body.max_pos_usd);
  return {
    follower_id: at.followerId,
    tenant_id: at.tenantId,
    vault_id: at.vault.vault_id,
    vault_tenant_id: at.vault.tenant_id,
    ...(body.label === undefined ? {} : { label: body.label }),
    mode: body.mode,
    scale: canonical(body.scale),
    scale_basis: body.scale_basis ?? 'fixed',
    ...(body.max_pos_usd === undefined ? {} : { max_pos_usd: canonical(body.max_pos_usd) }),
    ...(body.symbols === undefined ? {} : { symbols: body.symbols }),
    kill_switch: body.kill_switch ?? false,
    reduce_only: body.reduce_only ?? false,
    allow_short: body.allow_short ?? true,
    webhook: { url: webhookOf(body) },
    status: 'active',
    close_only: false,
    joined_seq: at.vault.seq,
    created_at: at.now,
    updated_at: at.now,
    shard: at.shard,
    place: at.place,
    ver: 1,
    allowed: at.allowed,
    key_version: 1,
    lane_in: 0,
    lane_out: 0,
    slow: false,
    moved: {},
    unknown: {},
  };
}

/** What a plan must have for a mode; proportional is everybody's. */
export function requireMode(who: Holder, mode: FollowerRecord['mode']): void {
  if (mode !== 'proportional') requireFeature(who, `mode_${mode}`);
}

/** The row after a PATCH: null removes what may be absent. Refuses a change of the binding's kind. */
export function patched(follower: Follower, patch: FollowerPatch, now: string): Follower {
  if (patch.bridged_brokers !== undefined) {
    throw refuse('binding_kind_fixed', '/bridged_brokers', "A follower's kind of binding cannot be changed.");
  }
  const { label, max_pos_usd, symbols, join: _join, bridged_brokers: _brokers, scale, ...plain } = patch;
  const { label: oldLabel, max_pos_usd: oldCap, symbols: oldSymbols, ...kept } = follower;
  const given = Object.fromEntries(Object.entries(plain).filter(([, v]) => v !== undefined)) as Partial<FollowerRecord>;
  const cap = max_pos_usd === undefined ? oldCap : max_pos_usd === null ? undefined : canonical(max_pos_usd);
  const next: Follower = {
    ...kept,
    ...given,
    // A new address is the way back for a follower whose endpoint said that it is gone (410).
    status: follower.status === 'stopped' && patch.webhook !== undefined ? 'active' : follower.status,
    ...(scale === undefined ? {} : { scale: canonical(scale) }),
    ...optional('label', label === undefined ? oldLabel : label),
    ...optional('max_pos_usd', cap),
    ...optional('symbols', symbols === undefined ? oldSymbols : symbols),
    updated_at: now,
    ver: follower.ver + 1,
  };
  requireCap(next.mode, next.max_pos_usd);
  return next;
}

const canonical = (text: string): string => format(decimal(text));
const optional = <K extends string, V>(key: K, value: V | null | undefined): { [P in K]?: V } =>
  (value === null || value === undefined ? {} : { [key]: value }) as { [P in K]?: V };

/** The record that its own tenant sees. */
export function followerRecordView(f: Follower): FollowerRecord {
  const {
    vault_tenant_id: _t,
    shard: _s,
    place: _p,
    ver: _v,
    allowed: _a,
    key_version: _k,
    key_rotated_at: _r,
    lane_in: _i,
    lane_out: _o,
    slow: _w,
    moved: _m,
    unknown: _u,
    held: _h,
    child_at: _c,
    flip: _f,
    ...record
  } = f;
  return record;
}

/** What the vault's manager sees of another tenant's follower. */
export function redactedFollowerView({ follower_id, vault_id, mode, status, kill_switch, close_only }: Follower) {
  return { follower_id, vault_id, mode, status, kill_switch, close_only };
}

/** True when the follower's own lists let the symbol in: not denied, and allowed where there is a list of the allowed. */
export function allowsSymbol(follower: Pick<FollowerRecord, 'symbols'>, symbol: string): boolean {
  if (follower.symbols?.deny?.includes(symbol) === true) return false;
  return follower.symbols?.allow === undefined || follower.symbols.allow.includes(symbol);
}
