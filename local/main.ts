import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from './checks.ts';
import { parseOptions, UsageError, usage } from './options.ts';
import { type Platform, startPlatform } from './platform.ts';
import { TemplateError } from './template/intrinsics.ts';
import { noteMember } from './members.ts';

// Exit codes: 0 stopped as asked, 1 could not start or broke, 2 the command line was wrong.
const log = (line: string) => console.error(`vanta: ${line}`);
const localFile = join(process.cwd(), '.vanta', 'local.json');
let platform: Platform | undefined;
let ending = false;

async function main(): Promise<void> {
  const { demo, ...options } = parseOptions(process.argv.slice(2));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end(0));
  rmSync(localFile, { force: true });
  const started = await startPlatform({ ...options, cwd: process.cwd(), onToken: noteMember, onLost: fail, log });
  if (ending) return started.stop();
  platform = started;
  const { stop: _, ...addresses } = started;
  mkdirSync(join(process.cwd(), '.vanta'), { recursive: true });
  writeFileSync(localFile, `${JSON.stringify(addresses, null, 2)}\n`);
  if (demo) await playDemo(started.api);
  console.log(`ready ${started.api}`);
}

async function playDemo(api: string): Promise<void> {
  const file = join(import.meta.dirname, 'demo', 'demo.ts');
  if (!existsSync(file)) return log('there is no demo');
  const { runDemo } = (await import(file)) as { runDemo(options: { api: string }): Promise<void> };
  await runDemo({ api });
}

async function end(code: number): Promise<void> {
  if (ending) return;
  ending = true;
  // Whatever hangs: who pressed Ctrl-C gets the prompt back.
  setTimeout(() => process.exit(code), 8000).unref();
  rmSync(localFile, { force: true });
  await platform?.stop();
  process.exit(code);
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
