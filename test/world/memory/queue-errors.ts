import { MessageNotInflight, ReceiptHandleIsInvalid, SQSServiceException } from '@aws-sdk/client-sqs';

const $metadata = {};

/** Most of what SQS answers has no class of its own in the SDK, only a name. */
export const refusedBy = (name: string, message: string): SQSServiceException =>
  new SQSServiceException({ name, $fault: 'client', $metadata, message });

/** What AWS answers on a FIFO queue when the visibility timeout of a handle ran out. */
export const handleExpired = (handle: string): SQSServiceException =>
  refusedBy(
    'InvalidParameterValue',
    `Value ${handle} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.`,
  );

export const handleInvalid = (handle: string): ReceiptHandleIsInvalid =>
  new ReceiptHandleIsInvalid({ $metadata, message: `The input receipt handle "${handle}" is not a valid receipt handle.` });

export const notInFlight = (): MessageNotInflight =>
  new MessageNotInflight({
    $metadata,
    message: 'Message does not exist or is not available for visibility timeout change.',
  });
