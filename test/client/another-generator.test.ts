import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { document, operations } from '../contract/support/document.ts';

const run = promisify(execFile);
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vanta-generated-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The document has to mean the same to others: @hey-api/openapi-ts makes a client of it, and the compiler reads that. */
it("a client that another tool makes of the document compiles under the compiler's strict rules", async () => {
  const contract = join(folder, 'openapi.json');
  const out = join(folder, 'made');
  writeFileSync(contract, JSON.stringify(document));
  const generator = resolve('client/node_modules/@hey-api/openapi-ts/bin/run.js');
  await run(process.execPath, [generator, '--input', contract, '--output', out, '--no-log-file'], { cwd: folder });

  const made = readFileSync(join(out, 'sdk.gen.ts'), 'utf8');
  for (const { operation } of operations) expect(made).toContain(`export const ${operation.operationId} =`);
  expect(readFileSync(join(out, 'types.gen.ts'), 'utf8')).toContain('ChildOrderDelivery');

  const compilerOptions = {
    strict: true,
    noEmit: true,
    target: 'es2022',
    module: 'esnext',
    moduleResolution: 'bundler',
    types: [],
  };
  const settings = { compilerOptions: { ...compilerOptions, lib: ['es2023', 'dom', 'dom.iterable'] }, include: ['made'] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings));
  const tsc = resolve('node_modules/typescript/bin/tsc');
  const compiled = await run(process.execPath, [tsc, '-p', folder]).catch((error: { stdout: string }) => error);
  expect(compiled.stdout).toBe('');
  expect(readdirSync(out).length).toBeGreaterThan(3);
}, 60_000);
