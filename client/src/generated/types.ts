// Made by `npm run client:generate` from the OpenAPI document; change the schemas instead.

export interface paths {
    "/v1/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * This document
         * @description Public: no token is needed.
         */
        get: operations["getOpenApi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Version, region, and whether each dependency answers
         * @description Public: no token is needed.
         */
        get: operations["getHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who the token says you are
         * @description Any valid token, also of a person without a tenant.
         */
        get: operations["getMe"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Exchange a code (PKCE), a refresh token or the credentials of a machine client for tokens
         * @description Public: no token is needed.
         */
        post: operations["createToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The members of your tenant
         * @description Scope `tenant:manage`.
         */
        get: operations["listUsers"];
        put?: never;
        /**
         * Invite somebody to your tenant by e-mail
         * @description Scope `tenant:manage`. Needs an `Idempotency-Key`.
         */
        post: operations["createUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Remove a member and end its sessions
         * @description Scope `tenant:manage`. Needs an `Idempotency-Key`.
         */
        delete: operations["deleteUser"];
        options?: never;
        head?: never;
        /**
         * Change a member's role; it counts from the next request on
         * @description Scope `tenant:manage`. Needs an `Idempotency-Key`.
         */
        patch: operations["updateUser"];
        trace?: never;
    };
    "/v1/tenants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create the tenant of a signed-in person without one; the caller becomes its owner
         * @description Any valid token, also of a person without a tenant. Needs an `Idempotency-Key`.
         */
        post: operations["createTenant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read your tenant
         * @description Scope `tenant:manage`.
         */
        get: operations["getTenant"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change your tenant
         * @description Scope `tenant:manage`. Needs an `Idempotency-Key`.
         */
        patch: operations["updateTenant"];
        trace?: never;
    };
    "/v1/plans": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The plans, what they cost and what they give
         * @description Public: no token is needed.
         */
        get: operations["listPlans"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/subscriptions/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Your plan, what it gives and why, and what of it you use
         * @description Scope `billing:read`.
         */
        get: operations["getMySubscription"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/vaults": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Your vaults, then the public ones of others
         * @description Scope `vault:read`.
         */
        get: operations["listVaults"];
        put?: never;
        /**
         * Create a vault
         * @description Scope `mirror:manage`. Needs an `Idempotency-Key`.
         */
        post: operations["createVault"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/vaults/{vault_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a vault; a public one of another tenant is redacted
         * @description Scope `vault:read`.
         */
        get: operations["getVault"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change a vault's settings, for orders accepted after it; status: closed is final
         * @description Scope `mirror:manage`. Needs an `Idempotency-Key`.
         */
        patch: operations["updateVault"];
        trace?: never;
    };
    "/v1/vaults/{vault_id}/nav": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The vault's net asset values, the newest first
         * @description Scope `vault:read`.
         */
        get: operations["listNav"];
        put?: never;
        /**
         * Record the vault's net asset value at a time, in USD
         * @description Scope `mirror:manage`. Needs an `Idempotency-Key`.
         */
        post: operations["recordNav"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/vaults/{vault_id}/overlay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Put a vault into maintenance, halt it, flip it or one follower for a while, or let a persona shape it
         * @description Scope `mirror:manage`, or the person of role follower whose follower it is. Needs an `Idempotency-Key`.
         */
        post: operations["createOverlay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/vaults/{vault_id}/overlays": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A vault's overlays, the ended ones too; of another tenant's vault those of the vault and of one's own followers
         * @description Scope `vault:read`, or the person of role follower whose follower it is.
         */
        get: operations["listOverlays"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/vaults/{vault_id}/overlays/{overlay_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * End an overlay now; a flip gives its extra back
         * @description Scope `mirror:manage`, or the person of role follower whose follower it is. Needs an `Idempotency-Key`.
         */
        delete: operations["deleteOverlay"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/vaults/{vault_id}/followers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The followers of a vault; those of other tenants are redacted
         * @description Scope `follower:manage`.
         */
        get: operations["listFollowers"];
        put?: never;
        /**
         * Register a follower on a vault; its signing secret is shown once
         * @description Scope `follower:manage`. Needs an `Idempotency-Key`.
         */
        post: operations["createFollower"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/followers/{follower_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a follower
         * @description Scope `follower:manage`, or the person of role follower whose follower it is.
         */
        get: operations["getFollower"];
        put?: never;
        post?: never;
        /**
         * Stop mirroring; with positions=flatten closing children go out first
         * @description Scope `follower:manage`, or the person of role follower whose follower it is. Needs an `Idempotency-Key`.
         */
        delete: operations["deleteFollower"];
        options?: never;
        head?: never;
        /**
         * Change a follower's settings; nothing moves by itself, but for join: sync
         * @description Scope `follower:manage`, or the person of role follower whose follower it is. Needs an `Idempotency-Key`.
         */
        patch: operations["updateFollower"];
        trace?: never;
    };
    "/v1/followers/{follower_id}/rotate-key": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A new signing secret, shown once; the one before it stays valid for 24 hours
         * @description Scope `follower:manage`, or the person of role follower whose follower it is. Needs an `Idempotency-Key`.
         */
        post: operations["rotateFollowerKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/followers/{follower_id}/test-event": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a signed test event to the follower's webhook, and see what came of it
         * @description Scope `follower:manage`, or the person of role follower whose follower it is. Needs an `Idempotency-Key`.
         */
        post: operations["testFollower"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/followers/{follower_id}/nav": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Record the net asset value of the follower's account at a time, in USD
         * @description Scope `follower:manage`, or the person of role follower whose follower it is. Needs an `Idempotency-Key`.
         */
        post: operations["recordFollowerNav"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/followers/{follower_id}/positions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What the follower should hold, was told, and reported, by symbol
         * @description Scope `orders:read`, or the person of role follower whose follower it is.
         */
        get: operations["listPositions"];
        put?: never;
        /**
         * Say what the follower's account holds of symbols at a time, whatever was filled: reconciliation compares it
         * @description Scope `follower:manage`, or the person of role follower whose follower it is. Needs an `Idempotency-Key`.
         */
        post: operations["reportPositions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/followers/{follower_id}/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * An order's size for this follower, from the recorded state before it, with every step
         * @description Scope `vault:read`, or the person of role follower whose follower it is.
         */
        get: operations["previewFollower"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/vaults/{vault_id}/manager-orders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send an order of the vault to all of its followers
         * @description Scope `mirror:manage`. Needs an `Idempotency-Key`.
         */
        post: operations["createManagerOrder"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/manager-orders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A vault's orders in sequence; with state=refused those of the bus that were refused
         * @description Scope `orders:read`.
         */
        get: operations["listManagerOrders"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/manager-orders/{manager_order_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * An order with the counts of its children by state
         * @description Scope `orders:read`.
         */
        get: operations["getManagerOrder"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/manager-orders/{manager_order_id}/serving-order": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The order in which shards, and the followers of one shard, are served: recomputed from the id alone
         * @description Scope `orders:read`.
         */
        get: operations["getServingOrder"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/manager-orders/{manager_order_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel an order: its followers are taken back to what was filled
         * @description Scope `mirror:manage`. Needs an `Idempotency-Key`.
         */
        post: operations["cancelManagerOrder"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/follower-orders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A follower's child orders in sequence, with their reasons
         * @description Scope `orders:read`, or the person of role follower whose follower it is.
         */
        get: operations["listFollowerOrders"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/follower-orders/{follower_order_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A child order
         * @description Scope `orders:read`, or the person of role follower whose follower it is.
         */
        get: operations["getFollowerOrder"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/follower-orders/{follower_order_id}/settle": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say whether an unknown child happened
         * @description Scope `mirror:manage`, or the person of role follower whose follower it is. Needs an `Idempotency-Key`.
         */
        post: operations["settleFollowerOrder"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/follower-orders/{follower_order_id}/fills": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Report a fill or the end of a child; signed with the follower's secret (Standard Webhooks)
         * @description Signed by the follower (Standard Webhooks), at most 5 minutes before, or with a token: scope `follower:manage`, or the person of role follower whose follower it is. What is reported twice counts once, so it needs no key.
         */
        post: operations["reportFill"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/vaults/{vault_id}/reconciliation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What the last reconciliation of the vault found, and did
         * @description Scope `orders:read`.
         */
        get: operations["getReconciliation"];
        put?: never;
        /**
         * Reconcile the vault now, beside the runs that come by themselves every few minutes
         * @description Scope `mirror:manage`. Needs an `Idempotency-Key`.
         */
        post: operations["reconcileVault"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/dead-letters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Your followers' and your vaults' dead letters, the oldest first
         * @description Scope `mirror:manage`.
         */
        get: operations["listDeadLetters"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/dead-letters/{follower_order_id}/redrive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a dead letter, or a child of which nobody knows whether it happened, once more: same id, same body
         * @description Scope `mirror:manage`. Needs an `Idempotency-Key`.
         */
        post: operations["redriveDeadLetter"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/subscriptions/change-plan": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Subscribe, change the plan, or take a change back that waits
         * @description Scope `billing:manage`. Needs an `Idempotency-Key`.
         */
        post: operations["changePlan"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/subscriptions/change-preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What a change of plan costs now, to the cent
         * @description Scope `billing:read`.
         */
        get: operations["previewChange"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/subscriptions/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End the subscription with the period that is paid
         * @description Scope `billing:manage`. Needs an `Idempotency-Key`.
         */
        post: operations["cancelSubscription"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/subscriptions/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take a cancellation back before the period ends
         * @description Scope `billing:manage`. Needs an `Idempotency-Key`.
         */
        post: operations["resumeSubscription"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/subscriptions/portal": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A page of the payment provider: cards, addresses, invoices
         * @description Scope `billing:manage`. Needs an `Idempotency-Key`.
         */
        post: operations["openPortal"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invoices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Invoices of both rails, newest first
         * @description Scope `billing:read`.
         */
        get: operations["listInvoices"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invoices/{invoice_id}/refund": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give back what was paid, all or a part; owners only
         * @description Scope `billing:manage`. Needs an `Idempotency-Key`.
         */
        post: operations["refundInvoice"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface webhooks {
    childOrder: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What a follower must do because of one order
         * @description Sent in sequence per follower, at least once; the bytes are the same at every attempt, but for `ts` and `audit`. Remember
         *     the ids that you have seen and answer 2xx to them again. A receiver that works with absolute positions needs only
         *     `position_after`. With `type: cancel` the child named in `cancels` is taken back: cancel what is open, trade back what was
         *     filled.
         */
        post: operations["childOrder"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    testEvent: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A test event, when somebody asked for one
         * @description Signed, sent and timed as a child order is, and nothing to act upon: it shows that the endpoint answers and that its
         *     signatures hold. Its answer is told to who asked for it; no 410 stops a follower here, and nothing is tried again.
         */
        post: operations["testEvent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface components {
    schemas: {
        TokenRequest: {
            /** @constant */
            grant_type: "authorization_code";
            code: string;
            code_verifier: string;
            redirect_uri: string;
            client_id?: string;
        } | {
            /** @constant */
            grant_type: "refresh_token";
            refresh_token: string;
            client_id?: string;
        } | {
            /** @constant */
            grant_type: "client_credentials";
            client_id: string;
            client_secret: string;
            scope?: string;
        };
        CreateUserBody: {
            /** Format: email */
            email: string;
            /** @enum {string} */
            role: "owner" | "ops" | "auditor" | "follower";
            /** @example fol_01JNA5T8Q2V4W6X8Y0Z2B4D6F8 */
            follower_id?: string;
        };
        UpdateUserBody: {
            /** @enum {string} */
            role: "owner" | "ops" | "auditor" | "follower";
            /** @example fol_01JNA5T8Q2V4W6X8Y0Z2B4D6F8 */
            follower_id?: string;
        };
        CreateTenantBody: {
            /** @example Growth */
            name: string;
            /** @enum {string} */
            kind: "manager" | "client";
        };
        UpdateTenantBody: {
            /** @example Growth */
            name?: string;
        };
        CreateVaultBody: {
            /** @example Growth */
            label: string;
            rails: ("fiat" | "crypto")[];
            personas?: ("athena" | "apollo" | "ares" | "nemesis")[];
            risk_profile?: {
                [key: string]: unknown;
            };
            public?: boolean;
            max_age_s?: number;
            flip_policy?: {
                /** @default 1800 */
                min_ttl_s?: number;
                /** @default 3600 */
                max_ttl_s?: number;
                /**
                 * @description Exact decimal; must be between 0 and 2
                 * @default 0.5
                 * @example 2
                 */
                max_amplify?: string;
            };
            reconcile_policy?: {
                /**
                 * @description Exact decimal; must not be negative
                 * @default 1
                 * @example 10
                 */
                tolerance_increments?: string;
                /**
                 * @description Exact decimal; must be between 0 and 1
                 * @default 0.005
                 * @example 1
                 */
                tolerance_nav?: string;
                /** @default false */
                correct_own_trades?: boolean;
                /** @default 300 */
                cool_down_s?: number;
            };
            instruments?: {
                [key: string]: {
                    /**
                     * @description Exact decimal; must be greater than 0
                     * @example 10
                     */
                    increment: string;
                    /**
                     * @description Exact decimal; must not be negative
                     * @example 10
                     */
                    min_qty?: string;
                    /**
                     * @description Exact decimal; must not be negative
                     * @example 10
                     */
                    min_notional?: string;
                    /** @enum {string} */
                    rail?: "fiat" | "crypto";
                };
            };
        };
        UpdateVaultBody: {
            /** @example Growth */
            label?: string;
            rails?: ("fiat" | "crypto")[];
            personas?: ("athena" | "apollo" | "ares" | "nemesis")[];
            risk_profile?: {
                [key: string]: unknown;
            };
            public?: boolean;
            max_age_s?: number;
            flip_policy?: {
                /** @default 1800 */
                min_ttl_s?: number;
                /** @default 3600 */
                max_ttl_s?: number;
                /**
                 * @description Exact decimal; must be between 0 and 2
                 * @default 0.5
                 * @example 2
                 */
                max_amplify?: string;
            };
            reconcile_policy?: {
                /**
                 * @description Exact decimal; must not be negative
                 * @default 1
                 * @example 10
                 */
                tolerance_increments?: string;
                /**
                 * @description Exact decimal; must be between 0 and 1
                 * @default 0.005
                 * @example 1
                 */
                tolerance_nav?: string;
                /** @default false */
                correct_own_trades?: boolean;
                /** @default 300 */
                cool_down_s?: number;
            };
            instruments?: {
                [key: string]: {
                    /**
                     * @description Exact decimal; must be greater than 0
                     * @example 10
                     */
                    increment: string;
                    /**
                     * @description Exact decimal; must not be negative
                     * @example 10
                     */
                    min_qty?: string;
                    /**
                     * @description Exact decimal; must not be negative
                     * @example 10
                     */
                    min_notional?: string;
                    /** @enum {string} */
                    rail?: "fiat" | "crypto";
                };
            } | null;
            /** @constant */
            status?: "closed";
        };
        RecordNavBody: {
            /**
             * @description Exact decimal; must not be negative
             * @example 10
             */
            nav: string;
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            ts: string;
        };
        CreateFollowerBody: {
            /** @example Growth */
            label?: string;
            /** @enum {string} */
            mode: "proportional" | "capped" | "shadow";
            /**
             * @description Exact decimal; must be greater than 0 and at most 1000
             * @example 1000
             */
            scale: string;
            /** @enum {string} */
            scale_basis?: "fixed" | "nav";
            /**
             * @description Exact decimal; must be greater than 0
             * @example 10
             */
            max_pos_usd?: string;
            symbols?: {
                allow?: string[];
                deny?: string[];
            };
            kill_switch?: boolean;
            reduce_only?: boolean;
            allow_short?: boolean;
            /** @enum {string} */
            join?: "next_order" | "sync";
            webhook?: {
                url: string;
            };
            bridged_brokers?: {
                equities_ref?: string;
                crypto_ref?: string;
            };
        };
        RecordFollowerNavBody: {
            /**
             * @description Exact decimal; must not be negative
             * @example 10
             */
            nav: string;
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            ts: string;
        };
        ReportPositionsBody: {
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            ts: string;
            positions: {
                /** @example AAPL */
                symbol: string;
                /**
                 * @description Exact decimal, never a JSON number
                 * @example 0.35
                 */
                qty: string;
            }[];
        };
        UpdateFollowerBody: {
            label?: string | null;
            /** @enum {string} */
            mode?: "proportional" | "capped" | "shadow";
            /**
             * @description Exact decimal; must be greater than 0 and at most 1000
             * @example 1000
             */
            scale?: string;
            /** @enum {string} */
            scale_basis?: "fixed" | "nav";
            max_pos_usd?: string | null;
            symbols?: {
                allow?: string[];
                deny?: string[];
            } | null;
            kill_switch?: boolean;
            reduce_only?: boolean;
            allow_short?: boolean;
            /** @enum {string} */
            join?: "next_order" | "sync";
            webhook?: {
                url: string;
            };
            bridged_brokers?: {
                equities_ref?: string;
                crypto_ref?: string;
            };
        };
        CreateManagerOrderBody: {
            /** @example desk-2026-03-02-17 */
            external_id: string;
            /** @example AAPL */
            symbol: string;
            /** @enum {string} */
            side: "buy" | "sell";
            /**
             * @description Exact decimal; must be greater than 0
             * @example 10
             */
            qty: string;
            /** @enum {string} */
            order_type: "market" | "limit";
            /**
             * @description Exact decimal; must be greater than 0
             * @example 10
             */
            limit_price?: string;
            /** @enum {string} */
            time_in_force: "day" | "gtc" | "ioc" | "fok";
            /**
             * @description Exact decimal; must be greater than 0
             * @example 10
             */
            ref_price: string;
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            ts: string;
            venue?: string;
            /**
             * @description Exact decimal; must not be negative
             * @example 10
             */
            nav?: string;
            reduce_only?: boolean;
            /** @example desk-2026-03-02-17 */
            prev_external_id?: string;
            conviction?: {
                /**
                 * @description Exact decimal, never a JSON number
                 * @example 0.35
                 */
                score?: string;
                band?: string;
                persona?: string;
                overrides?: {
                    [key: string]: unknown;
                };
            };
            reason_vector?: unknown[];
            provenance?: {
                [key: string]: unknown;
            };
        };
        CancelManagerOrderBody: {
            /**
             * @description Exact decimal; must not be negative
             * @example 10
             */
            filled_qty?: string;
        };
        SettleFollowerOrderBody: {
            happened: boolean;
        };
        ReportFillBody: {
            /** @example desk-2026-03-02-17 */
            fill_id: string;
            /**
             * @description Exact decimal; must not be negative
             * @example 10
             */
            qty: string;
            /**
             * @description Exact decimal; must not be negative
             * @example 10
             */
            price: string;
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            ts: string;
            /** @enum {string} */
            status?: "partial" | "filled" | "canceled" | "rejected";
        };
        RedriveDeadLetterBody: Record<string, never>;
        CreateOverlayBody: {
            /** @enum {string} */
            kind: "maintenance" | "halt";
            ttl_seconds?: number;
            why?: string;
        } | {
            /** @constant */
            kind: "flip";
            /**
             * @description One follower; without it the whole vault, for its manager alone
             * @example fol_01JNA5T8Q2V4W6X8Y0Z2B4D6F8
             */
            follower_id?: string;
            /**
             * @description Exposure added to every increase; within the vault's flip_policy
             * @example 0.35
             */
            amplify: string;
            /**
             * @description Within the vault's flip_policy
             * @example 1800
             */
            ttl_seconds: number;
            why?: string;
        } | {
            /** @constant */
            kind: "persona";
            /** @enum {string} */
            persona: "athena" | "apollo" | "ares" | "nemesis";
            /**
             * @description Absent: the persona's own
             * @example 0.25
             */
            boost?: string;
            invert?: boolean;
            ttl_seconds?: number;
            why?: string;
        };
        ChangePlanBody: {
            /** @enum {string} */
            rail: "stripe" | "btc";
            /** @enum {string} */
            plan_id: "core" | "pro" | "institutional";
            /** @enum {string} */
            interval: "month" | "year";
            /**
             * Format: date-time
             * @description A preview's `proration_date`: the change then costs exactly what the preview said. At most an hour old.
             */
            proration_date?: string;
        };
        RefundInvoiceBody: {
            /**
             * @description In US dollars; without it, all that is left
             * @example 49.5
             */
            amount?: string;
        };
        /** @description With scale_basis nav: the snapshots of the follower and of its manager that the size is scaled by */
        NavUsed: {
            /**
             * @description Exact decimal, never a JSON number
             * @example 0.35
             */
            follower: string;
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            follower_ts: string;
            /**
             * @description Exact decimal, never a JSON number
             * @example 0.35
             */
            manager: string;
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            manager_ts: string;
        };
        PublicVault: {
            /** @example vlt_01JNA5T8Q2V4W6X8Y0Z2B4D6F8 */
            vault_id: string;
            /** @example Growth */
            label: string;
            rails: ("fiat" | "crypto")[];
            personas: ("athena" | "apollo" | "ares" | "nemesis")[];
            risk_profile: {
                [key: string]: unknown;
            };
            /** @constant */
            public: true;
        };
        RedactedFollower: {
            /** @example fol_01JNA5T8Q2V4W6X8Y0Z2B4D6F8 */
            follower_id: string;
            /** @example vlt_01JNA5T8Q2V4W6X8Y0Z2B4D6F8 */
            vault_id: string;
            /** @enum {string} */
            mode: "proportional" | "capped" | "shadow";
            /** @enum {string} */
            status: "active" | "stopped" | "leaving" | "left";
            kill_switch: boolean;
            close_only: boolean;
        };
        Position: {
            /** @example AAPL */
            symbol: string;
            baseline: string;
            target: string;
            want: string;
            told: string;
            held: string;
            reported: string | null;
            fills: number;
            average_price: string | null;
            realised_pnl: string;
            unrealised_pnl: string | null;
            reference_price: {
                price: string;
                /** @constant */
                source: "vault_order";
                seq: number;
            } | null;
            unknown: {
                /** @example fo_01JNA5T8Q2V4W6X8Y0Z2B4D6F800000A0003 */
                follower_order_id: string;
                qty: string;
                /**
                 * Format: date-time
                 * @example 2026-03-02T14:30:00.000Z
                 */
                since: string;
            }[];
        };
        DeadLetter: {
            /** @example fo_01JNA5T8Q2V4W6X8Y0Z2B4D6F800000A0003 */
            follower_order_id: string;
            /** @example fol_01JNA5T8Q2V4W6X8Y0Z2B4D6F8 */
            follower_id: string;
            /** @description The follower's; null where that is another tenant */
            tenant_id: string | null;
            /** @example vlt_01JNA5T8Q2V4W6X8Y0Z2B4D6F8 */
            vault_id: string;
            manager_order_id: string | null;
            seq: number;
            /** @example AAPL */
            symbol: string;
            code: string;
            /** @description Empty where the follower is another tenant's */
            last_error: string;
            attempts: number;
            unknown: boolean;
            /** @description Whether it is yours to redrive: its follower is your tenant's */
            redrivable: boolean;
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            dead_at: string;
        };
        Plan: {
            /** @enum {string} */
            plan_id: "core" | "pro" | "institutional";
            name: string;
            /** @constant */
            currency: "USD";
            /** @description For one period, paid ahead; decimal strings */
            prices: {
                /** @example 199 */
                month: string;
                /** @example 199 */
                year: string;
            };
            entitlements: components["schemas"]["Entitlements"];
        };
        Entitlements: {
            /** @description Distinct vaults owned or followed; null: without a limit */
            vaults: number | null;
            /** @description Followers; null: without a limit */
            followers: number | null;
            /** @description Members, without followers' own people; null: without a limit */
            seats: number | null;
            requests_per_minute: number;
            mode_capped: boolean;
            mode_shadow: boolean;
            persona_boosts: boolean;
            flip_mode: boolean;
            /** @enum {string} */
            replay: "none" | "own" | "all";
            dedicated_keys: boolean;
            machine_clients: boolean;
        };
        /** @description A problem document (RFC 9457) */
        Problem: {
            /** @description A URN that ends in the code */
            type: string;
            /** @description The status' name */
            title: string;
            status: number;
            /** @description For people; may change */
            detail: string;
            /** @description A URN that ends in the request id */
            instance: string;
            /** @description For programs; the list of a route and status is closed */
            code: string;
            /** @description Faulty fields, by JSON pointer into the body or the query */
            errors?: {
                pointer: string;
                detail: string;
            }[];
        } & {
            [key: string]: unknown;
        };
        ChildOrderDelivery: {
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            ts: string;
            /** @enum {string} */
            type: "child_order" | "cancel";
            /** @example fo_01JNA5T8Q2V4W6X8Y0Z2B4D6F800000A0003 */
            cancels?: string;
            /** @example fo_01JNA5T8Q2V4W6X8Y0Z2B4D6F800000A0003 */
            follower_order_id: string;
            /** @example fol_01JNA5T8Q2V4W6X8Y0Z2B4D6F8 */
            follower_id: string;
            /** @example vlt_01JNA5T8Q2V4W6X8Y0Z2B4D6F8 */
            vault_id: string;
            seq: number;
            /** @example AAPL */
            symbol: string;
            venue: string | null;
            /** @enum {string} */
            side: "buy" | "sell";
            /**
             * @description Exact decimal, never a JSON number
             * @example 0.35
             */
            qty: string;
            /** @enum {string} */
            order_type: "market" | "limit";
            limit_price: string | null;
            /** @enum {string} */
            time_in_force: "day" | "gtc" | "ioc" | "fok";
            /**
             * @description Exact decimal, never a JSON number
             * @example 0.35
             */
            position_after: string;
            reason_vector: unknown[];
            conviction: {
                [key: string]: unknown;
            } | null;
            meta: {
                manager_order_id: string | null;
                /**
                 * @description Exact decimal, never a JSON number
                 * @example 0.35
                 */
                scale: string;
                max_pos_usd: string | null;
                kill_switch: boolean;
            };
            sizing: {
                /**
                 * @description Exact decimal, never a JSON number
                 * @example 0.35
                 */
                baseline: string;
                /**
                 * @description Exact decimal, never a JSON number
                 * @example 0.35
                 */
                target: string;
                /**
                 * @description Exact decimal, never a JSON number
                 * @example 0.35
                 */
                want: string;
                /**
                 * @description Exact decimal, never a JSON number
                 * @example 0.35
                 */
                told: string;
                nav?: components["schemas"]["NavUsed"];
                reasons: {
                    rule: string;
                    before: string;
                    after: string;
                }[];
            };
            audit: {
                dag_id: string;
                dispatch_attempts: number;
                last_error: string | null;
                state: string;
            };
            provenance: {
                [key: string]: unknown;
            };
        };
        TestEventDelivery: {
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            ts: string;
            /** @constant */
            type: "test";
            /** @example evt_01JNA5T8Q2V4W6X8Y0Z2B4D6F8 */
            delivery_id: string;
            /** @example fol_01JNA5T8Q2V4W6X8Y0Z2B4D6F8 */
            follower_id: string;
            /** @example vlt_01JNA5T8Q2V4W6X8Y0Z2B4D6F8 */
            vault_id: string;
        };
        GetOpenApiAnswer: {
            /** @example 3.1.0 */
            openapi: string;
        } & {
            [key: string]: unknown;
        };
        Health: {
            /** @enum {string} */
            status: "ok" | "degraded";
            version: string;
            region: string;
            dependencies: {
                name: string;
                ok: boolean;
                ms: number;
            }[];
        };
        Tokens: {
            access_token: string;
            id_token?: string;
            refresh_token?: string;
            /** @constant */
            token_type: "Bearer";
            expires_in: number;
            scope?: string;
        };
        ListUsersAnswer: {
            items: components["schemas"]["Member"][];
            /**
             * @description Give it as `cursor` for the next page; null on the last one
             * @example null
             */
            next_cursor: string | null;
        };
        Member: {
            /** @example usr_01JNA5T8Q2V4W6X8Y0Z2B4D6F8 */
            user_id: string;
            email: string | null;
            /** @enum {string} */
            role: "owner" | "ops" | "auditor" | "follower";
            /** @example fol_01JNA5T8Q2V4W6X8Y0Z2B4D6F8 */
            follower_id?: string;
            /** @enum {string} */
            status: "invited" | "active";
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            updated_at: string;
        };
        GetMeAnswer: {
            subject: string;
            tenant_id: string | null;
            role: ("owner" | "ops" | "auditor" | "follower") | null;
            follower_id: string | null;
            scopes: ("vault:read" | "mirror:manage" | "orders:read" | "follower:manage" | "billing:read" | "billing:manage" | "tenant:manage" | "audit:read")[];
            entitlements: {
                plan_id: ("core" | "pro" | "institutional") | null;
                /** @description Distinct vaults owned or followed; null: without a limit */
                vaults: number | null;
                /** @description Followers; null: without a limit */
                followers: number | null;
                /** @description Members, without followers' own people; null: without a limit */
                seats: number | null;
                requests_per_minute: number;
                mode_capped: boolean;
                mode_shadow: boolean;
                persona_boosts: boolean;
                flip_mode: boolean;
                /** @enum {string} */
                replay: "none" | "own" | "all";
                dedicated_keys: boolean;
                machine_clients: boolean;
            } | null;
        };
        Tenant: {
            /** @example ten_01JNA5T8Q2V4W6X8Y0Z2B4D6F8 */
            tenant_id: string;
            /** @example Growth */
            name: string;
            /** @enum {string} */
            kind: "manager" | "client";
            /** @enum {string} */
            status: "active" | "suspended" | "closed";
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            updated_at: string;
        };
        Vault: {
            /** @example vlt_01JNA5T8Q2V4W6X8Y0Z2B4D6F8 */
            vault_id: string;
            /** @example ten_01JNA5T8Q2V4W6X8Y0Z2B4D6F8 */
            tenant_id: string;
            /** @example Growth */
            label: string;
            rails: ("fiat" | "crypto")[];
            personas: ("athena" | "apollo" | "ares" | "nemesis")[];
            risk_profile: {
                [key: string]: unknown;
            };
            public: boolean;
            max_age_s: number;
            flip_policy: {
                /** @default 1800 */
                min_ttl_s: number;
                /** @default 3600 */
                max_ttl_s: number;
                /**
                 * @description Exact decimal; must be between 0 and 2
                 * @default 0.5
                 * @example 2
                 */
                max_amplify: string;
            };
            reconcile_policy: {
                /**
                 * @description Exact decimal; must not be negative
                 * @default 1
                 * @example 10
                 */
                tolerance_increments: string;
                /**
                 * @description Exact decimal; must be between 0 and 1
                 * @default 0.005
                 * @example 1
                 */
                tolerance_nav: string;
                /** @default false */
                correct_own_trades: boolean;
                /** @default 300 */
                cool_down_s: number;
            };
            instruments?: {
                [key: string]: {
                    /**
                     * @description Exact decimal; must be greater than 0
                     * @example 10
                     */
                    increment: string;
                    /**
                     * @description Exact decimal; must not be negative
                     * @example 10
                     */
                    min_qty?: string;
                    /**
                     * @description Exact decimal; must not be negative
                     * @example 10
                     */
                    min_notional?: string;
                    /** @enum {string} */
                    rail?: "fiat" | "crypto";
                };
            };
            /** @enum {string} */
            status: "open" | "maintenance" | "halted" | "closed";
            seq: number;
            shards: number;
            followers: number;
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            updated_at: string;
        };
        ListVaultsAnswer: {
            items: (components["schemas"]["Vault"] | components["schemas"]["PublicVault"])[];
            /**
             * @description Give it as `cursor` for the next page; null on the last one
             * @example null
             */
            next_cursor: string | null;
        };
        GetVaultAnswer: components["schemas"]["Vault"] | components["schemas"]["PublicVault"];
        NavSnapshot: {
            /** @example vlt_01JNA5T8Q2V4W6X8Y0Z2B4D6F8 */
            vault_id: string;
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            ts: string;
            nav: string;
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            recorded_at: string;
        };
        ListNavAnswer: {
            items: components["schemas"]["NavSnapshot"][];
            /**
             * @description Give it as `cursor` for the next page; null on the last one
             * @example null
             */
            next_cursor: string | null;
        };
        CreateFollowerAnswer: {
            /** @example fol_01JNA5T8Q2V4W6X8Y0Z2B4D6F8 */
            follower_id: string;
            /** @example ten_01JNA5T8Q2V4W6X8Y0Z2B4D6F8 */
            tenant_id: string;
            /** @example vlt_01JNA5T8Q2V4W6X8Y0Z2B4D6F8 */
            vault_id: string;
            /** @example Growth */
            label?: string;
            /** @enum {string} */
            mode: "proportional" | "capped" | "shadow";
            scale: string;
            /** @enum {string} */
            scale_basis: "fixed" | "nav";
            max_pos_usd?: string;
            symbols?: {
                allow?: string[];
                deny?: string[];
            };
            kill_switch: boolean;
            /** @description Set by its own people: increases are skipped */
            reduce_only: boolean;
            allow_short: boolean;
            webhook: {
                url: string;
            };
            /** @enum {string} */
            status: "active" | "stopped" | "leaving" | "left";
            /** @description Set by the platform (suspended, over its plan): increases are skipped */
            close_only: boolean;
            /** @description The latest that was reported, in USD */
            nav?: {
                nav: string;
                /**
                 * Format: date-time
                 * @example 2026-03-02T14:30:00.000Z
                 */
                ts: string;
            };
            /**
             * @description Why close_only is set
             * @enum {string}
             */
            close_only_why?: "no_plan" | "over_limit" | "mode_not_in_plan" | "tenant_suspended";
            joined_seq: number;
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            updated_at: string;
            signing_secret: string;
        };
        ListFollowersAnswer: {
            items: components["schemas"]["UpdateFollowerAnswer"][];
            /**
             * @description Give it as `cursor` for the next page; null on the last one
             * @example null
             */
            next_cursor: string | null;
        };
        GetFollowerAnswer: components["schemas"]["Follower"] | components["schemas"]["RedactedFollower"];
        RotateFollowerKeyAnswer: {
            /** @example fol_01JNA5T8Q2V4W6X8Y0Z2B4D6F8 */
            follower_id: string;
            /** @example ten_01JNA5T8Q2V4W6X8Y0Z2B4D6F8 */
            tenant_id: string;
            /** @example vlt_01JNA5T8Q2V4W6X8Y0Z2B4D6F8 */
            vault_id: string;
            /** @example Growth */
            label?: string;
            /** @enum {string} */
            mode: "proportional" | "capped" | "shadow";
            scale: string;
            /** @enum {string} */
            scale_basis: "fixed" | "nav";
            max_pos_usd?: string;
            symbols?: {
                allow?: string[];
                deny?: string[];
            };
            kill_switch: boolean;
            /** @description Set by its own people: increases are skipped */
            reduce_only: boolean;
            allow_short: boolean;
            webhook: {
                url: string;
            };
            /** @enum {string} */
            status: "active" | "stopped" | "leaving" | "left";
            /** @description Set by the platform (suspended, over its plan): increases are skipped */
            close_only: boolean;
            /** @description The latest that was reported, in USD */
            nav?: {
                nav: string;
                /**
                 * Format: date-time
                 * @example 2026-03-02T14:30:00.000Z
                 */
                ts: string;
            };
            /**
             * @description Why close_only is set
             * @enum {string}
             */
            close_only_why?: "no_plan" | "over_limit" | "mode_not_in_plan" | "tenant_suspended";
            joined_seq: number;
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            updated_at: string;
            signing_secret: string;
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            old_secret_valid_until: string;
        };
        TestEventResult: {
            /** @example evt_01JNA5T8Q2V4W6X8Y0Z2B4D6F8 */
            delivery_id: string;
            delivered: boolean;
            status?: number;
            latency_ms: number;
            /** @enum {string} */
            error?: "timeout" | "refused" | "unreachable" | "dns" | "tls" | "blocked" | "cut" | "redirect" | "status";
            sent: {
                headers: {
                    [key: string]: string;
                };
                body: string;
            };
        };
        FollowerNav: {
            /** @example fol_01JNA5T8Q2V4W6X8Y0Z2B4D6F8 */
            follower_id: string;
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            ts: string;
            nav: string;
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            recorded_at: string;
        };
        PositionsReported: {
            /** @example fol_01JNA5T8Q2V4W6X8Y0Z2B4D6F8 */
            follower_id: string;
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            ts: string;
            positions: {
                /** @example AAPL */
                symbol: string;
                qty: string;
            }[];
        };
        ListPositionsAnswer: {
            items: components["schemas"]["Position"][];
            /**
             * @description Give it as `cursor` for the next page; null on the last one
             * @example null
             */
            next_cursor: string | null;
        };
        Follower: {
            /** @example fol_01JNA5T8Q2V4W6X8Y0Z2B4D6F8 */
            follower_id: string;
            /** @example ten_01JNA5T8Q2V4W6X8Y0Z2B4D6F8 */
            tenant_id: string;
            /** @example vlt_01JNA5T8Q2V4W6X8Y0Z2B4D6F8 */
            vault_id: string;
            /** @example Growth */
            label?: string;
            /** @enum {string} */
            mode: "proportional" | "capped" | "shadow";
            scale: string;
            /** @enum {string} */
            scale_basis: "fixed" | "nav";
            max_pos_usd?: string;
            symbols?: {
                allow?: string[];
                deny?: string[];
            };
            kill_switch: boolean;
            /** @description Set by its own people: increases are skipped */
            reduce_only: boolean;
            allow_short: boolean;
            webhook: {
                url: string;
            };
            /** @enum {string} */
            status: "active" | "stopped" | "leaving" | "left";
            /** @description Set by the platform (suspended, over its plan): increases are skipped */
            close_only: boolean;
            /** @description The latest that was reported, in USD */
            nav?: {
                nav: string;
                /**
                 * Format: date-time
                 * @example 2026-03-02T14:30:00.000Z
                 */
                ts: string;
            };
            /**
             * @description Why close_only is set
             * @enum {string}
             */
            close_only_why?: "no_plan" | "over_limit" | "mode_not_in_plan" | "tenant_suspended";
            joined_seq: number;
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            updated_at: string;
        };
        UpdateFollowerAnswer: components["schemas"]["Follower"] | components["schemas"]["RedactedFollower"];
        CreateManagerOrderAnswer: {
            /** @example mo_01JNA5T8Q2V4W6X8Y0Z2B4D6F8 */
            manager_order_id: string;
            seq: number;
        };
        ListManagerOrdersAnswer: {
            items: components["schemas"]["ManagerOrder"][];
            /**
             * @description Give it as `cursor` for the next page; null on the last one
             * @example null
             */
            next_cursor: string | null;
        };
        ManagerOrder: {
            external_id?: string;
            /** @example AAPL */
            symbol?: string;
            /** @enum {string} */
            side?: "buy" | "sell";
            /**
             * @description Exact decimal; must be greater than 0
             * @example 10
             */
            qty?: string;
            /** @enum {string} */
            order_type?: "market" | "limit";
            /**
             * @description Exact decimal; must be greater than 0
             * @example 10
             */
            limit_price?: string;
            /** @enum {string} */
            time_in_force?: "day" | "gtc" | "ioc" | "fok";
            /**
             * @description Exact decimal; must be greater than 0
             * @example 10
             */
            ref_price?: string;
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            ts?: string;
            venue?: string;
            /**
             * @description Exact decimal; must not be negative
             * @example 10
             */
            nav?: string;
            reduce_only?: boolean;
            /** @example desk-2026-03-02-17 */
            prev_external_id?: string;
            conviction?: {
                /**
                 * @description Exact decimal, never a JSON number
                 * @example 0.35
                 */
                score?: string;
                band?: string;
                persona?: string;
                overrides?: {
                    [key: string]: unknown;
                };
            };
            reason_vector?: unknown[];
            provenance?: {
                [key: string]: unknown;
            };
            /** @example mo_01JNA5T8Q2V4W6X8Y0Z2B4D6F8 */
            manager_order_id: string;
            /** @example vlt_01JNA5T8Q2V4W6X8Y0Z2B4D6F8 */
            vault_id: string;
            seq: number | null;
            /** @enum {string} */
            kind: "order" | "cancel";
            /** @enum {string} */
            state: "accepted" | "expanding" | "dispatched" | "completed" | "refused" | "canceled" | "expired";
            /** @enum {string} */
            source: "api" | "bus";
            /** @example mo_01JNA5T8Q2V4W6X8Y0Z2B4D6F8 */
            cancels?: string;
            filled_qty?: string;
            /** @example mo_01JNA5T8Q2V4W6X8Y0Z2B4D6F8 */
            canceled_by?: string;
            accepted_at: string | null;
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            refused_at?: string;
            code?: string;
            detail?: string;
            position_before?: string;
            position_after?: string;
            reasons?: {
                rule: string;
                before: string;
                after: string;
            }[];
            shards?: number;
            shards_done?: number;
            progress: {
                [key: string]: number;
            } | null;
        };
        GetServingOrderAnswer: {
            /** @example mo_01JNA5T8Q2V4W6X8Y0Z2B4D6F8 */
            manager_order_id: string;
            rule: string;
            /** @description In the order in which they are rung */
            shards: number[];
            shard?: number;
            /** @description The shard's followers that were sent to, in that order; absent until the shard has claimed the order */
            followers?: {
                /** @example fol_01JNA5T8Q2V4W6X8Y0Z2B4D6F8 */
                follower_id: string;
                place: number;
            }[];
        };
        CancelManagerOrderAnswer: {
            /** @example mo_01JNA5T8Q2V4W6X8Y0Z2B4D6F8 */
            manager_order_id: string;
            seq: number;
        };
        ListFollowerOrdersAnswer: {
            items: components["schemas"]["ChildOrder"][];
            /**
             * @description Give it as `cursor` for the next page; null on the last one
             * @example null
             */
            next_cursor: string | null;
        };
        ChildOrder: {
            /** @example fo_01JNA5T8Q2V4W6X8Y0Z2B4D6F800000A0003 */
            follower_order_id: string;
            manager_order_id: string | null;
            /** @enum {string} */
            kind: "order" | "cancel" | "sync" | "flatten" | "resend" | "revert" | "fixup";
            /** @example fo_01JNA5T8Q2V4W6X8Y0Z2B4D6F800000A0003 */
            cancels?: string;
            /** @example fol_01JNA5T8Q2V4W6X8Y0Z2B4D6F8 */
            follower_id: string;
            /** @example vlt_01JNA5T8Q2V4W6X8Y0Z2B4D6F8 */
            vault_id: string;
            seq: number;
            /** @example AAPL */
            symbol: string;
            /** @enum {string} */
            side: "buy" | "sell";
            qty: string;
            /** @enum {string} */
            state: "planned" | "sent" | "ack" | "partially_filled" | "confirmed" | "retry" | "skipped" | "shadowed" | "rejected" | "expired" | "canceled" | "dead_lettered" | "unresolved";
            unknown: boolean;
            code?: string;
            reasons: {
                rule: string;
                before: string;
                after: string;
            }[];
            cap_applied: boolean;
            attempts: number;
            last_error?: string;
            sizing: {
                baseline: string;
                target: string;
                base_want: string;
                want: string;
                told: string;
                nav?: components["schemas"]["NavUsed"];
            };
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            updated_at: string;
        };
        Reconciliation: {
            /** @example vlt_01JNA5T8Q2V4W6X8Y0Z2B4D6F8 */
            vault_id: string;
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            run_at: string;
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            finished_at: string;
            shards: number;
            followers: number;
            compared: number;
            not_compared: {
                [key: string]: number;
            };
            /** @description Followers x symbols with a difference, of either kind */
            drift: number;
            fixups: number;
            unexplained: number;
            unknown: {
                children: number;
                oldest_at: string | null;
                /** @description Followers whose endpoint was asked with a test event */
                probed: number;
                /** @description Of those that answered: their unknown children go out again */
                answered: number;
            };
            /** @description Shards that were behind, and were rung */
            rung: number;
            findings: {
                /** @example fol_01JNA5T8Q2V4W6X8Y0Z2B4D6F8 */
                follower_id: string;
                /** @example AAPL */
                symbol: string;
                /** @enum {string} */
                kind: "want" | "held";
                /** @enum {string} */
                outcome: "fixup" | "corrected" | "cooling_down" | "nothing_to_trade" | "explained" | "unexplained";
                why?: string;
                want?: string;
                told?: string;
                held?: string;
                qty?: string;
            }[];
            findings_left_out: number;
        };
        ReconcileVaultAnswer: {
            /** @example vlt_01JNA5T8Q2V4W6X8Y0Z2B4D6F8 */
            vault_id: string;
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            run_at: string;
        };
        ListDeadLettersAnswer: {
            items: components["schemas"]["DeadLetter"][];
            /**
             * @description Give it as `cursor` for the next page; null on the last one
             * @example null
             */
            next_cursor: string | null;
        };
        RedriveDeadLetterAnswer: {
            /** @example fo_01JNA5T8Q2V4W6X8Y0Z2B4D6F800000A0003 */
            follower_order_id: string;
        };
        PreviewFollowerAnswer: {
            /** @example fol_01JNA5T8Q2V4W6X8Y0Z2B4D6F8 */
            follower_id: string;
            /** @example mo_01JNA5T8Q2V4W6X8Y0Z2B4D6F8 */
            manager_order_id: string;
            seq: number;
            /** @example AAPL */
            symbol: string;
            /** @enum {string} */
            side: "buy" | "sell";
            qty: string;
            code?: string;
            before: {
                baseline: string;
                target: string;
                base_want: string;
                want: string;
                told: string;
            };
            after: {
                baseline: string;
                target: string;
                base_want: string;
                want: string;
                told: string;
            };
            nav?: components["schemas"]["NavUsed"];
            position_after: string;
            reasons: {
                rule: string;
                before: string;
                after: string;
            }[];
        };
        Overlay: {
            /** @example ovl_01JNA5T8Q2V4W6X8Y0Z2B4D6F8 */
            overlay_id: string;
            /** @example vlt_01JNA5T8Q2V4W6X8Y0Z2B4D6F8 */
            vault_id: string;
            /** @enum {string} */
            kind: "maintenance" | "halt" | "flip" | "persona";
            /** @enum {string} */
            status: "active" | "expired" | "ended" | "reverting" | "reverted";
            /** @example fol_01JNA5T8Q2V4W6X8Y0Z2B4D6F8 */
            follower_id?: string;
            amplify?: string;
            /** @enum {string} */
            persona?: "athena" | "apollo" | "ares" | "nemesis";
            boost?: string;
            invert?: boolean;
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            starts_at: string;
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            expires_at?: string;
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            ended_at?: string;
            /** @enum {string} */
            cause?: "deleted" | "kill_switch" | "follower_left" | "entitlement_lost" | "vault_halted" | "vault_closed";
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            reverted_at?: string;
            why?: string;
            by?: string;
        };
        ListOverlaysAnswer: {
            items: components["schemas"]["Overlay"][];
            /**
             * @description Give it as `cursor` for the next page; null on the last one
             * @example null
             */
            next_cursor: string | null;
        };
        PlanChange: {
            /**
             * @description `checkout`: pay at `checkout_url`. `changed`: it is done and paid. `scheduled`: at the end of the period. `unscheduled`: the change that waited is taken back.
             * @enum {string}
             */
            outcome: "checkout" | "changed" | "scheduled" | "unscheduled";
            /** @enum {string} */
            rail: "stripe" | "btc";
            /** @enum {string} */
            plan_id: "core" | "pro" | "institutional";
            /** @enum {string} */
            interval: "month" | "year";
            /**
             * @description The price of what `invoice_id` is for
             * @example 199
             */
            amount_due?: string;
            /** Format: uri */
            checkout_url?: string;
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            expires_at?: string;
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            effective_at?: string;
            /** @example inv_01JNA5T8Q2V4W6X8Y0Z2B4D6F8 */
            invoice_id?: string;
            /** @description What to pay in bitcoin, where, and the rate that is held until `expires_at` */
            btc?: {
                /**
                 * @description Exact decimal; must be greater than 0
                 * @example 10
                 */
                amount: string;
                address: string;
                /**
                 * @description Exact decimal; must be greater than 0
                 * @example 10
                 */
                rate: string;
            };
        };
        PlanChangePreview: {
            /** @enum {string} */
            kind: "subscribe" | "upgrade" | "downgrade" | "unschedule" | "unchanged";
            /** @enum {string} */
            rail: "stripe" | "btc";
            /** @enum {string} */
            plan_id: "core" | "pro" | "institutional";
            /** @enum {string} */
            interval: "month" | "year";
            /** @constant */
            currency: "usd";
            /**
             * @description What is charged now
             * @example 149.33
             */
            amount_due: string;
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            effective_at: string;
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            proration_date?: string;
        };
        SubscriptionState: {
            /** @enum {string} */
            rail: "stripe" | "btc" | "granted";
            /** @enum {string} */
            plan_id: "core" | "pro" | "institutional";
            /** @enum {string} */
            interval: "month" | "year";
            /** @enum {string} */
            status: "incomplete" | "incomplete_expired" | "trialing" | "active" | "past_due" | "unpaid" | "paused" | "canceled";
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            period_start?: string;
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            period_end?: string;
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            cancel_at?: string;
            pending?: {
                /** @enum {string} */
                plan_id: "core" | "pro" | "institutional";
                /** @enum {string} */
                interval: "month" | "year";
                /**
                 * Format: date-time
                 * @example 2026-03-02T14:30:00.000Z
                 */
                at: string;
            };
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            past_due_since?: string;
        };
        OpenPortalAnswer: {
            /** Format: uri */
            url: string;
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            expires_at?: string;
        };
        ListInvoicesAnswer: {
            items: components["schemas"]["Invoice"][];
            /**
             * @description Give it as `cursor` for the next page; null on the last one
             * @example null
             */
            next_cursor: string | null;
        };
        Invoice: {
            /** @example inv_01JNA5T8Q2V4W6X8Y0Z2B4D6F8 */
            invoice_id: string;
            /** @enum {string} */
            rail: "stripe" | "btc";
            number?: string;
            /** @enum {string} */
            status: "draft" | "open" | "paid" | "uncollectible" | "void";
            /** @enum {string} */
            plan_id?: "core" | "pro" | "institutional";
            /** @enum {string} */
            interval?: "month" | "year";
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            period_start?: string;
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            period_end?: string;
            /** @constant */
            currency: "usd";
            /**
             * @description Exact decimal; must not be negative
             * @example 10
             */
            amount_due: string;
            /**
             * @description Exact decimal; must not be negative
             * @example 10
             */
            amount_paid: string;
            /**
             * @description Exact decimal; must not be negative
             * @example 10
             */
            amount_refunded: string;
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            paid_at?: string;
            /** Format: uri */
            url?: string;
            /**
             * @description How far its payment in bitcoin is; `held` was paid for what it does not buy any more, and can be refunded
             * @enum {string}
             */
            btc_state?: "making" | "open" | "underpaid" | "processing" | "paid" | "late" | "held" | "expired" | "invalid" | "odd";
            /**
             * Format: date-time
             * @description Until then its rate is held and a payment is in time
             * @example 2026-03-02T14:30:00.000Z
             */
            expires_at?: string;
            /** @description At `claim_url` the payer says to which address the money goes */
            refunds?: {
                refund_id: string;
                /**
                 * @description Exact decimal; must not be negative
                 * @example 10
                 */
                amount: string;
                /** Format: uri */
                claim_url?: string;
                /**
                 * Format: date-time
                 * @example 2026-03-02T14:30:00.000Z
                 */
                created_at: string;
            }[];
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            updated_at: string;
        };
        ListPlansAnswer: {
            plans: components["schemas"]["Plan"][];
        };
        EffectiveSubscription: {
            /** @description What counts now; null: no plan */
            plan_id: ("core" | "pro" | "institutional") | null;
            /** @enum {string} */
            status: "incomplete" | "incomplete_expired" | "trialing" | "active" | "past_due" | "unpaid" | "paused" | "canceled" | "none";
            rail: ("stripe" | "btc" | "granted") | null;
            /** @description What is subscribed, whether it counts now or not */
            subscribed_plan_id: ("core" | "pro" | "institutional") | null;
            interval: ("month" | "year") | null;
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            period_start?: string;
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            period_end?: string;
            /**
             * Format: date-time
             * @description When it renews by itself, unless it is canceled
             * @example 2026-03-02T14:30:00.000Z
             */
            renews_at?: string;
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            cancel_at?: string;
            pending?: {
                /** @enum {string} */
                plan_id: "core" | "pro" | "institutional";
                /** @enum {string} */
                interval: "month" | "year";
                /**
                 * Format: date-time
                 * @example 2026-03-02T14:30:00.000Z
                 */
                at: string;
            };
            /**
             * Format: date-time
             * @example 2026-03-02T14:30:00.000Z
             */
            past_due_since?: string;
            /**
             * Format: date-time
             * @description A payment is owed: the plan ends then
             * @example 2026-03-02T14:30:00.000Z
             */
            grace_until?: string;
            /**
             * Format: date-time
             * @description When what is given changes next by time alone
             * @example 2026-03-02T14:30:00.000Z
             */
            changes_at?: string;
            entitlements: {
                vaults: {
                    /** @description Distinct vaults owned or followed; null: without a limit */
                    value: number | null;
                    reason: string;
                };
                followers: {
                    /** @description Followers; null: without a limit */
                    value: number | null;
                    reason: string;
                };
                seats: {
                    /** @description Members, without followers' own people; null: without a limit */
                    value: number | null;
                    reason: string;
                };
                requests_per_minute: {
                    value: number;
                    reason: string;
                };
                mode_capped: {
                    value: boolean;
                    reason: string;
                };
                mode_shadow: {
                    value: boolean;
                    reason: string;
                };
                persona_boosts: {
                    value: boolean;
                    reason: string;
                };
                flip_mode: {
                    value: boolean;
                    reason: string;
                };
                replay: {
                    /** @enum {string} */
                    value: "none" | "own" | "all";
                    reason: string;
                };
                dedicated_keys: {
                    value: boolean;
                    reason: string;
                };
                machine_clients: {
                    value: boolean;
                    reason: string;
                };
            };
            usage: {
                vaults: {
                    used: number;
                    limit: number | null;
                };
                followers: {
                    used: number;
                    limit: number | null;
                };
                seats: {
                    used: number;
                    limit: number | null;
                };
            };
        };
        /** @description The form of what API Gateway answers by itself */
        GatewayMessage: {
            message: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getOpenApi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description This document */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GetOpenApiAnswer"];
                };
            };
        };
    };
    getHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Version, region, and whether each dependency answers */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
    getMe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Who the token says you are */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GetMeAnswer"];
                };
            };
        };
    };
    createToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TokenRequest"];
            };
        };
        responses: {
            /** @description Exchange a code (PKCE), a refresh token or the credentials of a machine client for tokens */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tokens"];
                };
            };
        };
    };
    listUsers: {
        parameters: {
            query?: {
                /** @description Items of a page */
                limit?: number;
                /** @description The page before's `next_cursor`; opaque */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The members of your tenant */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListUsersAnswer"];
                };
            };
        };
    };
    createUser: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateUserBody"];
            };
        };
        responses: {
            /** @description Invite somebody to your tenant by e-mail */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
        };
    };
    deleteUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Remove a member and end its sessions */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
        };
    };
    updateUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateUserBody"];
            };
        };
        responses: {
            /** @description Change a member's role; it counts from the next request on */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
        };
    };
    createTenant: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateTenantBody"];
            };
        };
        responses: {
            /** @description Create the tenant of a signed-in person without one; the caller becomes its owner */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tenant"];
                };
            };
        };
    };
    getTenant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Read your tenant */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tenant"];
                };
            };
        };
    };
    updateTenant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateTenantBody"];
            };
        };
        responses: {
            /** @description Change your tenant */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tenant"];
                };
            };
        };
    };
    listPlans: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The plans, what they cost and what they give */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListPlansAnswer"];
                };
            };
        };
    };
    getMySubscription: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Your plan, what it gives and why, and what of it you use */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EffectiveSubscription"];
                };
            };
        };
    };
    listVaults: {
        parameters: {
            query?: {
                /** @description Items of a page */
                limit?: number;
                /** @description The page before's `next_cursor`; opaque */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Your vaults, then the public ones of others */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListVaultsAnswer"];
                };
            };
        };
    };
    createVault: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateVaultBody"];
            };
        };
        responses: {
            /** @description Create a vault */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Vault"];
                };
            };
        };
    };
    getVault: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                vault_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Read a vault; a public one of another tenant is redacted */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GetVaultAnswer"];
                };
            };
        };
    };
    updateVault: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                vault_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateVaultBody"];
            };
        };
        responses: {
            /** @description Change a vault's settings, for orders accepted after it; status: closed is final */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Vault"];
                };
            };
        };
    };
    listNav: {
        parameters: {
            query?: {
                /** @description Items of a page */
                limit?: number;
                /** @description The page before's `next_cursor`; opaque */
                cursor?: string;
                since?: string;
            };
            header?: never;
            path: {
                vault_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The vault's net asset values, the newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListNavAnswer"];
                };
            };
        };
    };
    recordNav: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                vault_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RecordNavBody"];
            };
        };
        responses: {
            /** @description Record the vault's net asset value at a time, in USD */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NavSnapshot"];
                };
            };
        };
    };
    createOverlay: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                vault_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateOverlayBody"];
            };
        };
        responses: {
            /** @description Put a vault into maintenance, halt it, flip it or one follower for a while, or let a persona shape it */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Overlay"];
                };
            };
        };
    };
    listOverlays: {
        parameters: {
            query?: {
                /** @description Items of a page */
                limit?: number;
                /** @description The page before's `next_cursor`; opaque */
                cursor?: string;
            };
            header?: never;
            path: {
                vault_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A vault's overlays, the ended ones too; of another tenant's vault those of the vault and of one's own followers */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListOverlaysAnswer"];
                };
            };
        };
    };
    deleteOverlay: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                vault_id: string;
                overlay_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description End an overlay now; a flip gives its extra back */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Overlay"];
                };
            };
        };
    };
    listFollowers: {
        parameters: {
            query?: {
                /** @description Items of a page */
                limit?: number;
                /** @description The page before's `next_cursor`; opaque */
                cursor?: string;
            };
            header?: never;
            path: {
                vault_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The followers of a vault; those of other tenants are redacted */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListFollowersAnswer"];
                };
            };
        };
    };
    createFollower: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                vault_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateFollowerBody"];
            };
        };
        responses: {
            /** @description Register a follower on a vault; its signing secret is shown once */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreateFollowerAnswer"];
                };
            };
        };
    };
    getFollower: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                follower_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Read a follower */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GetFollowerAnswer"];
                };
            };
        };
    };
    deleteFollower: {
        parameters: {
            query?: {
                positions?: "keep" | "flatten";
            };
            header?: never;
            path: {
                follower_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Stop mirroring; with positions=flatten closing children go out first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Follower"];
                };
            };
        };
    };
    updateFollower: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                follower_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateFollowerBody"];
            };
        };
        responses: {
            /** @description Change a follower's settings; nothing moves by itself, but for join: sync */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UpdateFollowerAnswer"];
                };
            };
        };
    };
    rotateFollowerKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                follower_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A new signing secret, shown once; the one before it stays valid for 24 hours */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RotateFollowerKeyAnswer"];
                };
            };
        };
    };
    testFollower: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                follower_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Send a signed test event to the follower's webhook, and see what came of it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TestEventResult"];
                };
            };
        };
    };
    recordFollowerNav: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                follower_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RecordFollowerNavBody"];
            };
        };
        responses: {
            /** @description Record the net asset value of the follower's account at a time, in USD */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FollowerNav"];
                };
            };
        };
    };
    listPositions: {
        parameters: {
            query?: {
                /** @description Items of a page */
                limit?: number;
                /** @description The page before's `next_cursor`; opaque */
                cursor?: string;
            };
            header?: never;
            path: {
                follower_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What the follower should hold, was told, and reported, by symbol */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListPositionsAnswer"];
                };
            };
        };
    };
    reportPositions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                follower_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReportPositionsBody"];
            };
        };
        responses: {
            /** @description Say what the follower's account holds of symbols at a time, whatever was filled: reconciliation compares it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PositionsReported"];
                };
            };
        };
    };
    previewFollower: {
        parameters: {
            query?: {
                manager_order_id?: string;
            };
            header?: never;
            path: {
                follower_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description An order's size for this follower, from the recorded state before it, with every step */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PreviewFollowerAnswer"];
                };
            };
        };
    };
    createManagerOrder: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                vault_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateManagerOrderBody"];
            };
        };
        responses: {
            /** @description Send an order of the vault to all of its followers */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreateManagerOrderAnswer"];
                };
            };
        };
    };
    listManagerOrders: {
        parameters: {
            query: {
                /** @description Items of a page */
                limit?: number;
                /** @description The page before's `next_cursor`; opaque */
                cursor?: string;
                vault_id: string;
                /** @description Only what came after this time, or after this sequence number */
                since?: string;
                state?: "refused";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A vault's orders in sequence; with state=refused those of the bus that were refused */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListManagerOrdersAnswer"];
                };
            };
        };
    };
    getManagerOrder: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                manager_order_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description An order with the counts of its children by state */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ManagerOrder"];
                };
            };
        };
    };
    getServingOrder: {
        parameters: {
            query?: {
                shard?: string;
            };
            header?: never;
            path: {
                manager_order_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The order in which shards, and the followers of one shard, are served: recomputed from the id alone */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GetServingOrderAnswer"];
                };
            };
        };
    };
    cancelManagerOrder: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                manager_order_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CancelManagerOrderBody"];
            };
        };
        responses: {
            /** @description Cancel an order: its followers are taken back to what was filled */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CancelManagerOrderAnswer"];
                };
            };
        };
    };
    listFollowerOrders: {
        parameters: {
            query?: {
                /** @description Items of a page */
                limit?: number;
                /** @description The page before's `next_cursor`; opaque */
                cursor?: string;
                follower_id?: string;
                /** @description Only what came after this time, or after this sequence number */
                since?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A follower's child orders in sequence, with their reasons */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListFollowerOrdersAnswer"];
                };
            };
        };
    };
    getFollowerOrder: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                follower_order_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A child order */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChildOrder"];
                };
            };
        };
    };
    settleFollowerOrder: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                follower_order_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SettleFollowerOrderBody"];
            };
        };
        responses: {
            /** @description Say whether an unknown child happened */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChildOrder"];
                };
            };
        };
    };
    reportFill: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                follower_order_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReportFillBody"];
            };
        };
        responses: {
            /** @description Report a fill or the end of a child; signed with the follower's secret (Standard Webhooks) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChildOrder"];
                };
            };
        };
    };
    getReconciliation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                vault_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What the last reconciliation of the vault found, and did */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reconciliation"];
                };
            };
        };
    };
    reconcileVault: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                vault_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Reconcile the vault now, beside the runs that come by themselves every few minutes */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReconcileVaultAnswer"];
                };
            };
        };
    };
    listDeadLetters: {
        parameters: {
            query?: {
                /** @description Items of a page */
                limit?: number;
                /** @description The page before's `next_cursor`; opaque */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Your followers' and your vaults' dead letters, the oldest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListDeadLettersAnswer"];
                };
            };
        };
    };
    redriveDeadLetter: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                follower_order_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RedriveDeadLetterBody"];
            };
        };
        responses: {
            /** @description Send a dead letter, or a child of which nobody knows whether it happened, once more: same id, same body */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RedriveDeadLetterAnswer"];
                };
            };
        };
    };
    changePlan: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangePlanBody"];
            };
        };
        responses: {
            /** @description Subscribe, change the plan, or take a change back that waits */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlanChange"];
                };
            };
        };
    };
    previewChange: {
        parameters: {
            query: {
                plan_id: "core" | "pro" | "institutional";
                interval: "month" | "year";
                rail?: "stripe" | "btc";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What a change of plan costs now, to the cent */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlanChangePreview"];
                };
            };
        };
    };
    cancelSubscription: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description End the subscription with the period that is paid */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SubscriptionState"];
                };
            };
        };
    };
    resumeSubscription: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Take a cancellation back before the period ends */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SubscriptionState"];
                };
            };
        };
    };
    openPortal: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the payment provider: cards, addresses, invoices */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenPortalAnswer"];
                };
            };
        };
    };
    listInvoices: {
        parameters: {
            query?: {
                /** @description Items of a page */
                limit?: number;
                /** @description The page before's `next_cursor`; opaque */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Invoices of both rails, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListInvoicesAnswer"];
                };
            };
        };
    };
    refundInvoice: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                invoice_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RefundInvoiceBody"];
            };
        };
        responses: {
            /** @description Give back what was paid, all or a part; owners only */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invoice"];
                };
            };
        };
    };
    childOrder: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChildOrderDelivery"];
            };
        };
        responses: {
            /** @description Done, or done before. Nothing of your answer is read but its status. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    testEvent: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TestEventDelivery"];
            };
        };
        responses: {
            /** @description Received. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
}
