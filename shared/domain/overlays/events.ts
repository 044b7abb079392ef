import { milliseconds } from '../../kit/clock.ts';
import { platformEvents, platformSource } from '../../wiring/events.ts';
import { endOf } from './counted.ts';
import type { Overlay } from './overlay.ts';

/** What happened to an overlay, as its audit event has it. */
export interface OverlayNews {
  readonly action: string;
  /** The vault's tenant. */
  readonly tenant_id: string;
  readonly overlay: Overlay;
}

const types: readonly string[] = [platformEvents.overlayStarted, platformEvents.overlayEnded, platformEvents.overlayReverted];

/** What the bus tells of an overlay that began, ended early, or was reverted; nothing of anything else. */
export function overlayEvents({ action, tenant_id, overlay }: OverlayNews) {
  if (!types.includes(action)) return [];
  const { follower, by: _by, why: _why, shards: _shards, ...plain } = overlay;
  const whose = follower === undefined ? {} : { follower_id: follower.follower_id, follower_tenant_id: follower.tenant_id };
  return [{ source: platformSource, type: action, detail: { tenant_id, ...plain, ...whose } }];
}

/** How long after its end a flip was reverted, in ms; undefined for other news. */
export function revertLag({ action, overlay }: OverlayNews): number | undefined {
  const end = endOf(overlay);
  if (action !== platformEvents.overlayReverted || end === undefined || overlay.reverted_at === undefined) return undefined;
  return milliseconds(overlay.reverted_at) - milliseconds(end);
}
