import { exitCodes, Interrupted } from './exit.ts';
import { run } from './run.ts';

/** The process around a command: its streams, Ctrl-C, its exit code. */
export async function main(): Promise<void> {
  const interrupt = new AbortController();
  const stop = () => {
    // Who presses it twice gets the prompt back, whatever hangs.
    if (interrupt.signal.aborted) process.exit(exitCodes.interrupted);
    interrupt.abort(new Interrupted());
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
  // `vanta ... | head` ends the reader, which is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : exitCodes.failed));
  process.exitCode = await run(process.argv.slice(2), {
    env: process.env,
    cwd: process.cwd(),
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    signal: interrupt.signal,
    now: Date.now,
  });
}
