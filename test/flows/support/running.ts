import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

export interface LocalInfo {
  readonly api: string;
  readonly bus: string;
  readonly bus_name: string;
  readonly dynamodb: string;
  readonly dynamodb_gate: string;
  readonly s3: string;
  readonly issuer: string;
  readonly user_pool: {
    readonly endpoint: string;
    readonly id: string;
    readonly client_id: string;
    readonly sign_in_url: string;
  };
  readonly function_urls: { readonly stripe: string; readonly btcpay: string };
  readonly stripe: { readonly api: string; readonly control?: string };
  readonly btcpay: { readonly api: string; readonly control?: string };
  readonly pid: number;
}

/** Stories are about plans only where they say so. */
const planned = (options: readonly string[]): readonly string[] =>
  options.includes('--default-plan') ? options : ['--default-plan', 'institutional', ...options];

/** A local platform in a process group of its own, as `npm start` makes one, in a folder of its own. */
export class RunningPlatform {
  readonly lines: string[] = [];
  readonly folder = mkdtempSync(join(tmpdir(), 'vanta-story-'));
  readonly data = join(this.folder, 'data');
  private child: ChildProcess | undefined;

  async start(assembly: string, options: readonly string[]): Promise<LocalInfo> {
    const main = resolve('local/main.ts');
    // A group of its own, so that a story can kill everything at once, as a power cut does.
    this.child = spawn(
      process.execPath,
      [main, '--no-demo', '--port', '0', '--data', this.data, '--assembly', assembly, ...planned(options)],
      {
        cwd: this.folder,
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
        // What one platform of the run has compiled the next one reads; it goes with the functions that it is of.
        env: { ...process.env, NODE_COMPILE_CACHE: join(assembly, 'compiled') },
      },
    );
    this.child.stderr?.on('data', (chunk) => this.lines.push(String(chunk)));
    await this.ready(this.child);
    return JSON.parse(readFileSync(join(this.folder, '.vanta/local.json'), 'utf8')) as LocalInfo;
  }

  private async ready(child: ChildProcess): Promise<void> {
    if (child.stdout === null) throw new Error('no output');
    for await (const line of createInterface({ input: child.stdout })) {
      this.lines.push(line);
      if (!line.startsWith('ready ')) continue;
      child.stdout.resume();
      return;
    }
    throw new Error(`the platform did not start:\n${this.lines.join('\n')}`);
  }

  async stop(): Promise<void> {
    await this.end('SIGTERM');
    rmSync(this.folder, { recursive: true, force: true });
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    process.kill(-child.pid, signal);
    await gone;
  }
}
