import type { Notice, NoticeKind } from './notice.ts';

/** What a mail says before and after the facts. */
export interface MailText {
  readonly subject: string;
  readonly opening: string;
  readonly advice?: string;
}

/** A text for every kind. Plain words; the numbers stand below them as facts. */
export const mailTexts: Readonly<Record<NoticeKind, MailText>> = {
  plan_active: { subject: 'Your VANTA plan is active', opening: 'Your payment has arrived and your plan is active.' },
  plan_changed: { subject: 'Your VANTA plan has changed', opening: 'Your plan has changed.' },
  downgrade_scheduled: {
    subject: 'Your VANTA plan will change',
    opening: 'Your plan will change when the present period ends.',
    advice: 'Until then nothing changes. You can take this back before.',
  },
  cancel_scheduled: {
    subject: 'Your VANTA subscription will end',
    opening: 'Your subscription is canceled and ends with the period that is paid.',
    advice: 'You can resume it until then.',
  },
  resumed: { subject: 'Your VANTA subscription goes on', opening: 'What was to end or to change goes on as it was.' },
  payment_failed: {
    subject: 'A payment for VANTA is missing',
    opening: 'A payment for your plan is missing. You keep the plan for seven days.',
    advice: 'Please pay within this time: by card at the billing portal, in bitcoin at the open invoice.',
  },
  action_required: {
    subject: 'Your bank wants you to confirm a payment for VANTA',
    opening: 'Your bank wants a confirmation before it pays.',
    advice: 'Please open the invoice and confirm the payment.',
  },
  grace_ending: {
    subject: 'Your VANTA plan ends in two days',
    opening: 'A payment is still missing, and the seven days in which you keep your plan are nearly over.',
    advice: 'Followers beyond what is allowed without a plan will only be closed, not opened, once it has ended.',
  },
  plan_lost: {
    subject: 'Your VANTA plan has ended',
    opening: 'Your plan has ended. Nothing is deleted: followers beyond what is allowed take no new positions.',
    advice: 'Choose a plan to go on.',
  },
  refunded: {
    subject: 'A refund of VANTA',
    opening: 'Money that you paid is given back.',
    advice: 'A refund in bitcoin has to be claimed: open the address below and say where it should go.',
  },
  duplicate_refunded: {
    subject: 'You paid VANTA twice, and get one payment back',
    opening: 'Two subscriptions were paid for at the same moment. One was ended and its payment is given back.',
  },
  renewal_invoice: {
    subject: 'Your VANTA renewal can be paid now',
    opening: 'Your next period can be paid in bitcoin at the address below.',
    advice: 'Amount and rate are held until the time given. A new invoice comes if this one runs out.',
  },
  btc_underpaid: {
    subject: 'Your bitcoin payment to VANTA was too small',
    opening: 'Less arrived than the invoice asks for, and its time has run out: it buys nothing yet.',
    advice:
      'Send what is missing to the same address within a day of its expiry, or let an owner of your organisation have it given back (POST /v1/invoices/{invoice_id}/refund).',
  },
  btc_overpaid: {
    subject: 'Your bitcoin payment to VANTA was too large',
    opening: 'More arrived than the invoice asks for. What it was for is yours.',
    advice:
      'An owner of your organisation can have the surplus given back (POST /v1/invoices/{invoice_id}/refund, with the amount).',
  },
  btc_late: {
    subject: 'Your bitcoin payment to VANTA could not be used',
    opening: 'A payment arrived for what it does not buy any more.',
    advice: 'An owner of your organisation can have it given back (POST /v1/invoices/{invoice_id}/refund).',
  },
  btc_invalid: {
    subject: 'Your bitcoin payment to VANTA did not hold',
    opening: 'A payment was not confirmed by the Bitcoin network or was declared invalid: what it paid for is taken back.',
    advice: 'If money did arrive, an owner of your organisation can have it given back (POST /v1/invoices/{invoice_id}/refund).',
  },
};

/** Facts that mails show, in this order; others are for programs. */
const labels: Readonly<Record<string, string>> = {
  plan_id: 'Plan',
  interval: 'Paid by the',
  next_plan_id: 'Next plan',
  next_interval: 'Then paid by the',
  at: 'From',
  effective_at: 'From',
  period_end: 'Period ends',
  paid_until: 'Paid until',
  cancel_at: 'Ends',
  grace_until: 'Kept until',
  amount: 'Amount (USD)',
  amount_usd: 'Amount (USD)',
  amount_refunded: 'Given back (USD)',
  paid_usd: 'Paid (USD)',
  missing_usd: 'Missing (USD)',
  surplus_usd: 'Too much (USD)',
  invoice_id: 'Invoice',
  pay_at: 'Pay at',
  pay_until: 'Payable until',
  claim_at: 'Claim at',
  url: 'See',
};

export interface Mail {
  readonly subject: string;
  readonly text: string;
}

/** The mail for a notice: plain text, the same for the same notice. */
export function mailOf({ kind, facts, notice_id }: Notice): Mail {
  const { subject, opening, advice } = mailTexts[kind];
  const lines = Object.entries(labels).flatMap(([name, label]) => {
    const value = facts[name];
    return value === undefined || value === '' ? [] : [`${label}: ${value}`];
  });
  const parts = [opening, lines.join('\n'), ...(advice === undefined ? [] : [advice]), `VANTA Platform, notice ${notice_id}`];
  return { subject, text: `${parts.filter((part) => part !== '').join('\n\n')}\n` };
}
