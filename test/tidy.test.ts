import { describe, expect, it } from 'vitest';
import { checkArrows, checkRooms } from './tidy/arrows.ts';
import { readHouse } from './tidy/house.ts';
import { checkBarrels, checkKeys, checkMarks, checkNames } from './tidy/names.ts';
import { checkEnvironment, checkPurity } from './tidy/purity.ts';
import ratchet from './tidy/ratchet.json' with { type: 'json' };
import { checkSizes, measure, type Ratchet } from './tidy/sizes.ts';
import { type Finding, parse, type Source } from './tidy/source.ts';

const house = readHouse();
const byPath = new Map(house.map((source) => [source.path, source]));
const said = (findings: readonly Finding[]) => findings.map((f) => `${f.path}:${f.line} ${f.message}`);
const overHouse = (check: (source: Source) => Finding[]) => said(house.flatMap(check));

describe('the house is tidy (ARCHITECTURE 1)', () => {
  it('is read at all', () => expect(byPath.has('shared/wiring/env.ts')).toBe(true));
  it('arrows point one way', () => expect(overHouse(checkArrows)).toEqual([]));
  it('no room calls a use case of another', () =>
    expect(overHouse((s) => checkRooms(s, (path) => byPath.get(path)))).toEqual([]));
  it('domain and kit are pure', () => expect(overHouse(checkPurity)).toEqual([]));
  it('the environment is read in one file', () => expect(overHouse(checkEnvironment)).toEqual([]));
  it('sizes', () => expect(said(checkSizes(house.flatMap(measure), ratchet as Ratchet))).toEqual([]));
  it('no barrels', () => expect(overHouse(checkBarrels)).toEqual([]));
  it('no drawers for odds and ends', () => expect(overHouse(checkNames)).toEqual([]));
  it('table keys are built in one file', () => expect(overHouse(checkKeys)).toEqual([]));
  it('nothing is left to do in a comment', () => expect(overHouse(checkMarks)).toEqual([]));
});

/** [where, what stands there] */
type Example = readonly [path: string, text: string];

/** Proves a check: every mess is found, and nothing else is. */
function prove(
  name: string,
  check: (source: Source) => Finding[],
  examples: { messes: readonly Example[]; clean: readonly Example[] },
) {
  describe(`${name} can fail`, () => {
    it.each(examples.messes)('%s: %j', (path, text) => expect(check(parse(path, text))).not.toEqual([]));
    it.each(examples.clean)('clean: %s: %j', (path, text) => expect(said(check(parse(path, text)))).toEqual([]));
  });
}

const domain = 'shared/domain/vaults/a.ts';
const kit = 'shared/kit/a.ts';
const handler = 'functions/vaults/api.ts';

