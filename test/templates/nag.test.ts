import { Validations } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { stageIn, testApp } from './synthesis.ts';

describe('cdk-nag (AWS Solutions)', () => {
  it.each(['sandbox', 'production'] as const)('finds nothing in %s that is not acknowledged with a reason', (name) => {
    const app = testApp();
    stageIn(app, name);
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    expect(() => app.synth()).not.toThrow();
  });

  it('does find what is wrong', () => {
    const app = testApp();
    new Bucket(stageIn(app, 'sandbox').data, 'Careless');
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    expect(() => app.synth()).toThrow(/AwsSolutions-S10/);
  });
});
