import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from './checks.ts';
import { noteMember } from './members.ts';
import { parseOptions, UsageError, usage } from './options.ts';
import { type Platform, startPlatform } from './platform.ts';
import { subscribe } from './subscriptions.ts';
import { TemplateError } from './template/intrinsics.ts';

// Exit codes: 0 stopped as asked, 1 could not start or broke, 2 the command line was wrong.
const log = (line: string) => console.error(`vanta: ${line}`);
const localFile = join(process.cwd(), '.vanta', 'local.json');
let platform: Platform | undefined;
let ending = false;

async function main(): Promise<void> {
  const { demo, ...options } = parseOptions(process.argv.slice(2));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end(0));
  forgetAddresses();
  const started = await startPlatform({
    ...options,
    cwd: process.cwd(),
    onToken: noteMember,
    onSubscription: subscribe,
    onLost: fail,
    log,
  });
  if (ending) return started.stop();
  platform = started;
  const { stop: _, ...addresses } = started;
  mkdirSync(join(process.cwd(), '.vanta'), { recursive: true });
  writeFileSync(localFile, `${JSON.stringify(addresses, null, 2)}\n`);
  if (demo) await playDemo(started);
  console.log(`ready ${started.api}`);
}

/** What local/demo exports: it knows the platform by its addresses only. */
interface Demo {
  runDemo(options: { api: string; bus: { endpoint: string; name: string } }): Promise<void>;
}

async function playDemo({ api, bus, bus_name }: Platform): Promise<void> {
  const { runDemo } = (await import(join(import.meta.dirname, 'demo', 'demo.ts'))) as Demo;
  await runDemo({ api, bus: { endpoint: bus, name: bus_name } });
}

async function end(code: number): Promise<void> {
  if (ending) return;
  ending = true;
  // Whatever hangs: who pressed Ctrl-C gets the prompt back.
  setTimeout(() => process.exit(code), 8000).unref();
  forgetAddresses();
  await platform?.stop();
  process.exit(code);
}

/** Removes the addresses of this platform, or of one that was killed; another one that lives here keeps its own. */
function forgetAddresses(): void {
  if (!existsSync(localFile)) return;
  try {
    const { pid } = JSON.parse(readFileSync(localFile, 'utf8')) as { pid: number };
    if (pid !== process.pid) process.kill(pid, 0);
    if (pid !== process.pid) return;
  } catch {
    // nobody has that number, or the file is broken
  }
  rmSync(localFile, { force: true });
}

function fail(error: unknown): void {
  if (ending) return;
  if (error instanceof UsageError) {
    console.error(`${error.message}\n${usage}`);
    void end(2);
    return;
  }
  const plain = error instanceof SetupError || error instanceof TemplateError;
  console.error(plain ? `vanta: ${(error as Error).message}` : error);
  void end(1);
}

process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);
await main().catch(fail);
