/** Requests a minute of one client by its tenant's plan (SPEC 5). */
const requestsPerMinute: Readonly<Record<string, number>> = { core: 60, pro: 120, institutional: 600 };

/** What a client gets before it has a tenant, and under a plan that does not say more (SPEC 2). */
export const baseRequestsPerMinute = 60;

export const planIds = ['core', 'pro', 'institutional'] as const;
export type PlanId = (typeof planIds)[number];

export const requestRateOf = (plan: string | undefined): number => requestsPerMinute[plan ?? ''] ?? baseRequestsPerMinute;
