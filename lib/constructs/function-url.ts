import { CfnOutput } from 'aws-cdk-lib';
import { type CfnFunction, CfnPermission, CfnUrl } from 'aws-cdk-lib/aws-lambda';
import type { Trigger } from '../../shared/wiring/card.ts';
import type { VantaFunction } from './vanta-function.ts';

type UrlTrigger = Extract<Trigger, { kind: 'functionUrl' }>;

/**
 * A function's own URL, for callers that know no tokens: what they send is signed, and the function checks that before anything else.
 * Anybody may call it, so no more than `most` of it run at a time: what is sent without a right to be heard costs a bounded amount, and
 * takes no concurrency from the rest. Two permissions, as new URLs need them: to call the URL, and to run the function through it.
 */
export function functionUrl(fn: VantaFunction, { most }: UrlTrigger): CfnUrl {
  const { lambda } = fn;
  (lambda.node.defaultChild as CfnFunction).reservedConcurrentExecutions = most;
  const url = new CfnUrl(fn, 'Url', { targetFunctionArn: lambda.functionArn, authType: 'NONE', invokeMode: 'BUFFERED' });
  const anybody = { functionName: lambda.functionArn, principal: '*' };
  new CfnPermission(fn, 'AnybodyMayCall', { ...anybody, action: 'lambda:InvokeFunctionUrl', functionUrlAuthType: 'NONE' });
  new CfnPermission(fn, 'AnybodyMayRun', { ...anybody, action: 'lambda:InvokeFunction', invokedViaFunctionUrl: true });
  new CfnOutput(fn, 'UrlOutput', { value: url.attrFunctionUrl, description: `Where ${fn.name} is called` });
  return url;
}
