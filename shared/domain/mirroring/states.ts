/**
 * A child order's states and every move between them (SPEC 6.1), the late ones too. `unknown` is a flag beside the
 * state, not a state.
 */
export const childStates = [
  'planned',
  'sent',
  'ack',
  'partially_filled',
  'confirmed',
  'retry',
  'skipped',
  'shadowed',
  'rejected',
  'expired',
  'canceled',
  'dead_lettered',
  'unresolved',
] as const;
export type ChildState = (typeof childStates)[number];

const fillProves = ['partially_filled', 'confirmed'] as const;

export const childMoves: Readonly<Record<ChildState, readonly ChildState[]>> = {
  planned: ['sent', 'skipped', 'shadowed', 'expired', 'canceled', 'dead_lettered', 'unresolved'],
  sent: ['ack', 'skipped', 'retry', 'rejected', 'unresolved', 'dead_lettered', 'expired', 'canceled', ...fillProves],
  retry: ['sent', 'expired', 'canceled', 'dead_lettered', 'skipped', 'unresolved', ...fillProves],
  ack: ['rejected', 'canceled', ...fillProves],
  partially_filled: ['confirmed', 'canceled', 'rejected'],
  confirmed: [],
  // A switch can skip a child whose attempts nobody knows the end of: a report may still tell.
  skipped: ['sent', ...fillProves, 'canceled', 'rejected'],
  shadowed: [],
  rejected: [],
  expired: ['sent', ...fillProves, 'canceled', 'rejected'],
  canceled: fillProves,
  // A child that goes out again (redrive, or by itself while it is unknown) is sent once more.
  dead_lettered: ['sent', 'skipped', ...fillProves, 'canceled', 'rejected'],
  unresolved: ['sent', ...fillProves, 'canceled', 'rejected'],
};

export const mayMove = (from: ChildState, to: ChildState): boolean => childMoves[from].includes(to);

/** States in which the platform itself still has something to do. */
export const openStates: ReadonlySet<ChildState> = new Set(['planned', 'sent', 'retry']);

export const orderStates = ['accepted', 'expanding', 'dispatched', 'completed', 'refused', 'canceled', 'expired'] as const;
export type OrderState = (typeof orderStates)[number];
