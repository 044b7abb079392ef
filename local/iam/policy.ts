import { TemplateError } from '../template/intrinsics.ts';

/** What is known of a request when it is decided: condition keys with one value or, where IAM has several, a list. */
export type RequestContext = ReadonlyMap<string, string | readonly string[]>;

export interface Question {
  readonly action: string;
  readonly resource: string;
  readonly context: RequestContext;
  /** The caller, for the policies that name one. */
  readonly principal?: string;
}

interface Statement {
  readonly effect: 'Allow' | 'Deny';
  matches(question: Question): boolean;
}

/** A policy that was understood whole; asked for a verdict as often as one likes. */
export type Policy = readonly Statement[];

const elements = new Set(['Sid', 'Effect', 'Action', 'Resource', 'Principal', 'Condition']);

/** Reads the elements that the templates use. Whatever else a policy says is an error here: not to know it could mean to allow. */
export function readPolicy(document: unknown, where: string): Policy {
  const { Statement } = document as { readonly Statement: unknown };
  return [Statement].flat().map((statement) => readStatement(statement as Record<string, unknown>, where));
}

/** An explicit deny wins; what nothing allows is denied. */
export function isAllowed(policies: readonly Policy[], question: Question): boolean {
  const matching = policies.flat().filter((statement) => statement.matches(question));
  return matching.length > 0 && matching.every(({ effect }) => effect === 'Allow');
}

function readStatement(statement: Record<string, unknown>, where: string): Statement {
  const unknown = Object.keys(statement).filter((name) => !elements.has(name));
  if (unknown.length > 0) throw new TemplateError(`${where}: unknown policy element ${unknown.join(', ')}`);
  const { Effect, Action, Resource, Principal, Condition = {} } = statement;
  if (Effect !== 'Allow' && Effect !== 'Deny') throw new TemplateError(`${where}: unknown Effect ${String(Effect)}`);
  const actions = texts(Action, `${where}: Action`).map((text) => pattern(text.toLowerCase()));
  const resources = Resource === undefined ? undefined : texts(Resource, `${where}: Resource`).map(pattern);
  const principals = Principal === undefined ? undefined : readPrincipal(Principal, where);
  const conditions = readConditions(Condition as Record<string, Record<string, unknown>>, where);
  return {
    effect: Effect,
    matches: ({ action, resource, context, principal }) =>
      actions.some((one) => one.test(action.toLowerCase())) &&
      (resources === undefined || resources.some((one) => one.test(resource))) &&
      (principals === undefined || (principal !== undefined && principals.includes(principal))) &&
      conditions.every((holds) => holds(context)),
  };
}

/** The ARNs that a trust policy names; services are no callers here. */
function readPrincipal(principal: unknown, where: string): string[] {
  const entries = Object.entries(principal as Record<string, unknown>);
  const kinds = entries.map(([kind]) => kind).filter((kind) => kind !== 'AWS' && kind !== 'Service');
  if (typeof principal !== 'object' || kinds.length > 0)
    throw new TemplateError(`${where}: unknown Principal ${kinds.join(', ')}`);
  return entries.flatMap(([kind, names]) => (kind === 'AWS' ? texts(names, `${where}: Principal`) : []));
}

type Condition = (context: RequestContext) => boolean;

function readConditions(conditions: Record<string, Record<string, unknown>>, where: string): Condition[] {
  return Object.entries(conditions).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) =>
      readCondition(operator, key, texts(values, `${where}: ${operator} ${key}`), where),
    ),
  );
}

function readCondition(operator: string, key: string, values: readonly string[], where: string): Condition {
  if (operator === 'Null') return (context) => values.includes(String(!context.has(key)));
  const [, every, test] = /^(ForAllValues:)?(StringLike|StringEquals)$/.exec(operator) ?? [];
  if (test === undefined) throw new TemplateError(`${where}: unknown condition operator ${operator}`);
  const matches = (value: string, context: RequestContext) =>
    values.some((wanted) => matcher(wanted, context, test === 'StringLike')?.test(value) === true);
  if (every !== undefined) return (context) => [context.get(key) ?? []].flat().every((value) => matches(value, context));
  return (context) => {
    const value = context.get(key);
    return typeof value === 'string' && matches(value, context);
  };
}

const variable = /\$\{([^}]+)\}/g;

/** A condition's value for this request: variables are texts, whatever is in them; one that cannot be resolved matches nothing. */
function matcher(wanted: string, context: RequestContext, wild: boolean): RegExp | undefined {
  const fixed = wild ? wildcards : literal;
  let source = '';
  let after = 0;
  for (const found of wanted.matchAll(variable)) {
    const value = context.get(found[1] ?? '');
    if (typeof value !== 'string') return undefined;
    source += fixed(wanted.slice(after, found.index)) + literal(value);
    after = found.index + found[0].length;
  }
  return new RegExp(`^${source}${fixed(wanted.slice(after))}$`, 's');
}

const literal = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&');
const wildcards = (text: string): string => literal(text).replaceAll('\\*', '.*').replaceAll('\\?', '.');
const pattern = (text: string): RegExp => new RegExp(`^${wildcards(text)}$`, 's');

function texts(value: unknown, where: string): string[] {
  const all = [value].flat();
  if (all.some((text) => typeof text !== 'string')) throw new TemplateError(`${where} is no text`);
  return all as string[];
}
