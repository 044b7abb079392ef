import { milliseconds, timestamp } from '../../kit/clock.ts';
import { decimal, format, zero } from '../../kit/decimal.ts';
import { Refusal } from '../../kit/refusal.ts';
import type { Follower } from '../followers/follower.ts';
import { isActive, statusAt } from '../vaults/status.ts';
import type { Vault } from '../vaults/vault.ts';
import { type Counted, endOf, type FollowerFlip, isOn, type Spell, type VaultOverlay } from './counted.ts';
import type { FlipBody, Overlay, PersonaBody } from './overlay.ts';
import { personaData } from './personas.ts';

/** Who gives an overlay, to what, and when. */
export interface Given {
  readonly overlay_id: string;
  readonly vault: Vault;
  readonly now: number;
  readonly by: string;
}

/** Overlays that a vault may carry at a time; they stand on its item. */
export const mostOverlays = 20;

const outside = (code: string, pointer: string, detail: string): Refusal =>
  new Refusal(422, code, detail, { errors: [{ pointer, detail }] });

/**
 * The first time, in ms, that no order was accepted at or after: what begins or ends then counts for every order that comes
 * behind, and for none before.
 */
export const nextTime = (now: number, { last_time }: Pick<Vault, 'last_time'>): number =>
  last_time === undefined ? now : Math.max(now, milliseconds(last_time) + 1);

/** Whoever flips: the vault takes orders, and its policy allows it. */
function requireBounds({ amplify, ttl_seconds }: FlipBody, vault: Vault, now: number): void {
  const status = statusAt(vault, now);
  if (status === 'closed') throw new Refusal(409, 'vault_closed', 'The vault is closed.');
  if (status === 'halted') throw new Refusal(409, 'vault_halted', 'The vault is halted.');
  const { min_ttl_s, max_ttl_s, max_amplify } = vault.flip_policy;
  if (ttl_seconds < min_ttl_s || ttl_seconds > max_ttl_s) {
    throw outside('flip_ttl_out_of_bounds', '/ttl_seconds', `The vault's flip_policy allows ${min_ttl_s} to ${max_ttl_s} s.`);
  }
  if (decimal(amplify) <= zero || decimal(amplify) > decimal(max_amplify)) {
    throw outside('flip_amplify_out_of_bounds', '/amplify', `The vault's flip_policy allows more than 0, up to ${max_amplify}.`);
  }
}

/** One flip at a time: none while one is on, nor while the last one's revert is not done. */
function requireNone(flip: Spell | undefined, at: string): void {
  if (flip === undefined) return;
  const end = endOf(flip);
  if (isOn(flip, at) || end === undefined || at < end) throw new Refusal(409, 'flip_active', 'There is a flip already.');
  throw new Refusal(409, 'flip_reverting', "The last flip's revert is not done yet: ask again in a moment.", { passing: true });
}

function requireFlippable({ status, kill_switch }: Follower): void {
  if (status === 'leaving' || status === 'left') throw new Refusal(409, 'follower_left', 'The follower has left the vault.');
  if (status === 'stopped') throw new Refusal(409, 'follower_stopped', 'The follower is stopped: it is sent nothing.');
  if (kill_switch) throw new Refusal(409, 'kill_switch_on', "The follower's kill switch is on: it is sent nothing.");
}

/** A flip of one follower, or with none of the whole vault; throws the refusal of one that may not begin. */
export function newFlip(body: FlipBody, { overlay_id, vault, now, by }: Given, follower?: Follower): Overlay {
  requireBounds(body, vault, now);
  if (follower !== undefined) requireFlippable(follower);
  const starts = nextTime(now, vault);
  const starts_at = timestamp(starts);
  requireNone(follower === undefined ? vault.overlays?.find((o) => o.kind === 'flip') : follower.flip, starts_at);
  if (follower === undefined) requireRoom(vault, now);
  return {
    overlay_id,
    vault_id: vault.vault_id,
    kind: 'flip',
    amplify: format(decimal(body.amplify)),
    ...(follower === undefined ? {} : { follower: whoOf(follower) }),
    starts_at,
    expires_at: timestamp(starts + body.ttl_seconds * 1000),
    ...(body.why === undefined ? {} : { why: body.why }),
    by,
  };
}

const whoOf = ({ follower_id, tenant_id, shard, place }: Follower) => ({ follower_id, tenant_id, shard, place });

/** A persona that shapes the whole vault; throws the refusal of one that may not begin. */
export function newPersona(body: PersonaBody, { overlay_id, vault, now, by }: Given): Overlay {
  if (vault.status === 'closed') throw new Refusal(409, 'vault_closed', 'The vault is closed.');
  const { persona } = body;
  if (vault.personas.length > 0 && !vault.personas.includes(persona))
    throw outside('persona_not_allowed', '/persona', `The vault's personas are ${vault.personas.join(', ')}.`);
  const starts = nextTime(now, vault);
  const same = vault.overlays?.some((o) => o.kind === 'persona' && o.persona === persona && isOn(o, timestamp(starts)));
  if (same === true) throw new Refusal(409, 'persona_active', `${persona} shapes the vault already.`);
  requireRoom(vault, now);
  return {
    overlay_id,
    vault_id: vault.vault_id,
    kind: 'persona',
    persona,
    boost: format(decimal(body.boost ?? personaData[persona].boost)),
    invert: body.invert ?? personaData[persona].invert,
    starts_at: timestamp(starts),
    ...(body.ttl_seconds === undefined ? {} : { expires_at: timestamp(starts + body.ttl_seconds * 1000) }),
    ...(body.why === undefined ? {} : { why: body.why }),
    by,
  };
}

/** What is over is kept on the item a little longer: an accept whose clock is behind must still see that it was on. */
const keptMs = 60_000;

/** What still stands on the vault's item at a time: what is on or has just been, and flips until they are reverted. */
const standing = (vault: Vault, now: number): VaultOverlay[] =>
  (vault.overlays ?? []).filter((o) => {
    const end = endOf(o);
    return o.kind === 'flip' || end === undefined || milliseconds(end) + keptMs > now;
  });

function requireRoom(vault: Vault, now: number): void {
  const switches = (vault.switches ?? []).filter((s) => isActive(s, now)).length;
  if (standing(vault, now).length + switches < mostOverlays) return;
  throw new Refusal(409, 'too_many_overlays', `A vault carries at most ${mostOverlays} overlays at a time.`);
}

/** The vault's overlays with this one as it is now. */
export function overlaysWith(vault: Vault, overlay: Overlay, now: number): VaultOverlay[] {
  const others = standing(vault, now).filter((o) => o.overlay_id !== overlay.overlay_id);
  const { starts_at, expires_at, ended_at } = overlay;
  const ends = { ...(expires_at === undefined ? {} : { expires_at }), ...(ended_at === undefined ? {} : { ended_at }) };
  return [...others, { ...numbersOf(overlay), starts_at, ...ends }];
}

function numbersOf({ overlay_id, kind, amplify, persona, boost, invert }: Overlay): Counted {
  if (kind === 'flip' && amplify !== undefined) return { kind, overlay_id, amplify };
  if (kind !== 'persona' || persona === undefined || boost === undefined) throw new Error(`${overlay_id} has no numbers`);
  return { kind, overlay_id, persona, boost, invert: invert === true };
}

/** A follower's own flip, as its row has it. */
export function rowFlip({ overlay_id, amplify = '0', starts_at, expires_at = starts_at }: Overlay): FollowerFlip {
  return { overlay_id, amplify, starts_at, expires_at };
}
