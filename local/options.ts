import { planIds } from '../shared/domain/entitlements/plans.ts';
import { functions } from '../shared/wiring/functions.ts';

/** What `npm start -- ...` accepts. */
export interface Options {
  readonly port: number;
  readonly demo: boolean;
  /** Where everything that must survive a restart is kept; without it all is in memory. */
  readonly data?: string;
  /** An assembly that was synthesized before, so that tests need not do it at each start. */
  readonly assembly?: string;
  /** Functions that nothing runs: what would is left lying, as in an outage of them. */
  readonly without: readonly string[];
  /** Whether TTL deletes; DynamoDB may take days. */
  readonly ttl: boolean;
  /** Values that take the place of what the `local` stage gives its functions, by environment variable. */
  readonly settings: Readonly<Record<string, string>>;
}

/** A command line that cannot be understood: main prints the message and exits with 2. */
export class UsageError extends Error {}

export const usage = `usage: npm start -- [options]
  --port N               port of the API (default 8787; 0 = any free one)
  --no-demo              do not run the demo
  --data DIR             keep all data in DIR and continue from it (default: in memory)
  --retry-delays LIST    seconds between the attempts of a delivery, such as 1,5,15,60
  --shard-size N         followers per shard (default 100)
  --reconcile-quiet N    seconds that nothing may have ended for what reconciliation compares (default 30)
  --default-plan PLAN    plan of tenants without a subscription: none (default), core, pro or institutional
  --no-rate-limit        lift the request limit
  --without NAME         run everything but this function, such as overlay-timer (may be repeated)
  --no-ttl               delete nothing that has expired, as DynamoDB may for days
  --assembly DIR         use this synthesized cloud assembly instead of synthesizing`;

/** Reads the command line; throws a UsageError that names the offending option. */
export function parseOptions(args: readonly string[]): Options {
  const values: { port: number; demo: boolean; data?: string; assembly?: string } = { port: 8787, demo: true };
  const settings: Record<string, string> = {};
  const without: string[] = [];
  let ttl = true;
  const rest = args.flatMap((arg) =>
    /^--[a-z-]+=/.test(arg) ? [arg.slice(0, arg.indexOf('=')), arg.slice(arg.indexOf('=') + 1)] : [arg],
  );
  const valueFor = (option: string) => {
    const value = rest.shift();
    if (value === undefined || value === '' || value.startsWith('--')) throw new UsageError(`${option} needs a value`);
    return value;
  };
  for (let option = rest.shift(); option !== undefined; option = rest.shift()) {
    if (option === '--port') values.port = port(valueFor(option));
    else if (option === '--no-demo') values.demo = false;
    else if (option === '--data') values.data = valueFor(option);
    else if (option === '--assembly') values.assembly = valueFor(option);
    else if (option === '--without') without.push(functionName(valueFor(option)));
    else if (option === '--no-ttl') ttl = false;
    else if (option === '--no-rate-limit') settings.RATE_LIMIT = 'off';
    else if (option === '--shard-size') settings.SHARD_SIZE = shardSize(valueFor(option));
    else if (option === '--reconcile-quiet') settings.RECONCILE_QUIET_SECONDS = seconds(valueFor(option));
    else if (option === '--default-plan') settings.DEFAULT_PLAN = plan(valueFor(option));
    else if (option === '--retry-delays') settings.RETRY_DELAYS_SECONDS = delays(valueFor(option));
    else throw new UsageError(`unknown option ${option}`);
  }
  return { ...values, without, ttl, settings };
}

function port(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 65_535) throw new UsageError(`--port must be a number from 0 to 65535, not "${text}"`);
  return value;
}

function functionName(text: string): string {
  if (Object.hasOwn(functions, text)) return text;
  throw new UsageError(`--without must name a function, not "${text}"`);
}

function shardSize(text: string): string {
  if (/^\d{1,3}$/.test(text) && Number(text) >= 1 && Number(text) <= 100) return text;
  throw new UsageError(`--shard-size must be a whole number from 1 to 100, not "${text}"`);
}

function seconds(text: string): string {
  if (/^\d{1,4}$/.test(text)) return text;
  throw new UsageError(`--reconcile-quiet must be a whole number of seconds, not "${text}"`);
}

function plan(text: string): string {
  const known: readonly string[] = ['none', ...planIds];
  if (known.includes(text)) return text;
  throw new UsageError(`--default-plan must be one of ${known.join(', ')}, not "${text}"`);
}

function delays(text: string): string {
  if (!/^\d+(\.\d+)?(,\d+(\.\d+)?)*$/.test(text)) throw new UsageError(`--retry-delays must look like 1,5,15,60, not "${text}"`);
  return text;
}
