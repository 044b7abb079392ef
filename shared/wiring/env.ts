import { type FunctionName, functions } from './functions.ts';
import { type ResourceName, resources } from './resources.ts';
import { type SettingName, settings } from './settings.ts';

type CardOf<F extends FunctionName> = (typeof functions)[F];
export type Env<F extends FunctionName> = { readonly [R in keyof CardOf<F>['needs'] & ResourceName]: string } & {
  readonly [S in CardOf<F>['settings'][number] & SettingName]: string;
};

/**
 * Exactly the variables of a function's card, and no others: reading one that the card lacks does not compile.
 * Throws when the deployment forgot one, at cold start and by name, rather than at the first order.
 */
export function readEnv<F extends FunctionName>(name: F): Env<F> {
  const card = functions[name];
  const wanted = [
    ...(Object.keys(card.needs) as ResourceName[]).map((r) => [r, resources[r].variable] as const),
    ...card.settings.map((s) => [s, settings[s]] as const),
  ];
  const read = wanted.map(([key, variable]) => [key, required(variable)] as const);
  return Object.fromEntries(read) as Env<F>;
}

function required(variable: string): string {
  const value = process.env[variable];
  if (value === undefined || value === '') throw new Error(`environment variable ${variable} is not set`);
  return value;
}

/** The region that Lambda runs in; set by the runtime itself (AWS Lambda developer guide, environment variables). */
export const region = (): string => required('AWS_REGION');

/** The stage's name, which every card has among its settings. */
export const stageName = (): string => required(settings.stage);
