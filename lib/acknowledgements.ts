import { type Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Accepts one finding of cdk-nag on one construct, with the reason beside the code that causes it. */
export function acknowledge(construct: IConstruct, id: string, reason: string): void {
  Validations.of(construct).acknowledge({ id, reason });
}

/** The name under which a stack exports a value: cdk-nag's findings name values of other stacks by it. */
export function exportNameOf(stack: Stack, value: string): string {
  const imported = stack.resolve(stack.exportValue(value)) as { readonly 'Fn::ImportValue': string };
  return imported['Fn::ImportValue'];
}
