/** What the owners of a tenant are told about its subscription: an event on the bus, and a mail where the stage sends mail. */
export const noticeKinds = [
  'plan_active',
  'plan_changed',
  'downgrade_scheduled',
  'cancel_scheduled',
  'resumed',
  'payment_failed',
  'action_required',
  'grace_ending',
  'plan_lost',
  'refunded',
  'duplicate_refunded',
  'renewal_invoice',
  'btc_underpaid',
  'btc_overpaid',
  'btc_late',
  'btc_invalid',
] as const;
export type NoticeKind = (typeof noticeKinds)[number];

export interface Notice {
  readonly tenant_id: string;
  /** Follows from the cause, so that what is told twice is told once. */
  readonly notice_id: string;
  readonly kind: NoticeKind;
  readonly at: string;
  /** Plain facts for the text: plan, amount, dates, an address to pay at. No secrets, no personal data. */
  readonly facts: Readonly<Record<string, string>>;
}
