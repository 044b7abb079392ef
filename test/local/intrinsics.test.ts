import { describe, expect, it } from 'vitest';
import type { Stack } from '../../local/template/assembly.ts';
import { createResolver, type Identify, TemplateError } from '../../local/template/intrinsics.ts';

const stack = (name: string, parts: Partial<Stack> = {}): Stack => ({
  name,
  resources: {},
  outputs: {},
  parameters: {},
  assets: new Map(),
  ...parts,
});

const data = stack('data', {
  resources: { Table: { Type: 'T' } },
  outputs: { O: { Value: { 'Fn::GetAtt': ['Table', 'Arn'] }, Export: { Name: 'data:TableArn' } } },
});
const app = stack('app', { resources: { Queue: { Type: 'Q' } }, parameters: { Size: { Default: '7' }, Bare: {} } });
const identify: Identify = (_resolver, { name }, id) => ({
  ref: `${name}-${id}`,
  attribute: (wanted) => `${name}-${id}.${wanted}`,
});
const resolver = createResolver([data, app], identify);
const resolve = (value: unknown) => resolver.resolve(app, value, 'here');

describe('intrinsics', () => {
  it.each([
    ['Ref of a resource', { Ref: 'Queue' }, 'app-Queue'],
    ['Ref of a parameter', { Ref: 'Size' }, '7'],
    ['a pseudo-parameter', { Ref: 'AWS::AccountId' }, '000000000000'],
    ['the stack name', { Ref: 'AWS::StackName' }, 'app'],
    ['GetAtt as a list', { 'Fn::GetAtt': ['Queue', 'Arn'] }, 'app-Queue.Arn'],
    ['GetAtt as text', { 'Fn::GetAtt': 'Queue.A.B' }, 'app-Queue.A.B'],
    ['Join', { 'Fn::Join': [':', ['a', { Ref: 'Queue' }]] }, 'a:app-Queue'],
    ['Select of Split', { 'Fn::Select': ['1', { 'Fn::Split': ['/', 'a/b/c'] }] }, 'b'],
    ['an import of another stack', { 'Fn::ImportValue': 'data:TableArn' }, 'data-Table.Arn'],
    ['Sub', { 'Fn::Sub': `$\{Queue}-$\{Queue.Arn}-$\{AWS::Region}-$\{!Kept}` }, `app-Queue-app-Queue.Arn-us-east-1-$\{Kept}`],
    ['Sub with names', { 'Fn::Sub': [`$\{x}!`, { x: { Ref: 'Size' } }] }, '7!'],
    ['lists and objects, without NoValue', { a: [{ Ref: 'AWS::NoValue' }, 1], b: { Ref: 'AWS::NoValue' } }, { a: [1] }],
  ])('resolves %s', (_name, value, expected) => {
    expect(resolve(value)).toEqual(expected);
  });

  it.each([
    ['an unknown function', { 'Fn::Cidr': [] }, 'here: unknown intrinsic function Fn::Cidr'],
    ['an unknown resource', { Ref: 'Nobody' }, 'here: there is no resource Nobody'],
    ['an unknown export', { 'Fn::ImportValue': 'x' }, 'here: no stack exports "x"'],
    ['a parameter without default', { Ref: 'Bare' }, 'here: parameter Bare has no default'],
  ])('refuses %s', (_name, value, message) => {
    expect(() => resolve(value)).toThrow(new TemplateError(message));
  });
});
