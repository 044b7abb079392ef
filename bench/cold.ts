import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { synthesize } from '../local/synth.ts';
import { functionEnvironment } from './environment.ts';
import { median } from './meter/growth.ts';

const run = promisify(execFile);
const runs = 25;
/** The bundles of the other stages are the same bytes. */
const localPrefix = 'vanta-local-';

export interface ColdStart {
  readonly name: string;
  readonly bytes: number;
  readonly initMs: number;
}

interface Bundle {
  readonly name: string;
  readonly file: string;
}

interface Template {
  readonly Resources?: Readonly<
    Record<string, { Type: string; Properties?: { FunctionName?: string }; Metadata?: { 'aws:asset:path'?: string } }>
  >;
}

/** The functions of a synthesized assembly: their bundles are the bytes that are deployed. */
function bundlesIn(folder: string): Bundle[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.template.json'))
    .flatMap((entry) => {
      const path = join(entry.parentPath, entry.name);
      const template = JSON.parse(readFileSync(path, 'utf8')) as Template;
      return Object.values(template.Resources ?? {}).flatMap(({ Type, Properties, Metadata }) => {
        const asset = Metadata?.['aws:asset:path'];
        const name = Properties?.FunctionName ?? '';
        if (Type !== 'AWS::Lambda::Function' || asset === undefined || !name.startsWith(localPrefix)) return [];
        return [{ name: name.slice(localPrefix.length), file: join(dirname(path), asset, 'index.mjs') }];
      });
    });
}

const program = `
const started = performance.now();
const { handler } = await import(process.argv[1]);
if (typeof handler !== 'function') throw new Error('no handler');
process.stdout.write(String(performance.now() - started));
process.exit(0);`;

async function initMs({ file }: Bundle): Promise<number> {
  const env = { PATH: process.env['PATH'] ?? '', ...functionEnvironment() };
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', program, file];
  const { stdout } = await run(process.execPath, args, { env });
  return Number(/[\d.]+$/.exec(stdout)?.[0]);
}

/** Synthesizes the functions and loads each of them in 25 fresh processes. */
export async function measureColdStarts(): Promise<ColdStart[]> {
  const folder = mkdtempSync(join(tmpdir(), 'vanta-bench-'));
  try {
    await synthesize(folder);
    const found: ColdStart[] = [];
    for (const bundle of bundlesIn(folder)) {
      const times: number[] = [];
      for (let i = 0; i < runs; i += 1) times.push(await initMs(bundle));
      found.push({ name: bundle.name, bytes: statSync(bundle.file).size, initMs: median(times) });
    }
    return found;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
