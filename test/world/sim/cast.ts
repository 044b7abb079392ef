/** Who is in every story, and when it begins. */
import { id, ulidFromCause } from '../../../shared/kit/ids.ts';

export const start = Date.UTC(2026, 0, 5, 15, 0, 0);
/** By then everybody has joined who was to join before the first order, whatever happened to the registrations. */
export const openedAt = start + 150_000;
export const ulidOfCause = (cause: string): string => ulidFromCause(start, cause);
export const tenantId = id('ten', ulidOfCause('manager'));
export const foreignTenantId = id('ten', ulidOfCause('client'));
export const vaultId = id('vlt', ulidOfCause('vault'));
export const followerIdOf = (name: string): string => id('fol', ulidOfCause(name));
