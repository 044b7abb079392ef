import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

/** Its name among the processes. */
export const platformProcess = 'platform (Node)';
const main = resolve(import.meta.dirname, '../../local/main.ts');

/** A local platform of its own: everything in memory, no demo, no request limit. */
export class LocalPlatform {
  readonly #folder = mkdtempSync(join(tmpdir(), 'vanta-load-'));
  readonly #child: ChildProcess;

  constructor() {
    const args = ['--disable-warning=ExperimentalWarning', main, '--no-demo', '--no-rate-limit', '--port', '0'];
    this.#child = spawn(process.execPath, args, { cwd: this.#folder, stdio: ['ignore', 'pipe', 'inherit'] });
  }

  /** The API's address, when it is ready. */
  async ready(): Promise<string> {
    if (this.#child.stdout === null) throw new Error('no output');
    for await (const line of createInterface({ input: this.#child.stdout })) {
      if (!line.startsWith('ready ')) continue;
      this.#child.stdout.resume();
      return (JSON.parse(readFileSync(join(this.#folder, '.vanta/local.json'), 'utf8')) as { api: string }).api;
    }
    throw new Error('the local platform did not start');
  }

  /** Resident bytes of the platform's own process (functions, queues, gateway) and of each that it started, by name. */
  residentBytes(): Record<string, number> {
    const own = this.#child.pid ?? 0;
    const started = childrenOf(own).map((pid) => [`${nameOf(pid)} (${pid})`, residentOf(pid)]);
    return { [platformProcess]: residentOf(own), ...Object.fromEntries(started) };
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const gone = once(this.#child, 'exit');
      this.#child.kill('SIGTERM');
      await gone;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

const statusOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return ''; // it ended
  }
};
const numberIn = (status: string, name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
const nameOf = (pid: number): string => {
  const name = /^Name:\s+(.*)$/m.exec(statusOf(pid))?.[1] ?? '';
  return name === 'java' ? 'DynamoDB Local, in memory (Java)' : name;
};
const residentOf = (pid: number): number => numberIn(statusOf(pid), 'VmRSS') * 1024;

function childrenOf(parent: number): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const direct = pids.map(Number).filter((pid) => numberIn(statusOf(pid), 'PPid') === parent);
  return direct.flatMap((pid) => [pid, ...childrenOf(pid)]);
}
