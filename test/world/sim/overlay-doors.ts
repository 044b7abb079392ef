/** What people do with overlays, and what a plan does to them, put together as functions/* do. */
import { putPlace } from '../../../shared/adapters/dynamo/close-only.ts';
import { endOnFollower, endOnVault, startOnFollower, startOnVault } from '../../../shared/adapters/dynamo/flip-store.ts';
import { findFollower, findVault, readVault } from '../../../shared/adapters/dynamo/lookups.ts';
import { readOverlay, saveSwitch } from '../../../shared/adapters/dynamo/overlay-store.ts';
import { endFlipsOf } from '../../../shared/domain/overlays/end.ts';
import type { Overlay, OverlayBody } from '../../../shared/domain/overlays/overlay.ts';
import { endOverlay, type OverlayPorts, startOverlay } from '../../../shared/domain/overlays/use.ts';
import type { Principal } from '../../../shared/domain/tenants/principal.ts';
import { timestamp } from '../../../shared/kit/clock.ts';
import { id } from '../../../shared/kit/ids.ts';
import { vaultId } from './cast.ts';
import { revertLater, stopNow, stopPorts } from './flips.ts';
import { backOff, type Means } from './wiring.ts';

const who = { by: 'sim', request_id: 'sim' } as const;

function ports(means: Means): OverlayPorts {
  const { clock, table } = means;
  return {
    clock,
    backOff: backOff(means),
    vault: (wanted) => findVault(table, wanted),
    vaultById: (wanted) => findVault(table, wanted),
    vaultAt: (vault) => readVault(table, vault),
    follower: (followerId) => findFollower(table, followerId),
    overlay: (vault, overlayId) => readOverlay(table, vault, overlayId),
    save: (vault, next, action) => saveSwitch(table, vault, next, { action, ...who }),
    stopped: (stop) => stopNow(stop, means),
    startVault: (vault, overlay) => startOnVault(table, vault, overlay, who, clock),
    startFollower: (vault, follower, overlay) => startOnFollower(table, vault, follower, overlay, who),
    endVault: (vault, overlay) => endOnVault(table, vault, overlay, who),
    saveFollower: (_vault, follower, flip) => endOnFollower(table, follower, flip, who),
    later: (flip, at) => revertLater(flip, at, means),
  };
}

export interface Shaping {
  readonly principal: Principal;
  readonly seed: string;
}
const callerOf = ({ principal }: Shaping) => ({ principal, vaultId, by: 'sim' });

export const begin = (shaping: Shaping, body: OverlayBody, means: Means): Promise<Overlay> =>
  startOverlay(callerOf(shaping), body, shaping.seed, ports(means));

export const end = (shaping: Shaping, means: Means): Promise<Overlay> =>
  endOverlay(callerOf(shaping), id('ovl', shaping.seed), ports(means));

const placeTries = 10;

/** As `settled` of projection.ts: the row first, then what its plan has no more is ended. */
export async function plan(followerId: string, has: boolean, means: Means): Promise<void> {
  const { clock, table } = means;
  const allowed = { flip_mode: has, persona_boosts: has };
  for (let attempt = 1; attempt <= placeTries; attempt += 1) {
    const follower = await findFollower(table, followerId);
    if (follower === undefined) return;
    const why = follower.close_only ? (follower.close_only_why ?? 'no_plan') : undefined;
    if (!(await putPlace(table, follower, { why, allowed }, timestamp(clock())))) continue;
    if (!has && follower.flip?.ended_at === undefined) await endFlipsOf(followerId, 'entitlement_lost', stopPorts(means));
    return;
  }
  throw new Error(`follower ${followerId} was written by others ${placeTries} times in a row`);
}
