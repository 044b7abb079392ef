import type { Child } from '../../domain/mirroring/child.ts';
import type { ClaimRow } from '../../domain/mirroring/plan.ts';
import { keys } from './keys.ts';
import { packClaim, unpackClaim } from './packed.ts';

/** A child's row; `open` stands while it is in its follower's lane. */
export const childItem = ({ row, ...child }: Child, open: boolean) => ({
  ...keys.child(child, child),
  ...child,
  plan: packClaim([row]),
  ...(open ? { open: 1 } : {}),
});

export function childOf(item: Record<string, unknown>): Child {
  const { pk: _pk, sk: _sk, open: _open, plan, ...child } = item;
  const [row] = unpackClaim(plan as Uint8Array);
  return { ...(child as unknown as Omit<Child, 'row'>), row: row as ClaimRow };
}

export const packedRow = (row: ClaimRow): Uint8Array => packClaim([row]);
