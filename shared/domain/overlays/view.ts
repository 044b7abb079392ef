import { timestamp } from '../../kit/clock.ts';
import type { Sight } from '../tenants/policy.ts';
import type { Principal } from '../tenants/principal.ts';
import { isActive } from '../vaults/status.ts';
import { endOf } from './counted.ts';
import type { Overlay, OverlayRecord } from './overlay.ts';

function statusOf(overlay: Overlay, now: number): OverlayRecord['status'] {
  if (overlay.kind === 'flip') {
    if (overlay.reverted_at !== undefined) return 'reverted';
    const end = endOf(overlay);
    return end !== undefined && end <= timestamp(now) ? 'reverting' : 'active';
  }
  if (overlay.ended_at !== undefined) return 'ended';
  return isActive(overlay, now) ? 'active' : 'expired';
}

/** The record as it is at a time; who gave it, and why, is for its own people. */
export function overlayView(overlay: Overlay, now: number, own = true): OverlayRecord {
  const { follower, shards: _shards, by, why, ...record } = overlay;
  return {
    ...record,
    status: statusOf(overlay, now),
    ...(follower === undefined ? {} : { follower_id: follower.follower_id }),
    ...(own ? { by, ...(why === undefined ? {} : { why }) } : {}),
  };
}

/** Of another tenant's vault one sees what is about all of it, and about one's own followers; a follower's person only itself. */
export function isSeenBy({ tenantId, followerId }: Principal, { follower }: Overlay, sight: Sight): boolean {
  if (sight === 'full' || follower === undefined) return true;
  return followerId === undefined ? follower.tenant_id === tenantId : follower.follower_id === followerId;
}
