import type { Rails } from '../../shared/domain/billing/rail.ts';

/** The ways to pay that this platform has, each with what it is made of. */
export const rails: Rails = {};
