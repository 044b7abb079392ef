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
  return new StageResolver(stacks, identify);
}

class StageResolver implements Resolver {
  readonly #stacks: readonly Stack[];
  readonly #identify: Identify;
  readonly #identities = new Map<string, Identity>();

  constructor(stacks: readonly Stack[], identify: Identify) {
    this.#stacks = stacks;
    this.#identify = identify;
  }

  resolve(stack: Stack, value: unknown, where: string): unknown {
    if (Array.isArray(value)) return value.map((item) => this.resolve(stack, item, where)).filter((item) => item !== undefined);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [name, argument] = entries[0] ?? [''];
    if (entries.length === 1 && (name === 'Ref' || name.startsWith('Fn::'))) return this.#evaluate(stack, name, argument, where);
    const resolved = entries.map(([key, item]) => [key, this.resolve(stack, item, where)] as const);
    return Object.fromEntries(resolved.filter(([, item]) => item !== undefined));
  }

  #evaluate(stack: Stack, name: string, argument: unknown, where: string): unknown {
    const plain = (raw: unknown) => this.resolve(stack, raw, where);
    const functions: Readonly<Record<string, Evaluate>> = {
      Ref: (raw) => this.#reference(stack, raw as string, where),
      'Fn::GetAtt': (raw) => this.#attribute(stack, raw, where),
      'Fn::ImportValue': (raw) => this.#importValue(plain(raw), where),
      'Fn::Sub': (raw) => this.#substitute(stack, raw, where),
      'Fn::Join': (raw) => join(plain(raw)),
      'Fn::Select': (raw) => select(plain(raw)),
      'Fn::Split': (raw) => split(plain(raw)),
    };
    const evaluate = functions[name];
    if (evaluate === undefined) throw new TemplateError(`${where}: unknown intrinsic function ${name}`);
    return evaluate(argument);
  }

  #identity(stack: Stack, id: string, where: string): Identity {
    const key = `${stack.name}/${id}`;
    const known = this.#identities.get(key);
    if (known !== undefined) return known;
    const resource = stack.resources[id];
    if (resource === undefined) throw new TemplateError(`${where}: there is no resource ${id}`);
    const made = this.#identify(this, stack, id, resource);
    this.#identities.set(key, made);
    return made;
  }

  #reference(stack: Stack, name: string, where: string): unknown {
    if (name === 'AWS::NoValue') return undefined;
    if (name === 'AWS::StackName') return stack.name;
    if (pseudoParameters[name] !== undefined) return pseudoParameters[name];
    const parameter = stack.parameters[name];
    if (parameter === undefined) return this.#identity(stack, name, where).ref;
    if (parameter.Default === undefined) throw new TemplateError(`${where}: parameter ${name} has no default`);
    return parameter.Default;
  }

  #attribute(stack: Stack, argument: unknown, where: string): string {
    const [id, ...path] = typeof argument === 'string' ? argument.split('.') : (argument as string[]);
    return this.#identity(stack, id ?? '', where).attribute(path.join('.'));
  }

  #importValue(name: unknown, where: string): unknown {
    for (const stack of this.#stacks) {
      for (const { Export, Value } of Object.values(stack.outputs)) {
        if (Export !== undefined && this.resolve(stack, Export.Name, where) === name) return this.resolve(stack, Value, where);
      }
    }
    throw new TemplateError(`${where}: no stack exports "${String(name)}"`);
  }

  #substitute(stack: Stack, argument: unknown, where: string): string {
    const [text, names] = Array.isArray(argument) ? (argument as [string, Record<string, unknown>]) : [argument as string, {}];
    return text.replaceAll(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
      if (literal !== '') return `\${${name}}`;
      if (name in names) return String(this.resolve(stack, names[name], where));
      return String(name.includes('.') ? this.#attribute(stack, name, where) : this.#reference(stack, name, where));
    });
  }
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
