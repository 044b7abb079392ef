import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from './checks.ts';

/** A process as it was when it was noted: the command tells it from a later one that got the same number. */
interface Noted {
  readonly pid: number;
  readonly command: string;
}

interface Note {
  readonly platform: Noted;
  readonly child?: Noted;
}

/** The folder of one run; it holds a note of the run's processes and everything that ends with it. */
export interface Run {
  readonly directory: string;
  noteChild(pid: number): void;
  end(): void;
}

/**
 * Opens a run under `<root>/run`. A platform that was killed with -9 leaves its DynamoDB Local behind, holding port and
 * database: the next start ends that orphan here. `exclusive` refuses a root that a living platform uses.
 */
export function openRun(root: string, exclusive: boolean): Run {
  const runs = join(root, 'run');
  mkdirSync(runs, { recursive: true });
  for (const name of readdirSync(runs)) clearRun(join(runs, name), exclusive ? root : undefined);
  const directory = join(runs, String(process.pid));
  mkdirSync(directory, { recursive: true });
  const platform = note(process.pid);
  const write = (value: Note) => writeFileSync(join(directory, 'processes.json'), JSON.stringify(value));
  write({ platform });
  return {
    directory,
    noteChild: (pid) => write({ platform, child: note(pid) }),
    end: () => rmSync(directory, { recursive: true, force: true }),
  };
}

function clearRun(directory: string, exclusiveRoot: string | undefined): void {
  const { platform, child } = readNote(join(directory, 'processes.json'));
  if (platform !== undefined && platform.pid !== process.pid && lives(platform)) {
    if (exclusiveRoot === undefined) return;
    throw new SetupError(
      `${exclusiveRoot} is in use by another VANTA platform (process ${platform.pid}); stop it or use another --data`,
    );
  }
  if (child !== undefined && lives(child)) endOrphan(child);
  rmSync(directory, { recursive: true, force: true });
}

function readNote(file: string): Partial<Note> {
  if (!existsSync(file)) return {};
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Note;
  } catch {
    return {}; // killed while it was written
  }
}

function endOrphan(child: Noted): void {
  process.kill(child.pid, 'SIGKILL');
  const until = Date.now() + 5000;
  while (lives(child) && Date.now() < until) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
}

function note(pid: number): Noted {
  return { pid, command: commandOf(pid) };
}

function lives(noted: Noted): boolean {
  return noted.command !== '' && commandOf(noted.pid) === noted.command;
}

/** The command line of a living process; empty for none, and for a zombie. */
function commandOf(pid: number): string {
  try {
    if (existsSync('/proc/self/cmdline')) return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
}