prove('arrows', checkArrows, {
  messes: [
    [domain, "import { a } from '../../adapters/dynamo/client.ts';"],
    [domain, "import type { A } from '../../adapters/dynamo/client.ts';"],
    [domain, "let a: import('../../adapters/dynamo/client.ts').A;"],
    [domain, "const a = await import('../../adapters/dynamo/client.ts');"],
    [domain, "import { DynamoDBClient } from '@aws-sdk/client-dynamodb';"],
    [domain, "import { createHash } from 'node:crypto';"],
    [domain, "import { z } from 'zodiac';"],
    [kit, "import { readFileSync } from 'node:fs';"],
    [kit, "import { a } from '../domain/vaults/a.ts';"],
    ['shared/wiring/a.ts', "export { a } from '../kit/a.ts';"],
    ['shared/wiring/a.ts', "import { z } from 'zod';"],
    ['shared/adapters/sqs/a.ts', "import { handler } from '../../../functions/vaults/api.ts';"],
    ['lib/stacks/data.ts', "import { a } from '../../shared/domain/vaults/a.ts';"],
    ['lib/stacks/data.ts', "import { handler } from '../../functions/vaults/api.ts';"],
    ['bin/vanta.ts', "import { a } from '../shared/adapters/dynamo/client.ts';"],
    [handler, "import { a } from '../../local/bus.ts';"],
    ['local/bus.ts', "import { handler } from '../functions/vaults/api.ts';"],
    ['local/bus.ts', "import { a } from '../test/world/a.ts';"],
    ['local/demo/a.ts', "import { decimal } from '../../shared/kit/decimal.ts';"],
    ['local/demo/a.ts', "import { a } from '../bus.ts';"],
    ['local/demo/a.ts', "import { a } from '../../client/generate.ts';"],
    ['client/src/a.ts', "import { decimal } from '../../shared/kit/decimal.ts';"],
    ['client/src/a.ts', "import { z } from 'zod';"],
    ['client/generate.ts', "import { routes } from '../shared/wiring/routes.ts';"],
    [handler, "import { a } from '../../client/src/index.ts';"],
    ['local/bus.ts', "import { a } from '../bench/a.ts';"],
    [handler, "import { version } from '../../package.json' with { type: 'json' };"],
    ['test/a.test.ts', "import a from '../../shared/SPEC.ts';"],
    ['test/a.test.ts', "import a from '/etc/a.ts';"],
  ],
  clean: [
    [
      domain,
      "import { z } from 'zod';\nimport { a } from './b.ts';\nimport { b } from '../../kit/a.ts';\nimport { c } from '../../wiring/a.ts';",
    ],
    [kit, "import { createHash } from 'node:crypto';"],
    [
      handler,
      "import middy from '@middy/core';\nimport { a } from '../../shared/adapters/dynamo/client.ts';\nimport { b } from '../edge/http.ts';",
    ],
    ['lib/stacks/data.ts', "import { Stack } from 'aws-cdk-lib';\nimport { a } from '../../shared/wiring/resources.ts';"],
    ['local/demo/client.ts', "import { createClient } from '../../client/src/index.ts';"],
    ['client/src/a.ts', "import { randomUUID } from 'node:crypto';\nimport { b } from './b.ts';"],
    ['local/main.ts', "import { runDemo } from './demo/demo.ts';\nimport { stages } from '../lib/stages.ts';"],
    ['test/a.test.ts', "import { a } from '../local/bus.ts';\nimport { b } from '../shared/domain/vaults/a.ts';"],
  ],
});

const otherRoom: Record<string, string> = {
  'shared/domain/mirroring/accept.ts': 'export async function accept() {}',
  'shared/domain/mirroring/ring.ts': 'const ring = async () => {};\nexport { ring };',
  'shared/domain/mirroring/later.ts': 'export const later = (): Promise<void> => go();\ndeclare function go(): Promise<void>;',
  'shared/domain/mirroring/sizing.ts': 'export const size = () => 1;\nexport interface Port { load(): Promise<void> }',
};
const findRoom = (path: string) => (otherRoom[path] === undefined ? undefined : parse(path, otherRoom[path]));

prove('rooms', (source) => checkRooms(source, findRoom), {
  messes: [
    [domain, "import { accept } from '../mirroring/accept.ts';"],
    [domain, "import { type Accept, accept } from '../mirroring/accept.ts';"],
    [domain, "import { ring } from '../mirroring/ring.ts';"],
    [domain, "import { later } from '../mirroring/later.ts';"],
  ],
  clean: [
    [domain, "import type { Accept } from '../mirroring/accept.ts';\nimport { type Ring } from '../mirroring/ring.ts';"],
    [domain, "import { size } from '../mirroring/sizing.ts';"],
    ['shared/domain/mirroring/order.ts', "import { accept } from './accept.ts';"],
  ],
});

prove('purity', checkPurity, {
  messes: [
    [domain, 'const a = Date.now();'],
    [domain, 'const a = new Date();'],
    [domain, 'const a = Date();'],
    [kit, 'const a = Math.random();'],
    [kit, "import { randomUUID } from 'node:crypto';"],
    [kit, 'const a = crypto.randomUUID();'],
    [kit, "import * as c from 'node:crypto';\nconst a = c.randomBytes(16);"],
    [domain, 'const a = process.pid;'],
    [domain, 'setTimeout(() => {}, 1);'],
    [domain, 'setInterval(() => {}, 1);'],
    [domain, 'const a = performance.now();'],
    [domain, "await fetch('http://a');"],
    [domain, 'const a = { fetch };'],
    [domain, 'const a = globalThis.Date;'],
  ],
  clean: [
    [
      domain,
      "const a = new Date(0);\nconst b = ports.fetch('a');\nconst c = { process: 1 };\ninterface P { fetch(): void }\n// Date.now()\nconst d = 'Math.random';",
    ],
    ['functions/edge/clock.ts', 'const a = Date.now();'],
  ],
});

