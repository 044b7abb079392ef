import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SetupError } from './checks.ts';

const projectRoot = resolve(import.meta.dirname, '..');

/** Synthesizes the `local` stage with the CDK CLI, assets bundled, into `output`. */
export async function synthesize(output: string): Promise<void> {
  const cli = join(projectRoot, 'node_modules', 'aws-cdk', 'bin', 'cdk');
  if (!existsSync(cli)) throw new SetupError('aws-cdk is not installed; run "npm ci" first');
  const args = [
    cli,
    'synth',
    'local/**',
    '--quiet',
    '--no-notices',
    '--no-version-reporting',
    '--no-lookups',
    '--output',
    output,
  ];
  const child = spawn(process.execPath, args, {
    cwd: projectRoot,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, CI: '1' },
  });
  const printed: string[] = [];
  child.stdout.on('data', (chunk) => printed.push(String(chunk)));
  child.stderr.on('data', (chunk) => printed.push(String(chunk)));
  const code = await new Promise<number | null>((done, fail) => child.once('error', fail).once('close', done));
  if (code !== 0) throw new SetupError(`the synthesis of the local stage failed (exit ${code}):\n${printed.join('')}`);
}
