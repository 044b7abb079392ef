import {
  type CancellationReason,
  ConditionalCheckFailedException,
  DynamoDBServiceException,
  IdempotentParameterMismatchException,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';

const $metadata = {};
type Image = Readonly<Record<string, unknown>>;

/** What AWS answers to a request that can never be right. */
export const invalid = (message: string): DynamoDBServiceException =>
  new DynamoDBServiceException({ name: 'ValidationException', $fault: 'client', $metadata, message });

/** The document client leaves the old item of an error marshalled; so does this. */
export const conditionFailure = (old?: Image): ConditionalCheckFailedException =>
  new ConditionalCheckFailedException({
    $metadata,
    message: 'The conditional request failed',
    ...(old === undefined ? {} : { Item: marshall(old) }),
  });

export const tokenMismatch = (): IdempotentParameterMismatchException =>
  new IdempotentParameterMismatchException({ $metadata, message: 'The token was used with other parameters' });

export const reasons = {
  none: { Code: 'None' },
  condition: (old?: Image): CancellationReason => ({
    Code: 'ConditionalCheckFailed',
    Message: 'The conditional request failed',
    ...(old === undefined ? {} : { Item: marshall(old) }),
  }),
  validation: (message: string): CancellationReason => ({ Code: 'ValidationError', Message: message }),
} as const;

export function cancelled(CancellationReasons: CancellationReason[]): TransactionCanceledException {
  const codes = CancellationReasons.map((reason) => reason.Code).join(', ');
  const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`;
  return new TransactionCanceledException({ $metadata, message, CancellationReasons });
}
