/**
 * Overlays as sizing sees them (SPEC 6.2): which of them count for an order, and what they make of it. Evaluated from times
 * and sequence numbers alone, never from something having been deleted.
 */
import { add, type Decimal, decimal, format, maximum, negate, one, zero } from '../../kit/decimal.ts';
import type { Allowed, Follower } from '../followers/follower.ts';
import type { Reason } from '../mirroring/order.ts';
import type { EndCause } from './overlay.ts';
import type { Persona } from './personas.ts';

export interface CountedFlip {
  readonly kind: 'flip';
  readonly overlay_id: string;
  readonly amplify: string;
}
export interface CountedPersona {
  readonly kind: 'persona';
  readonly overlay_id: string;
  readonly persona: Persona;
  readonly boost: string;
  readonly invert: boolean;
}
/** An overlay with the numbers that enter a size. */
export type Counted = CountedFlip | CountedPersona;

/** When an overlay counts. Times are written by `timestamp`, so that their text has their order. */
export interface Spell {
  readonly starts_at: string;
  readonly expires_at?: string | undefined;
  readonly ended_at?: string | undefined;
}

/** A vault-wide overlay on the vault's item. One that reverts is never pinned again, whatever a clock says. */
export type VaultOverlay = Counted & Spell & { readonly reverting?: true };

/** A follower's own flip on its row. */
export interface FollowerFlip extends Spell {
  readonly overlay_id: string;
  readonly amplify: string;
  readonly expires_at: string;
  /** Why it ended before its time. */
  readonly cause?: EndCause;
  /** Its revert was asked for when this was the vault's last entry: what was accepted later does not count it. */
  readonly last_seq?: number;
}

/** When an overlay stops to count; undefined for one that stays until it is ended. */
export function endOf({ expires_at, ended_at }: Spell): string | undefined {
  if (ended_at === undefined || expires_at === undefined) return ended_at ?? expires_at;
  return ended_at < expires_at ? ended_at : expires_at;
}

export function isOn(spell: Spell, at: string): boolean {
  const end = endOf(spell);
  return spell.starts_at <= at && (end === undefined || at < end);
}

const numbersOf = (o: Counted): Counted =>
  o.kind === 'flip'
    ? { kind: 'flip', overlay_id: o.overlay_id, amplify: o.amplify }
    : { kind: 'persona', overlay_id: o.overlay_id, persona: o.persona, boost: o.boost, invert: o.invert };

/** The vault-wide overlays that an order of this time pins: personas first, then the flip, so that reasons read in one order. */
export function pinnedAt(overlays: readonly VaultOverlay[] | undefined, at: string): Counted[] {
  const on = (overlays ?? []).filter((o) => o.reverting !== true && isOn(o, at)).map(numbersOf);
  return [...on.filter((o) => o.kind === 'persona'), ...on.filter((o) => o.kind === 'flip')];
}

/** What pins overlays: an entry of the vault's log. */
interface Pins {
  readonly seq: number;
  readonly accepted_at: string;
  readonly pinned: { readonly overlays: readonly Counted[] };
}

/**
 * The overlays that count for a follower in an order, where they change anything: those that its tenant's plan has. Its own
 * flip takes the place of the vault's.
 */
export function countedFor({ flip, allowed }: Pick<Follower, 'flip' | 'allowed'>, entry: Pins): readonly Counted[] | undefined {
  if (flip === undefined && entry.pinned.overlays.length === 0) return undefined;
  const overlays = inPlan(entry.pinned.overlays, allowed);
  if (flip === undefined || allowed?.flip_mode !== true || !countsIn(flip, entry))
    return overlays.length === 0 ? undefined : changing(overlays);
  const own = { kind: 'flip', overlay_id: flip.overlay_id, amplify: flip.amplify } as const;
  return changing([...overlays.filter((o) => o.kind !== 'flip'), own]);
}

/** Of overlays that were pinned for what a follower asked, those that count for it, where they change anything. */
export function countedAsked({ allowed }: Pick<Follower, 'allowed'>, pinned: readonly Counted[]): readonly Counted[] | undefined {
  const overlays = pinned.length === 0 ? pinned : inPlan(pinned, allowed);
  return overlays.length === 0 ? undefined : changing(overlays);
}

/** All followers of a shard mostly have the same: what was left of an entry's overlays is at hand. */
let lastKept:
  | { readonly of: readonly Counted[]; readonly flips: boolean; readonly boosts: boolean; readonly kept: readonly Counted[] }
  | undefined;

/** What of an entry's overlays a plan lets count; a row of before there were plans has neither. */
function inPlan(overlays: readonly Counted[], allowed: Allowed | undefined): readonly Counted[] {
  const { flip_mode: flips = false, persona_boosts: boosts = false } = allowed ?? {};
  if (flips && boosts) return overlays;
  if (lastKept?.of === overlays && lastKept.flips === flips && lastKept.boosts === boosts) return lastKept.kept;
  const kept = overlays.filter((o) => (o.kind === 'flip' ? flips : boosts));
  lastKept = { of: overlays, flips, boosts, kept };
  return kept;
}

const countsIn = (flip: FollowerFlip, { seq, accepted_at }: Pins): boolean =>
  isOn(flip, accepted_at) && (flip.last_seq === undefined || seq <= flip.last_seq);

function changing(overlays: readonly Counted[]): readonly Counted[] | undefined {
  const { m, p } = multipliersOf(overlays);
  return m === one && p === one ? undefined : overlays;
}

/** `p` shapes the baseline, `m` the target: the same with the flip's extra. */
export interface Multipliers {
  readonly p: Decimal;
  readonly m: Decimal;
}

/** All followers of a shard mostly count the same ones: the last are at hand. */
let last: { readonly of: readonly Counted[]; readonly are: Multipliers } | undefined;

export function multipliersOf(overlays: readonly Counted[]): Multipliers {
  if (last?.of === overlays) return last.are;
  const are = { p: product(overlays.filter((o) => o.kind === 'persona')), m: product(overlays) };
  last = { of: overlays, are };
  return are;
}

/** 1 and all boosts, never below zero; each inverting persona turns the sign. */
function product(overlays: readonly Counted[]): Decimal {
  const sum = overlays.reduce((all, o) => add(all, decimal(o.kind === 'flip' ? o.amplify : o.boost)), one);
  const bounded = maximum(sum, zero);
  const turns = overlays.filter((o) => o.kind === 'persona' && o.invert).length;
  return turns % 2 === 0 ? bounded : negate(bounded);
}

const ruleOf = (o: Counted): string => (o.kind === 'flip' ? `flip/${o.overlay_id}` : `persona/${o.persona}/${o.overlay_id}`);

/** Each overlay that changed the factor, with the factor before and after it. */
export function reasonsOfOverlays(overlays: readonly Counted[]): Reason[] {
  return overlays.flatMap((overlay, n) => {
    const [before, after] = [product(overlays.slice(0, n)), product(overlays.slice(0, n + 1))];
    return before === after ? [] : [{ rule: ruleOf(overlay), before: format(before), after: format(after) }];
  });
}

/** The flip among the overlays that counted. */
export const flipIn = (overlays: readonly Counted[] | undefined): string | undefined =>
  overlays?.find((o) => o.kind === 'flip')?.overlay_id;
