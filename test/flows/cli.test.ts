import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from './support/endpoint.ts';
import { Platform } from './support/platform.ts';

/** The command line as a person has it: the program that is installed, in the platform's folder, from a token to a dead letter. */
const platform = new Platform();
const program = resolve('node_modules/.bin/vanta');
const listeners: ChildProcess[] = [];
const env: Record<string, string | undefined> = { ...process.env, VANTA_API: undefined, VANTA_TOKEN: undefined, NO_COLOR: '1' };

interface Ran {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

function vanta(line: string, more: Record<string, string> = {}): Promise<Ran> {
  return new Promise((done) => {
    // As npx does: on the Node that npm installed beside it.
    const options = { cwd: platform.folder, env: { ...env, ...more } };
    execFile(process.execPath, [program, ...line.split(' ')], options, (error, out, err) =>
      done({ exitCode: Number(error?.code ?? 0), out, err }),
    );
  });
}

/** The one JSON value of a command that must go well. */
async function json<T = Record<string, unknown>>(line: string, more: Record<string, string> = {}): Promise<T> {
  const { exitCode, out, err } = await vanta(`${line} --json`, more);
  if (exitCode !== 0) throw new Error(`vanta ${line}: ${exitCode}: ${err}`);
  return JSON.parse(out) as T;
}

interface Heard {
  readonly id: string;
  readonly verified: boolean;
  readonly duplicate: boolean;
  readonly answered: number;
  readonly delivery: { readonly type: string; readonly side: string; readonly qty: string; readonly symbol: string } | null;
}

/** `vanta listen` in a process of its own; gives what it heard so far. */
async function listen(
  options: string,
  secret: string,
): Promise<{ url: string; heard: Heard[]; stop: () => Promise<number | null> }> {
  const child = spawn(process.execPath, [program, 'listen', '--json', ...options.split(' ')], {
    cwd: platform.folder,
    env: { ...env, VANTA_SIGNING_SECRET: secret },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  listeners.push(child);
  const heard: Heard[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => heard.push(JSON.parse(line) as Heard));
  const [note] = (await once(createInterface({ input: child.stderr }), 'line')) as [string];
  const stop = async () => {
    child.kill('SIGINT');
    const [code] = (await once(child, 'exit')) as [number | null];
    return code;
  };
  return { url: /http:\S+/.exec(note)?.[0] ?? '', heard, stop };
}

beforeAll(async () => {
  await platform.start('--retry-delays', '0.3,0.3');
  env['XDG_CONFIG_HOME'] = join(platform.folder, 'config');
  env['XDG_CACHE_HOME'] = join(platform.folder, 'cache');
});
afterAll(async () => {
  for (const child of listeners) if (child.exitCode === null) child.kill('SIGKILL');
  await platform.stop();
});

interface Follower {
  readonly follower_id: string;
  readonly signing_secret: string;
  readonly reduce_only: boolean;
}
let vault: string;
let follower: Follower;
let ear: Awaited<ReturnType<typeof listen>>;

const order = (side: string, qty: string) => `orders send ${vault} --symbol AAPL --side ${side} --qty ${qty} --price 190.5`;
const told = () => ear.heard.map(({ delivery }) => `${delivery?.side} ${delivery?.qty} ${delivery?.symbol}`);

describe('a person at the command line', () => {
  it('signs in, founds a tenant, and comes back as its owner', async () => {
    expect((await vanta('whoami')).exitCode).toBe(3);
    await json('token --sub ann');
    const { tenant_id } = await json<{ tenant_id: string }>('tenants create --name Ann --kind manager');
    await json(`token --sub ann --tenant ${tenant_id} --role owner`);
    expect(await json('whoami')).toMatchObject({ subject: 'ann', tenant_id, role: 'owner' });
    expect((await vanta('vaults list')).out).toBe('no vaults\n');
  });

  it('makes a vault and a follower, and listens as its endpoint', async () => {
    vault = (await json<{ vault_id: string }>('vaults create --label Growth --rails fiat')).vault_id;
    const free = await listen('--port 0', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
    expect(await free.stop()).toBe(130);
    follower = await json<Follower>(`followers add ${vault} --scale 0.33 --url ${free.url}/orders`);
    ear = await listen(`--port ${new URL(free.url).port}`, follower.signing_secret);
    expect((await vanta(`followers test ${follower.follower_id}`)).exitCode).toBe(0);
    expect(ear.heard).toMatchObject([{ verified: true, answered: 200, delivery: { type: 'test' } }]);
    ear.heard.length = 0;
  });

  it('sends an order and watches it until it is completed', async () => {
    const { exitCode, out } = await vanta(`${order('buy', '10')} --watch --json`);
    const states = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { state: string; progress: object });
    expect([exitCode, states.at(-1)?.state, states.at(-1)?.progress]).toEqual([0, 'completed', { ack: 1 }]);
    expect(told()).toEqual(['buy 3 AAPL']);
    const { out: table } = await vanta(`orders list ${vault}`);
    expect(table).toMatch(/^SEQ {2}ORDER .*\n {2}1 {2}mo_\w+ .*buy 10 AAPL {2}completed {2}ack 1\n$/);
    expect((await vanta(`orders watch ${vault} --until-done`)).exitCode).toBe(0);
  });

  it('stops a follower, lets it only reduce, and lets it go on', async () => {
    const sent = async (line: string) =>
      JSON.parse((await vanta(`${line} --watch --json`)).out.trim().split('\n').at(-1) ?? '') as unknown;
    await json(`followers kill ${follower.follower_id}`);
    expect(await sent(order('buy', '10'))).toMatchObject({ progress: { skipped: 1 } });
    await json(`followers resume ${follower.follower_id}`);
    expect(await json(`followers close-only ${follower.follower_id}`)).toMatchObject({ reduce_only: true });
    await sent(order('buy', '10'));
    await sent(order('sell', '20'));
    // 3.3 of what it should hold is left, of which it was told 3: nothing to sell; then all.
    await sent(order('sell', '10'));
    expect(told()).toEqual(['buy 3 AAPL', 'sell 3 AAPL']);
    const children = await json<{ state: string; code?: string }[]>(`orders children ${follower.follower_id}`);
    expect(children.map(({ state, code }) => code ?? state)).toEqual(['ack', 'kill_switch', 'close_only', 'no_change', 'ack']);
    expect(await json(`followers close-only --off ${follower.follower_id}`)).toMatchObject({ reduce_only: false });
  });

  it('halts the vault, and opens it again', async () => {
    const { overlay_id } = await json<{ overlay_id: string }>(`overlays start ${vault} halt --why test`);
    const refused = await vanta(`${order('buy', '10')} --json`);
    expect([refused.exitCode, refused.out]).toEqual([5, '']);
    expect(JSON.parse(refused.err)).toMatchObject({ code: 'vault_halted', status: 409 });
    expect(await json(`overlays end ${vault} ${overlay_id}`)).toMatchObject({ status: 'ended' });
  });

  it('feeds a queue with a bad order to the bus, and hears of each', async () => {
    const one = (external_id: string, more: object = {}) => ({
      external_id,
      symbol: 'IBM',
      side: 'buy',
      qty: '4',
      order_type: 'market',
      time_in_force: 'day',
      ref_price: '100',
      ...more,
    });
    const orders = [one('q1'), one('q2', { qty: 4 }), one('q3'), one('q4', { prev_external_id: 'q2' }), one('q1'), { odd: true }];
    writeFileSync(join(platform.folder, 'queue.json'), JSON.stringify({ vault_id: vault, orders }));
    const { exitCode, out, err } = await vanta('feed queue.json --json');
    expect([exitCode, err]).toEqual([1, '2 accepted, 3 refused, 1 duplicate\n']);
    const decided = (JSON.parse(out) as { external_id: string | null; result: string; code?: string }[]).map((d) =>
      [d.external_id, d.result, d.code].join(' ').trim(),
    );
    expect(decided).toEqual([
      'q1 accepted',
      'q2 refused validation_failed',
      'q3 accepted',
      'q4 refused predecessor_missing',
      'q1 duplicate',
      'refused validation_failed',
    ]);
    await until(() => told().length === 4, 'the children of q1 and q3');
    expect(told().slice(2)).toEqual(['buy 1 IBM', 'buy 1 IBM']);
    writeFileSync(
      join(platform.folder, 'again.jsonl'),
      orders
        .slice(0, 1)
        .map((o) => JSON.stringify(o))
        .join('\n'),
    );
    const again = await vanta(`feed again.jsonl --vault ${vault}`);
    expect([again.exitCode, again.err]).toEqual([0, '1 duplicate\n']);
  });

  it('redrives what nobody could be told of', async () => {
    const { port } = new URL(ear.url);
    expect(await ear.stop()).toBe(130);
    await vanta(`${order('buy', '10')}`);
    const letters = () => json<{ follower_order_id: string; attempts: number }[]>('dead-letters list');
    await until(async () => (await letters()).length === 1, 'a dead letter', 20_000, 300);
    const [letter] = await letters();
    expect((await vanta('dead-letters list')).out).toContain(letter?.follower_order_id);
    ear = await listen(`--port ${port}`, follower.signing_secret);
    expect(await json('dead-letters redrive --all')).toMatchObject([
      { follower_order_id: letter?.follower_order_id, redriven: true },
    ]);
    await until(() => ear.heard.length === 1, 'the child');
    expect(ear.heard).toMatchObject([{ id: letter?.follower_order_id, verified: true, duplicate: false }]);
    await until(async () => (await letters()).length === 0, 'no dead letter', 20_000, 300);
  });

  it('is told by exit codes what went wrong', async () => {
    const code = async (line: string, more?: Record<string, string>) => (await vanta(line, more)).exitCode;
    const nobody = `vlt_${vault.slice(4, -1)}${vault.endsWith('0') ? '1' : '0'}`;
    const codes = await Promise.all([
      code('health'),
      code(order('buy', '1e1')),
      code('orders send'),
      code('whoami', { VANTA_TOKEN: 'nonsense' }),
      code(`vaults show ${nobody}`),
      code('raw GET /v1/health', { VANTA_API: 'http://127.0.0.1:9' }),
    ]);
    expect(codes).toEqual([0, 1, 2, 3, 4, 7]);
    expect([await code('logout'), await code('vaults list')]).toEqual([0, 3]);
  });
});
