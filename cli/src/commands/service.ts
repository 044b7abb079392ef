import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { createClient, type Result } from '../../../client/src/index.ts';
import { add, option, type Shell } from '../command.ts';
import type { Context, World } from '../context.ts';
import { type ExitCode, exitCodeOf, exitCodes, usage } from '../exit.ts';
import { given } from '../given.ts';
import type { Field } from '../output/table.ts';

export function addService(program: Command, shell: Shell): void {
  add(program, shell, {
    usage: 'health',
    about: 'whether each dependency answers; exit code 7 if one does not',
    example: 'vanta health',
    run: async ({ client, call, print }): Promise<ExitCode> => {
      const health = await client.getHealth(call);
      const parts = health.dependencies.map((d): Field => [d.name, d.ok ? 'ok' : 'down']);
      print.record(health, [['status', health.status], ['version', health.version], ['region', health.region], ...parts]);
      return health.status === 'ok' ? exitCodes.ok : exitCodes.failed;
    },
  });
  add<{ shard?: string }>(program, shell, {
    usage: 'serving-order <order>',
    about: 'who is served when: follows from the order’s id alone',
    example: 'vanta serving-order mo_... --shard 0',
    options: [option('--shard <n>', 'with the followers of this shard')],
    run: async ({ client, call, print }, [manager_order_id = ''], { shard }) => {
      const served = await client.getServingOrder({ ...call, path: { manager_order_id }, query: given({ shard }) });
      print.record(served, servingFields(served));
    },
  });
  add<RawOptions>(program, shell, {
    usage: 'raw <method> <path>',
    about: 'one request as it is said, with your token; prints the answer’s body',
    example: 'vanta raw PATCH /v1/followers/fol_... --body \'{"scale":"0.5"}\'',
    options: [
      option('--body <json>', 'the body; @FILE reads a file, - standard input'),
      option('-i, --include', 'the answer’s status and headers, too, on standard error'),
    ],
    run: raw,
  });
}

const servingFields = ({ manager_order_id, rule, shards, shard, followers }: Result<'getServingOrder'>): Field[] => [
  ['order', manager_order_id],
  ['rule', rule],
  ['shards', shards.join(' ')],
  ['shard', shard],
  ['followers', followers?.map((f) => `${f.follower_id} (place ${f.place})`)],
];

interface RawOptions {
  readonly body?: string;
  readonly include?: true;
}

async function raw(context: Context, [method = '', path = '']: readonly string[], options: RawOptions): Promise<ExitCode> {
  if (!path.startsWith('/')) throw usage('a path begins with /, as /v1/vaults');
  const { session, profile, call, world, print } = context;
  const verb = method.toUpperCase();
  const body = options.body === undefined ? undefined : await bodyFrom(options.body, world);
  // Without a sign-in what is public can be asked all the same.
  const token = session.isSignedIn ? { token: await session.token() } : {};
  const response = await createClient({ baseUrl: profile.api, ...token }).raw(verb, path, {
    signal: call.signal,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(verb === 'GET' ? {} : { 'idempotency-key': call.idempotencyKey ?? randomUUID() }),
    },
    ...given({ body }),
  });
  if (options.include) {
    print.note(`${response.status} ${response.statusText}`.trim());
    for (const [name, value] of response.headers) print.note(`${name}: ${value}`);
  }
  const answer = await response.text();
  if (!response.ok) print.note(answer);
  else if (answer !== '') print.text(parsed(answer), answer);
  return exitCodeOf(response.status);
}

async function bodyFrom(named: string, { stdin, cwd }: World): Promise<string> {
  if (named === '-') return text(stdin);
  if (!named.startsWith('@')) return named;
  try {
    return readFileSync(resolve(cwd, named.slice(1)), 'utf8');
  } catch (error) {
    throw usage(`--body: ${(error as Error).message}`);
  }
}

function parsed(answer: string): unknown {
  try {
    return JSON.parse(answer);
  } catch {
    // Shown as it came: the route may answer something else than JSON.
    return answer;
  }
}
