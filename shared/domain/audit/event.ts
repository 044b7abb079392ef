/** Who did what to what (SPEC 9). Written in the transaction that does it; never changed. */
export interface AuditEvent {
  readonly tenant_id: string;
  /** The id of what was acted on; events of one entity stand together, in time order. */
  readonly entity: string;
  readonly action: string;
  readonly by: string;
  readonly at: string;
  /** Follows from the cause (request seed, order id), so that a repeated action writes the same event. */
  readonly event_id: string;
  readonly request_id?: string;
  readonly why?: string;
  readonly before?: unknown;
  readonly after?: unknown;
}
