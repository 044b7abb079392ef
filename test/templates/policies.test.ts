import { describe, expect, it } from 'vitest';
import { type StageName, stageNames } from '../../lib/stages.ts';
import { type Statement, Synthesis } from './synthesis.ts';

/** Every case in which a policy may name more than one thing, with the reason. Nothing else may. */
const allowedWildcards: readonly { readonly actions: readonly string[]; readonly resource: RegExp; readonly why: string }[] = [
  {
    actions: ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'],
    resource: /^"\*"$/,
    why: 'X-Ray knows no resources for them (Service Authorization Reference)',
  },
  {
    actions: ['dynamodb:ListStreams'],
    resource: /Table.*\/stream\/\*/,
    why: 'the streams of the one table: Lambda asks before it knows the label',
  },
  {
    actions: ['s3:PutObject'],
    resource: /AuditBucket.*\/audit\/\*/,
    why: 'objects of the trail are named when they are written',
  },
  { actions: ['s3:PutObject'], resource: /AuditAccessLogs.*\/audit\/\*/, why: 'S3 writes access logs below this prefix' },
];

const isKeyPolicy = (s: Statement) => s.actions.includes('kms:PutKeyPolicy');

describe.each(stageNames)('policies of %s', (name: StageName) => {
  const statements = new Synthesis(name).statements();
  const allows = statements.filter((s) => s.effect === 'Allow');

  it('exist', () => {
    expect(allows.length).toBeGreaterThan(30);
  });

  it('allow no action with a wildcard', () => {
    expect(allows.flatMap((s) => s.actions).filter((a) => a.includes('*'))).toEqual([]);
  });

  it('deny with a wildcard only what comes without TLS', () => {
    const denials = statements.filter((s) => s.effect === 'Deny');
    expect(denials.length).toBeGreaterThan(0);
    for (const denial of denials) expect(denial.condition).toEqual({ Bool: { 'aws:SecureTransport': 'false' } });
  });

  it('name no resource with a wildcard but the listed ones', () => {
    const wide = allows
      .flatMap((s) => s.resources.map((r) => ({ ...s, text: JSON.stringify(r) })))
      .filter((s) => s.text.includes('*'));
    // In a key's own policy the resource "*" means this key.
    const unlisted = wide
      .filter((s) => !isKeyPolicy(s))
      .filter((s) => !allowedWildcards.some((w) => w.resource.test(s.text) && s.actions.every((a) => w.actions.includes(a))));
    expect(unlisted).toEqual([]);
  });

  it('use no managed policy', () => {
    expect(new Synthesis(name).all('AWS::IAM::Role').filter(([, r]) => r.Properties['ManagedPolicyArns'] !== undefined)).toEqual(
      [],
    );
  });
});

describe('the list of allowed wildcards', () => {
  it('has no entry that nothing needs any more', () => {
    const texts = new Synthesis('production').statements().flatMap((s) => s.resources.map((r) => JSON.stringify(r)));
    for (const { resource, why } of allowedWildcards)
      expect(
        texts.some((t) => resource.test(t)),
        why,
      ).toBe(true);
  });
});
