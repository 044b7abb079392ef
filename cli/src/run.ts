import { Command, CommanderError } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import type { Shell } from './command.ts';
import { addDeadLetters } from './commands/dead-letters.ts';
import { addFeed } from './commands/feed.ts';
import { addFollowers } from './commands/followers.ts';
import { addListen } from './commands/listen.ts';
import { addOrders } from './commands/orders.ts';
import { addService } from './commands/service.ts';
import { addSignIn } from './commands/sign-in.ts';
import { addTenants, addUsers } from './commands/tenants.ts';
import { addNav, addOverlays, addVaults } from './commands/vaults.ts';
import type { World } from './context.ts';
import { CliError, type ExitCode, exitCodes, failureOf } from './exit.ts';

/** Runs one command line; gives the exit code. */
export async function run(args: readonly string[], world: World): Promise<ExitCode> {
  const shell: Shell = { world, exitCode: exitCodes.ok };
  const json = args.includes('--json');
  try {
    await programFor(shell, json).parseAsync([...args], { from: 'user' });
    return shell.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return misused(error, world, json);
    const { exitCode, lines, problem } = failureOf(error);
    if (exitCode === exitCodes.interrupted) return exitCode;
    world.stderr.write(json ? `${JSON.stringify(problem)}\n` : `${lines.join('\n')}\n`);
    return exitCode;
  }
}

function programFor(shell: Shell, json: boolean): Command {
  const { stdout, stderr } = shell.world;
  const program = new Command('vanta')
    .description('The command line of VANTA Platform, for a local platform and a deployed one.')
    .version(manifest.version)
    .option('--api <url>', 'the API; default VANTA_API, or the local platform of this folder')
    .option('--json', 'JSON on standard output; problem documents on standard error')
    .option('--idempotency-key <key>', 'your own key of what changes something: safe to repeat')
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      outputError: (text, write) => (json ? undefined : write(text.replace(/^error: /, 'vanta: '))),
    })
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError(json ? false : '(vanta <command> --help shows how)')
    .exitOverride();
  addSignIn(program, shell);
  for (const part of [addTenants, addUsers, addVaults, addNav, addFollowers, addOrders, addOverlays, addDeadLetters])
    part(program, shell);
  for (const part of [addFeed, addListen, addService]) part(program, shell);
  return program.addHelpText('after', exitCodesHelp);
}

const exitCodesHelp = `
Exit codes: 0 done, 1 refused, 2 wrong command line, 3 not signed in, 4 not found, 5 conflict or precondition,
  6 rate limited, 7 server or network failed, 130 interrupted.`;

/** Commander has said what is wrong, or shown what was asked for. */
function misused(error: CommanderError, { stderr }: World, json: boolean): ExitCode {
  if (error.exitCode === 0) return exitCodes.ok;
  // With a command missing it showed the help.
  const message = error.code === 'commander.help' ? 'a command is missing' : error.message.replace(/^error: /, '');
  if (json) stderr.write(`${JSON.stringify(failureOf(new CliError(exitCodes.usage, 'usage', message)).problem)}\n`);
  return exitCodes.usage;
}
