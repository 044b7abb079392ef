import type { Resource, Stack } from './assembly.ts';
import { type Resolver, TemplateError } from './intrinsics.ts';
import { interpretedTypes, typesWithoutEffect, unknownNames } from './known-types.ts';
import type { Model } from './model.ts';
import { toModel } from './to-model.ts';

/** A resource of an interpreted type with its properties resolved. */
export interface Resolved {
  readonly stack: Stack;
  readonly id: string;
  readonly type: string;
  readonly where: string;
  readonly ref: string;
  readonly arn: string;
  // biome-ignore lint/suspicious/noExplicitAny: CloudFormation's properties; their names were checked against known-types.ts
  readonly properties: Record<string, any>;
}

/** Reads all stacks into one model; throws a TemplateError that lists every unknown type and property. */
export function interpret(stacks: readonly Stack[], resolver: Resolver): Model {
  const all = stacks.flatMap((stack) => Object.entries(stack.resources).map(([id, resource]) => ({ stack, id, resource })));
  const faults = all.flatMap(({ stack, id, resource }) => faultsOf(stack, id, resource));
  if (faults.length > 0) throw new TemplateError(faults.join('\n'));
  return toModel(all.filter(({ resource }) => resource.Type in interpretedTypes).map((one) => resolveResource(one, resolver)));
}

function faultsOf(stack: Stack, id: string, resource: Resource): string[] {
  const where = `stack ${stack.name}, ${id} (${resource.Type})`;
  const shape = interpretedTypes[resource.Type];
  if (shape === undefined) {
    if (typesWithoutEffect.has(resource.Type)) return [];
    return [`${where}: the local platform does not know this type; act it out, or list it in local/template/known-types.ts`];
  }
  const condition = resource.Condition === undefined ? [] : [`${where}: a condition on an interpreted type is not supported`];
  const unknown = unknownNames(resource.Properties ?? {}, shape);
  return [
    ...condition,
    ...unknown.map((path) => `${where}: unknown property ${path}; act it out, or list it in local/template/known-types.ts`),
  ];
}

function resolveResource(
  { stack, id, resource }: { stack: Stack; id: string; resource: Resource },
  resolver: Resolver,
): Resolved {
  const where = `stack ${stack.name}, ${id} (${resource.Type})`;
  const arn = hasArn.has(resource.Type) ? String(resolver.resolve(stack, { 'Fn::GetAtt': [id, 'Arn'] }, where)) : '';
  return {
    stack,
    id,
    type: resource.Type,
    where,
    ref: String(resolver.resolve(stack, { Ref: id }, where)),
    arn,
    properties: resolver.resolve(stack, resource.Properties ?? {}, where) as Resolved['properties'],
  };
}

const hasArn = new Set([
  'AWS::DynamoDB::Table',
  'AWS::DynamoDB::GlobalTable',
  'AWS::SQS::Queue',
  'AWS::Events::EventBus',
  'AWS::Lambda::Function',
  'AWS::IAM::Role',
]);
