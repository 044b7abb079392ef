import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Context, createContext, type Globals, type World } from './context.ts';
import { type ExitCode, exitCodes, usage } from './exit.ts';

/** The program under construction, and how its command ended. */
export interface Shell {
  readonly world: World;
  exitCode: ExitCode;
}

export interface Spec<Options> {
  /** The command's name and what it takes: `show <vault>`. */
  readonly usage: string;
  readonly about: string;
  readonly example: string;
  readonly options?: readonly Option[];
  /** Gives an exit code where that is not 0. */
  readonly run: (context: Context, args: readonly string[], options: Options) => Promise<ExitCode> | Promise<void>;
}

/** A word that has commands of its own: `vanta vaults ...`. */
export const group = (parent: Command, name: string, about: string): Command => parent.command(name).description(about);

export function add<Options = object>(parent: Command, shell: Shell, spec: Spec<Options>): void {
  const command = parent.command(spec.usage).description(spec.about);
  for (const option of spec.options ?? []) command.addOption(option);
  command.addHelpText('after', `\nExample:\n  ${spec.example}`);
  command.action(async () => {
    const args = (command.processedArgs as (string | string[] | undefined)[]).flat().filter((arg) => arg !== undefined);
    if (args.includes('')) throw usage('an argument is empty');
    const context = createContext(shell.world, command.optsWithGlobals<Globals>());
    shell.exitCode = (await spec.run(context, args, command.opts() as Options)) ?? exitCodes.ok;
  });
}

export const option = (flags: string, about: string): Option => new Option(flags, about);
export const required = (flags: string, about: string): Option => new Option(flags, about).makeOptionMandatory();
export const choice = (flags: string, about: string, choices: readonly string[]): Option =>
  new Option(flags, about).choices(choices);

/** A whole number of things, or of seconds: never a quantity or a price, which stay text. */
export const whole = (flags: string, about: string, fallback?: number): Option =>
  new Option(flags, about).default(fallback).argParser((text) => {
    if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('a whole number is needed.');
    return Number(text);
  });

/** `a,b` and `a b` alike, given once or more often. */
export const list = (flags: string, about: string): Option =>
  new Option(flags, about).argParser((text, before: readonly string[] | undefined) => [
    ...(before ?? []),
    ...text.split(',').filter((part) => part !== ''),
  ]);
