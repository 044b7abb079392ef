import type { Resource, Stack } from './assembly.ts';

/** What a resource is called: its `Ref` and its attributes. */
export interface Identity {
  readonly ref: string;
  attribute(name: string): string;
}

/** Gives a resource its names; the resolver is handed in because a name may itself be an intrinsic. */
export type Identify = (resolver: Resolver, stack: Stack, id: string, resource: Resource) => Identity;

/** Turns what stands in a template into plain values. `where` is for messages: stack, logical id and type. */
export interface Resolver {
  resolve(stack: Stack, value: unknown, where: string): unknown;
}

/** A template that cannot be run here. Says every fault that was found, with stack, logical id and type or property. */
export class TemplateError extends Error {}

export const pseudoParameters: Readonly<Record<string, string>> = {
  'AWS::Region': 'us-east-1',
  'AWS::AccountId': '000000000000',
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
};

type Evaluate = (argument: unknown) => unknown;

/** Builds the resolver of a stage's stacks; exports of one are imports of another. */
export function createResolver(stacks: readonly Stack[], identify: Identify): Resolver {
  const identities = new Map<string, Identity>();
  const resolver: Resolver = { resolve };

  function identity(stack: Stack, id: string, where: string): Identity {
    const key = `${stack.name}/${id}`;
    const known = identities.get(key);
    if (known !== undefined) return known;
    const resource = stack.resources[id];
    if (resource === undefined) throw new TemplateError(`${where}: there is no resource ${id}`);
    const made = identify(resolver, stack, id, resource);
    identities.set(key, made);
    return made;
  }

  function reference(stack: Stack, name: string, where: string): unknown {
    if (name === 'AWS::NoValue') return undefined;
    if (name === 'AWS::StackName') return stack.name;
    if (pseudoParameters[name] !== undefined) return pseudoParameters[name];
    const parameter = stack.parameters[name];
    if (parameter === undefined) return identity(stack, name, where).ref;
    if (parameter.Default === undefined) throw new TemplateError(`${where}: parameter ${name} has no default`);
    return parameter.Default;
  }

  function attribute(stack: Stack, argument: unknown, where: string): string {
    const [id, ...path] = typeof argument === 'string' ? argument.split('.') : (argument as string[]);
    return identity(stack, id ?? '', where).attribute(path.join('.'));
  }

  function importValue(name: unknown, where: string): unknown {
    for (const stack of stacks) {
      for (const output of Object.values(stack.outputs)) {
        if (output.Export !== undefined && resolve(stack, output.Export.Name, where) === name) return resolve(stack, output.Value, where);
      }
    }
    throw new TemplateError(`${where}: no stack exports "${String(name)}"`);
  }

  function substitute(stack: Stack, argument: unknown, where: string): string {
    const [text, names] = Array.isArray(argument) ? (argument as [string, Record<string, unknown>]) : [argument as string, {}];
    return text.replaceAll(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
      if (literal !== '') return `\${${name}}`;
      if (name in names) return String(resolve(stack, names[name], where));
      return String(name.includes('.') ? attribute(stack, name, where) : reference(stack, name, where));
    });
  }

  function functionsFor(stack: Stack, where: string): Readonly<Record<string, Evaluate>> {
    const plain = (argument: unknown) => resolve(stack, argument, where);
    return {
      Ref: (argument) => reference(stack, argument as string, where),
      'Fn::GetAtt': (argument) => attribute(stack, argument, where),
      'Fn::ImportValue': (argument) => importValue(plain(argument), where),
      'Fn::Sub': (argument) => substitute(stack, argument, where),
      'Fn::Join': (argument) => join(plain(argument)),
      'Fn::Select': (argument) => select(plain(argument)),
      'Fn::Split': (argument) => split(plain(argument)),
    };
  }

  function resolve(stack: Stack, value: unknown, where: string): unknown {
    if (Array.isArray(value)) return value.map((item) => resolve(stack, item, where)).filter((item) => item !== undefined);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [name, argument] = entries[0] ?? [''];
    if (entries.length === 1 && (name === 'Ref' || name.startsWith('Fn::'))) {
      const evaluate = functionsFor(stack, where)[name];
      if (evaluate === undefined) throw new TemplateError(`${where}: unknown intrinsic function ${name}`);
      return evaluate(argument);
    }
    const resolved = entries.map(([key, item]) => [key, resolve(stack, item, where)] as const);
    return Object.fromEntries(resolved.filter(([, item]) => item !== undefined));
  }

  return resolver;
}

function join(argument: unknown): string {
  const [delimiter, parts] = argument as [string, unknown[]];
  return parts.map(String).join(delimiter);
}

function select(argument: unknown): unknown {
  const [index, list] = argument as [number | string, unknown[]];
  return list[Number(index)];
}

function split(argument: unknown): string[] {
  const [delimiter, text] = argument as [string, string];
  return text.split(delimiter);
}
