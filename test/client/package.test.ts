import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { document } from '../contract/support/document.ts';

const run = promisify(execFile);
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vanta-client-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the generator of the client as `npm run client:generate` does, but into another folder. */
async function generate(into: string): Promise<void> {
  const child = run(process.execPath, ['client/generate.ts', into]);
  child.child.stdin?.end(JSON.stringify(document));
  await child;
}

describe('the package', () => {
  it.each(['types.ts', 'operations.ts'])('has generated %s of the present contract (npm run client:generate)', async (file) => {
    const into = join(folder, 'generated');
    await generate(into);
    expect(readFileSync(join('client/src/generated', file), 'utf8')).toBe(readFileSync(join(into, file), 'utf8'));
  });

  it('builds, and works as what is published: plain JavaScript without a dependency', async () => {
    const out = join(folder, 'dist');
    await run(process.execPath, ['client/node_modules/typescript/bin/tsc', '-p', 'client/tsconfig.json', '--outDir', out]);
    const script = `import('${out}/index.js').then((m) => console.log(Object.keys(m).sort().join(' ')))`;
    const { stdout } = await run(process.execPath, ['--no-experimental-strip-types', '-e', script], { cwd: folder });
    expect(stdout.trim()).toBe(
      'VantaConnectionError VantaError WebhookVerificationError createClient operations signWebhook verifyWebhook',
    );
    expect(readFileSync(join(out, 'index.d.ts'), 'utf8')).toContain('createClient');
    const { dependencies } = JSON.parse(readFileSync('client/package.json', 'utf8')) as { dependencies?: object };
    expect(dependencies).toBeUndefined();
  });
});
