import { beforeAll, describe, expect, it } from 'vitest';
import { functionNameOf } from '../../lib/constructs/vanta-function.ts';
import { type StageName, stageNames, stages } from '../../lib/stages.ts';
import release from '../../package.json' with { type: 'json' };
import type { Card } from '../../shared/wiring/card.ts';
import { type FunctionName, functions } from '../../shared/wiring/functions.ts';
import { type ResourceName, resources } from '../../shared/wiring/resources.ts';
import { settings } from '../../shared/wiring/settings.ts';
import { logicalIdOf, type Statement, Synthesis } from './synthesis.ts';

const allCards = Object.entries(functions) as [FunctionName, Card][];
const services: Record<ResourceName, string> = {
  table: 'dynamodb',
  vaultIntents: 'sqs',
  shardNodes: 'sqs',
  shards: 'sqs',
  followerRetry: 'sqs',
  tenantStatus: 'sqs',
  entitlements: 'sqs',
  reconcile: 'sqs',
  dispatchDlx: 'sqs',
  billing: 'sqs',
  notices: 'sqs',
  mail: 'ses',
  overlayTimer: 'sqs',
  bus: 'events',
  auditBucket: 's3',
  masterSecret: 'secretsmanager',
  billingSecret: 'secretsmanager',
  tenantRole: 'sts',
  userPool: 'cognito-idp',
  machineClients: 'ssm',
  issuer: 'none',
  signInDomain: 'none',
  clientIds: 'none',
};

/** What a function may do beside its needs, because of what runs it or because it is a function at all. */
function granted(card: Card): string[] {
  const always = ['logs:CreateLogStream', 'logs:PutLogEvents', 'xray:PutTelemetryRecords', 'xray:PutTraceSegments'];
  const receive = ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'];
  const stream = ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'].map((w) => `dynamodb:${w}`);
  if (card.trigger.kind === 'queue') return [...always, ...receive];
  if (card.trigger.kind === 'stream') return [...always, ...stream, 'sqs:SendMessage'];
  return always;
}

/** What a function's own role needs: with a tenant role, of the table only what is read before it is known who calls. */
function needed({ needs, unnamed = {} }: Card): string[] {
  const own = needs.tenantRole === undefined ? needs : { ...needs, table: Object.values(unnamed).flat() };
  return (Object.entries(own) as [ResourceName, readonly string[]][]).flatMap(([r, words]) =>
    words.map((w) => `${services[r]}:${w}`),
  );
}

const unique = (words: readonly string[]) => [...new Set(words)].sort();
const actionsOf = (statements: readonly Statement[]) => unique(statements.flatMap((s) => s.actions));

/** Without a sender nobody mails. */
const cardsOf = (stage: StageName) => allCards.filter(([fn]) => fn !== 'notices' || stages[stage].notices.from !== undefined);

describe.each(stageNames)('functions of %s', (name: StageName) => {
  const cards = cardsOf(name);
  let synthesis: Synthesis;
  beforeAll(() => {
    synthesis = new Synthesis(name);
  });
  const physical = (fn: FunctionName) => functionNameOf({ name, ...stages[name] }, fn);
  const lambda = (fn: FunctionName) => synthesis.one('AWS::Lambda::Function', { FunctionName: physical(fn) }).Properties;

  it('are exactly those of the cards', () => {
    expect(synthesis.all('AWS::Lambda::Function')).toHaveLength(cards.length);
  });

  it.each(cards)('%s runs as its card says', (fn, card) => {
    expect(lambda(fn)).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      MemorySize: card.memoryMb,
      Timeout: card.timeoutSeconds,
      TracingConfig: { Mode: 'Active' },
    });
    expect(lambda(fn)['LoggingConfig']).toBeDefined();
  });

  it.each(cards)('%s has exactly the variables of its card', (fn, card) => {
    const variables = (lambda(fn)['Environment'] as { Variables: Record<string, unknown> }).Variables;
    const wanted = [
      ...(Object.keys(card.needs) as ResourceName[]).map((r) => resources[r].variable),
      ...card.settings.map((s) => settings[s]),
    ];
    expect(Object.keys(variables).sort()).toEqual(wanted.sort());
    expect(variables).toMatchObject({ VANTA_STAGE: name, VANTA_VERSION: release.version });
  });

  it.each(cards)('%s may do exactly what its card says', (fn, card) => {
    const statements = synthesis.statementsOf(physical(fn));
    const withoutKeys = actionsOf(statements).filter((a) => !a.startsWith('kms:'));
    expect(withoutKeys).toEqual(unique([...needed(card), ...granted(card)]));
  });

  it.each(cards.filter(([, c]) => c.needs.tenantRole !== undefined))(
    '%s has a tenant role with exactly the words of its card for the table, all of them bound to keys',
    (fn, card) => {
      const { Variables } = lambda(fn)['Environment'] as { Variables: Record<string, unknown> };
      const statements = synthesis.statementsOfRole(logicalIdOf(Variables['TENANT_ROLE_ARN']));
      const onTable = statements.filter((s) => !s.actions.some((a) => a.startsWith('kms:')));
      expect(actionsOf(onTable)).toEqual(unique((card.needs.table ?? []).map((w) => `dynamodb:${w}`)));
      for (const { resources: on, condition } of onTable) {
        expect(on.map(logicalIdOf)).toEqual([expect.stringMatching(/^Table[0-9A-F]{8}$/)]);
        expect(condition).toEqual({
          'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': expect.any(Array) },
          Null: { 'dynamodb:LeadingKeys': 'false' },
        });
      }
      const ofKeys = statements.filter((s) => !onTable.includes(s));
      expect(ofKeys.flatMap((s) => s.resources.map(logicalIdOf))).toEqual(
        name === 'production' ? [expect.stringMatching(/^DataKey/)] : [],
      );
    },
  );

  it.each(cards)('%s sends only to the queues of its card', (fn, card) => {
    const queues = Object.entries(card.needs).filter(([, words]) => (words as readonly string[]).includes('SendMessage'));
    const sends = synthesis.statementsOf(physical(fn)).filter((s) => s.actions.includes('sqs:SendMessage'));
    const own = card.trigger.kind === 'stream' ? 1 : 0;
    expect(unique(sends.flatMap((s) => s.resources).map((r) => synthesis.nameOf(r)))).toHaveLength(queues.length + own);
  });

  it('log into groups that forget', () => {
    for (const [, group] of synthesis.all('AWS::Logs::LogGroup')) {
      expect(group.Properties['RetentionInDays']).toBe(stages[name].watch.logDays);
    }
  });

  it('that ring their own queue are not taken for a runaway loop', () => {
    const meant = cards.filter(([fn]) => lambda(fn)['RecursiveLoop'] === 'Allow').map(([fn]) => fn);
    expect(meant).toEqual(['accept', 'entitlements', 'shard', 'reconcile', 'overlay-timer']);
  });
});

describe('customer keys', () => {
  it('are granted in production where the need reads or writes, and nowhere else', () => {
    const words = (stage: StageName, fn: FunctionName) => {
      const statements = new Synthesis(stage).statementsOf(functionNameOf({ name: stage, ...stages[stage] }, fn));
      return actionsOf(statements).filter((a) => a.startsWith('kms:'));
    };
    expect(words('production', 'overlay-timer')).toContain('kms:GenerateDataKey');
    expect(words('production', 'contract-api')).toEqual([]);
    expect(words('production', 'accept')).toContain('kms:GenerateDataKey');
    expect(words('sandbox', 'accept')).toEqual([]);
  });
});