prove('the environment', checkEnvironment, {
  messes: [
    [handler, "const a = process.env['A'];"],
    ['shared/adapters/sqs/a.ts', 'const { env } = process;'],
    ['shared/adapters/sqs/a.ts', "import { env } from 'node:process';"],
    ['shared/adapters/sqs/a.ts', 'const a = globalThis.process.env.A;'],
  ],
  clean: [
    ['shared/wiring/env.ts', "const a = process.env['A'];"],
    ['local/main.ts', "const a = process.env['A'];"],
    [handler, 'const a = options.env;'],
  ],
});

const linesLong = (lines: number) => `const f = () => {\n${'  a();\n'.repeat(lines - 2)}};`;
const unlisted = (source: Source) => checkSizes(measure(source), {});

describe('sizes can fail', () => {
  it.each([
    ['a function', domain, linesLong(41)],
    ['a handler', handler, linesLong(26)],
    ['a file', domain, 'a();\n'.repeat(301)],
    ['a method', domain, `class A {\n  async m() {\n${'a();\n'.repeat(40)}  }\n}`],
    ['a test', 'test/a.test.ts', `describe('a', () => { it('b', () => {\n${'a();\n'.repeat(40)} }) });`],
  ])('%s', (_, path, text) => expect(unlisted(parse(path, text))).toHaveLength(1));

  it.each([
    ['a function', domain, linesLong(40)],
    ['a handler', handler, linesLong(25)],
    ['an edge function', 'functions/edge/http.ts', linesLong(40)],
    ['a file', domain, 'a();\n'.repeat(300)],
    ['a describe', 'test/a.test.ts', `describe.each([1])('a', () => {\n${'a();\n'.repeat(60)} });`],
  ])('clean: %s', (_, path, text) => expect(said(unlisted(parse(path, text)))).toEqual([]));

  it.each([
    ['listed', 45, 45, []],
    ['grew', 46, 45, [`${domain}:1 ${domain}#f grew from 45 to 46 lines; it may only shrink`]],
    ['shrank', 44, 45, [`${domain}:1 ${domain}#f shrank from 45 to 44 lines: write that into test/tidy/ratchet.json`]],
    ['became fine', 40, 45, [`test/tidy/ratchet.json:1 ${domain}#f is fine now: take it out`]],
  ])('ratchet: %s', (_, lines, listed, expected) => {
    expect(said(checkSizes(measure(parse(domain, linesLong(lines))), { [`${domain}#f`]: listed }))).toEqual(expected);
  });
});

prove('barrels', checkBarrels, {
  messes: [
    ['shared/kit/index.ts', "export * from './a.ts';\nexport { b } from './b.ts';"],
    ['lib/all.ts', "export type { A } from './a.ts';"],
    ['client/src/all.ts', "export type { A } from './a.ts';"],
  ],
  clean: [['shared/kit/index.ts', "export * from './a.ts';\nexport const b = 1;"]],
});

prove('names', checkNames, {
  messes: [
    ['shared/kit/utils.ts', ''],
    ['shared/helpers/a.ts', ''],
    ['test/flows/test-helpers.ts', ''],
    ['lib/cdk.util.ts', ''],
  ],
  clean: [
    ['shared/kit/decimal.ts', ''],
    ['shared/kit/utilisation.ts', ''],
  ],
});

prove('keys', checkKeys, {
  messes: [
    ['shared/adapters/dynamo/vaults.ts', 'const a = `T#${tenant}`;'],
    ['shared/adapters/dynamo/vaults.ts', 'const a = `${prefix}#V#${vault}`;'],
    [handler, "const a = sk.startsWith('FOLLOWER#');"],
    [domain, "const a = 'ID#' + id;"],
    ['functions/mirroring/stream-router.ts', 'const a = /^ENTRY#/.test(sk);'],
  ],
  clean: [
    ['shared/adapters/dynamo/keys.ts', 'const a = `T#${tenant}`;'],
    ['shared/wiring/functions.ts', "const a = ['ENTRY#'];"],
    ['shared/adapters/sqs/a.ts', 'const a = `${vault}#${shard}`;'],
    ['test/adapters/a.test.ts', "const a = 'T#1';"],
  ],
});

prove('marks', checkMarks, {
  messes: [
    [domain, `// ${'TO'}${'DO'} later`],
    ['test/a.test.ts', `/* ${'FIX'}${'ME'}: soon */`],
  ],
  clean: [['shared/adapters/dynamo/keys.ts', 'const sk = `TODO#${cause}`;\nconst todo = 1;']],
});
