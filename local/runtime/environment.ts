import { issuerPath } from '../template/identify.ts';
import type { FunctionSpec, UserPoolSpec } from '../template/model.ts';

/** A setting replaces only what a function's card has: the local platform gives nothing that the template does not. */
export function withSettings({ environment }: FunctionSpec, settings: Readonly<Record<string, string>>): Record<string, string> {
  const replaced = Object.entries(settings).filter(([name]) => name in environment);
  return { ...environment, ...Object.fromEntries(replaced) };
}

/** The user pool's domain is on this machine: a template joins its address from parts, none of which is a resource's own. */
export function signingInHere(
  environment: Record<string, string>,
  userPools: readonly UserPoolSpec[],
  api: string,
): Record<string, string> {
  const domains = userPools.map(({ domainUrl }) => domainUrl);
  const here = (value: string) => (domains.includes(value) ? api + issuerPath : value);
  return Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, here(value)]));
}

/** What Lambda itself puts into a function's environment. */
export function runtimeVariables({ name, memoryMb, handler, code }: FunctionSpec, region: string): Record<string, string> {
  return {
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    LAMBDA_TASK_ROOT: code,
    _HANDLER: handler,
    TZ: ':UTC',
  };
}
