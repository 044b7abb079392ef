import { queueNames, resources } from '../shared/wiring/resources.ts';
import { settings } from '../shared/wiring/settings.ts';

const isQueue = (name: string): name is keyof typeof queueNames => name in queueNames;
const values: Record<keyof typeof settings, string> = {
  stage: 'bench',
  version: 'bench',
  webhookTargets: 'public',
  retryDelaysSeconds: '1,5,15,60',
  defaultPlan: 'institutional',
  rateLimit: 'off',
  shardSize: '100',
  reconcileQuietSeconds: '30',
  stripeApiBase: 'http://127.0.0.1:9',
  billingReturnUrl: 'http://127.0.0.1:9',
  btcpayBaseUrl: 'http://127.0.0.1:9',
  btcpayStoreId: 'bench',
};

/** Where a queue's messages are found. */
export const queueUrl = (name: string): string => `https://sqs.us-east-1.amazonaws.com/000000000000/${name}`;

/** Every variable that a function may read, so that each handler can be loaded as Lambda loads it. */
export function functionEnvironment(): Record<string, string> {
  const named = Object.entries(resources).map(([name, { variable }]) => [
    variable,
    isQueue(name) ? queueUrl(queueNames[name]) : `arn:bench:${name}`,
  ]);
  const set = Object.entries(settings).map(([name, variable]) => [variable, values[name as keyof typeof settings]]);
  return {
    ...(Object.fromEntries([...named, ...set]) as Record<string, string>),
    [resources.table.variable]: 'bench',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
    AWS_LAMBDA_FUNCTION_NAME: 'bench',
  };
}
