import { describe, expect, it } from 'vitest';
import {
  type Counted,
  countedFor,
  endOf,
  isOn,
  multipliersOf,
  pinnedAt,
  reasonsOfOverlays,
  type VaultOverlay,
} from '../../shared/domain/overlays/counted.ts';
import { format } from '../../shared/kit/decimal.ts';

const at = (second: number, ms = 0) => new Date(Date.UTC(2026, 0, 5, 15, 0, second, ms)).toISOString();
const flip = (amplify: string, overlay_id = 'ovl_f'): Counted => ({ kind: 'flip', overlay_id, amplify });
const persona = (boost: string, invert = false, overlay_id = 'ovl_p'): Counted => ({
  kind: 'persona',
  overlay_id,
  persona: invert ? 'ares' : 'apollo',
  boost,
  invert,
});
const spell = { starts_at: at(10), expires_at: at(20) };

describe('when an overlay counts', () => {
  it.each([
    ['before its start', at(9, 999), false],
    ['at the millisecond of its start', at(10), true],
    ['in its last millisecond', at(19, 999), true],
    ['at the millisecond of its end', at(20), false],
  ])('%s', (_name, time, on) => expect(isOn(spell, time)).toBe(on));

  it('ends at the earlier of its end and its early end', () => {
    expect(endOf({ ...spell, ended_at: at(15) })).toBe(at(15));
    expect(endOf({ ...spell, ended_at: at(25) })).toBe(at(20));
    expect(isOn({ ...spell, ended_at: at(15) }, at(15))).toBe(false);
    expect(endOf({ starts_at: at(10) })).toBeUndefined();
  });
});

describe('what an order pins', () => {
  const overlays: VaultOverlay[] = [
    { ...(flip('0.35') as VaultOverlay), ...spell },
    { ...(persona('0.25') as VaultOverlay), starts_at: at(5) },
  ];
  it('is what is on at its time, with its numbers alone, personas first', () => {
    expect(pinnedAt(overlays, at(10))).toEqual([persona('0.25'), flip('0.35')]);
    expect(pinnedAt(overlays, at(9))).toEqual([persona('0.25')]);
    expect(pinnedAt(undefined, at(10))).toEqual([]);
  });
  it('has no flip that reverts, whatever the time says', () => {
    expect(pinnedAt([{ ...(overlays[0] as VaultOverlay), reverting: true }], at(10))).toEqual([]);
  });
});

describe('the factors', () => {
  it.each<[string, Counted[], string, string]>([
    ['nothing', [], '1', '1'],
    ['a flip', [flip('0.35')], '1', '1.35'],
    ['a persona', [persona('0.25')], '1.25', '1.25'],
    ['both', [persona('-0.25'), flip('0.5')], '0.75', '1.25'],
    ['never below zero', [persona('-1'), persona('-0.5'), flip('0.25')], '0', '0'],
    ['a contrarian turns both', [persona('0', true), flip('0.35')], '-1', '-1.35'],
    ['two contrarians turn them back', [persona('0', true), persona('0.5', true), flip('0.25')], '1.5', '1.75'],
  ])('%s', (_name, overlays, p, m) => {
    const are = multipliersOf(overlays);
    expect([format(are.p), format(are.m)]).toEqual([p, m]);
  });

  it('are told step by step', () => {
    expect(reasonsOfOverlays([persona('0.25'), persona('0', true, 'ovl_a'), flip('0.5')])).toEqual([
      { rule: 'persona/apollo/ovl_p', before: '1', after: '1.25' },
      { rule: 'persona/ares/ovl_a', before: '1.25', after: '-1.25' },
      { rule: 'flip/ovl_f', before: '-1.25', after: '-1.75' },
    ]);
  });
});

describe('what counts for a follower', () => {
  const entry = (overlays: readonly Counted[], seq = 7) => ({ seq, accepted_at: at(12), pinned: { overlays } });
  const own = { overlay_id: 'ovl_own', amplify: '0.1', ...spell };
  it('is what the order pinned', () => {
    expect(countedFor({}, entry([]))).toBeUndefined();
    expect(countedFor({}, entry([flip('0.35')]))).toEqual([flip('0.35')]);
  });
  it('but its own flip in place of the vault’s, never beside it', () => {
    expect(countedFor({ flip: own }, entry([persona('0.25'), flip('0.35')]))).toEqual([persona('0.25'), flip('0.1', 'ovl_own')]);
    expect(countedFor({ flip: { ...own, ended_at: at(12) } }, entry([flip('0.35')]))).toEqual([flip('0.35')]);
  });
  it('and not in orders that were accepted after its revert was asked for', () => {
    expect(countedFor({ flip: { ...own, last_seq: 7 } }, entry([]))).toHaveLength(1);
    expect(countedFor({ flip: { ...own, last_seq: 6 } }, entry([]))).toBeUndefined();
  });
  it('is nothing where it changes nothing', () => {
    expect(countedFor({}, entry([persona('0')]))).toBeUndefined();
  });
});
