import { z } from 'zod';
import { invalid } from './failure.ts';
import { listed } from './lists.ts';
import { ignored, int, mergedMetadata, metadata, paging, range, text } from './params.ts';
import { type Route, route } from './routes.ts';
import { moneyText } from './time.ts';
import type { Charge, Refund } from './wire.ts';
import { newId, type World } from './world.ts';

const newRefund = z.strictObject({
  amount: int.optional(),
  charge: text.optional(),
  payment_intent: text.optional(),
  reason: z.enum(['duplicate', 'fraudulent', 'requested_by_customer']).optional(),
  metadata: metadata.optional(),
  ...ignored('instructions_email', 'refund_application_fee', 'reverse_transfer'),
});
const refundList = z.strictObject({
  ...paging,
  created: range.optional(),
  charge: text.optional(),
  payment_intent: text.optional(),
});

/** Refunds, of a charge or of the payment it belongs to. */
export const refundRoutes: readonly Route[] = [
  route('POST', '/v1/refunds', newRefund, refund),
  route('GET', '/v1/refunds/:id', z.strictObject({}), (world, _, id) => world.get('refund', id)),
  route('GET', '/v1/refunds', refundList, (world, given) => {
    const { charge, payment_intent } = given;
    const fits = (one: Refund) =>
      (charge ?? one.charge) === one.charge && (payment_intent ?? one.payment_intent) === one.payment_intent;
    return listed({ url: '/v1/refunds', all: world.all('refund').filter(fits), given });
  }),
];

function chargeToRefund(world: World, { charge, payment_intent }: z.infer<typeof newRefund>): Charge {
  if ((charge === undefined) === (payment_intent === undefined))
    throw invalid('You must provide one of charge or payment_intent.', { code: 'parameter_missing', param: 'charge' });
  if (charge !== undefined) return world.get('charge', charge, 'charge');
  const intent = world.get('payment_intent', payment_intent ?? '', 'payment_intent');
  const found =
    intent.status === 'succeeded' && intent.latest_charge !== null ? world.get('charge', intent.latest_charge) : undefined;
  if (found === undefined)
    throw invalid(`This PaymentIntent (${intent.id}) does not have a successful charge to refund.`, { param: 'payment_intent' });
  return found;
}

function refund(world: World, given: z.infer<typeof newRefund>): Refund {
  const charge = chargeToRefund(world, given);
  const left = charge.amount_captured - charge.amount_refunded;
  const amount = given.amount ?? left;
  checkAmount(charge, amount, left);
  const made: Refund = {
    id: newId('re_'),
    object: 'refund',
    amount,
    balance_transaction: newId('txn_'),
    charge: charge.id,
    created: world.now(world.clockOf(charge.customer)),
    currency: charge.currency,
    customer: charge.customer,
    customer_account: null,
    destination_details: {
      card: { type: 'refund', reference_status: 'pending', reference_type: 'acquirer_reference_number' },
      type: 'card',
    },
    metadata: mergedMetadata(null, given.metadata),
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    reason: given.reason ?? null,
    receipt_number: null,
    source_transfer_reversal: null,
    status: 'succeeded',
    transfer_reversal: null,
  };
  world.put(made);
  const refunded = charge.amount_refunded + amount;
  const change = { amount_refunded: refunded, refunded: refunded === charge.amount_captured };
  world.update('charge', charge.id, change, 'charge.refunded');
  world.emit('refund.created', made);
  return made;
}

function checkAmount(charge: Charge, amount: number, left: number): void {
  if (charge.status !== 'succeeded')
    throw invalid(`Charge ${charge.id} has not been captured.`, { code: 'charge_not_refundable' });
  if (left <= 0) throw invalid(`Charge ${charge.id} has already been refunded.`, { code: 'charge_already_refunded' });
  if (amount <= 0) throw invalid('Invalid positive integer', { param: 'amount', code: 'parameter_invalid_integer' });
  if (amount > left)
    throw invalid(
      `Refund amount (${moneyText(amount, charge.currency)}) is greater than ` +
        `${charge.amount_refunded > 0 ? 'unrefunded amount on charge' : 'charge amount'} (${moneyText(left, charge.currency)})`,
      { param: 'amount' },
    );
}
