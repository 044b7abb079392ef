import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { machine } from './support/shell.ts';

const now = '2026-03-02T14:30:00.000Z';
const u = '01JNA5T8Q2V4W6X8Y0Z2B4D6F8';
const [vlt, fol, mo, ovl, usr, ten] = ['vlt', 'fol', 'mo', 'ovl', 'usr', 'ten'].map((kind) => `${kind}_${u}`) as [
  string,
  string,
  string,
  string,
  string,
  string,
];
const fo = `fo_${u}00000A0003`;
const order = {
  symbol: 'AAPL',
  side: 'buy',
  qty: '0.10',
  order_type: 'market',
  time_in_force: 'day',
  ref_price: '190.50',
  ts: now,
};
const send = `orders send ${vlt} --symbol AAPL --side buy --qty 0.10 --price 190.50`;

/** [command line, method and path, body]; words of the command line are separated by one space, `_` stands for one inside a word. */
const given: readonly (readonly [string, string, unknown?])[] = [
  ['whoami', 'GET /v1/me'],
  ['tenants create --name A_B --kind manager', 'POST /v1/tenants', { name: 'A B', kind: 'manager' }],
  [`tenants show ${ten}`, `GET /v1/tenants/${ten}`],
  ['users list', 'GET /v1/users?limit=51'],
  ['users invite bob@example.com --role ops', 'POST /v1/users', { email: 'bob@example.com', role: 'ops' }],
  [`users role ${usr} follower --follower ${fol}`, `PATCH /v1/users/${usr}`, { role: 'follower', follower_id: fol }],
  [`users remove ${usr}`, `DELETE /v1/users/${usr}`],
  ['vaults list --limit 5', 'GET /v1/vaults?limit=6'],
  ['vaults list --all', 'GET /v1/vaults?limit=200'],
  [`vaults show ${vlt}`, `GET /v1/vaults/${vlt}`],
  ['vaults create --label V --rails fiat,crypto', 'POST /v1/vaults', { label: 'V', rails: ['fiat', 'crypto'] }],
  [
    'vaults create --label V --rails fiat --rails crypto --public --max-age 60 --personas ares',
    'POST /v1/vaults',
    { label: 'V', rails: ['fiat', 'crypto'], personas: ['ares'], public: true, max_age_s: 60 },
  ],
  [`vaults update ${vlt} --no-public`, `PATCH /v1/vaults/${vlt}`, { public: false }],
  [`vaults close ${vlt}`, `PATCH /v1/vaults/${vlt}`, { status: 'closed' }],
  [`nav record ${vlt} 1000000.10`, `POST /v1/vaults/${vlt}/nav`, { nav: '1000000.10', ts: now }],
  [`nav list ${vlt} --since ${now}`, `GET /v1/vaults/${vlt}/nav?limit=51&since=2026-03-02T14%3A30%3A00.000Z`],
  [`followers list ${vlt}`, `GET /v1/vaults/${vlt}/followers?limit=51`],
  [`followers show ${fol}`, `GET /v1/followers/${fol}`],
  [
    `followers add ${vlt} --scale 0.330 --url https://f.example/`,
    `POST /v1/vaults/${vlt}/followers`,
    { mode: 'proportional', scale: '0.330', webhook: { url: 'https://f.example/' } },
  ],
  [
    `followers add ${vlt} --mode capped --scale 1 --cap 250.10 --deny IBM,AAPL --no-short --join sync --kill --label L --basis nav --url https://f.example/`,
    `POST /v1/vaults/${vlt}/followers`,
    {
      mode: 'capped',
      scale: '1',
      webhook: { url: 'https://f.example/' },
      label: 'L',
      max_pos_usd: '250.10',
      symbols: { deny: ['IBM', 'AAPL'] },
      allow_short: false,
      join: 'sync',
      kill_switch: true,
      scale_basis: 'nav',
    },
  ],
  [`followers update ${fol} --scale 0.5`, `PATCH /v1/followers/${fol}`, { scale: '0.5' }],
  [`followers kill ${fol}`, `PATCH /v1/followers/${fol}`, { kill_switch: true }],
  [`followers resume ${fol}`, `PATCH /v1/followers/${fol}`, { kill_switch: false }],
  [`followers close-only ${fol}`, `PATCH /v1/followers/${fol}`, { reduce_only: true }],
  [`followers close-only ${fol} --off`, `PATCH /v1/followers/${fol}`, { reduce_only: false }],
  [`followers rotate-key ${fol}`, `POST /v1/followers/${fol}/rotate-key`],
  [`followers positions ${fol}`, `GET /v1/followers/${fol}/positions?limit=51`],
  [`followers preview ${fol} --order ${mo}`, `GET /v1/followers/${fol}/preview?manager_order_id=${mo}`],
  [`followers leave ${fol}`, `DELETE /v1/followers/${fol}?positions=keep`],
  [`followers leave ${fol} --flatten`, `DELETE /v1/followers/${fol}?positions=flatten`],
  [`${send} --external-id x1`, `POST /v1/vaults/${vlt}/manager-orders`, { ...order, external_id: 'x1' }],
  [
    `${send} --external-id x1 --limit-price 1.0 --tif ioc --prev x0 --venue V --nav 9 --reduce-only --ts 2026-03-02T14:29:00Z`,
    `POST /v1/vaults/${vlt}/manager-orders`,
    {
      ...order,
      external_id: 'x1',
      order_type: 'limit',
      time_in_force: 'ioc',
      limit_price: '1.0',
      prev_external_id: 'x0',
      venue: 'V',
      nav: '9',
      reduce_only: true,
      ts: '2026-03-02T14:29:00Z',
    },
  ],
  [`orders list ${vlt} --since 42`, `GET /v1/manager-orders?vault_id=${vlt}&limit=51&since=42`],
  [`orders list ${vlt} --refused`, `GET /v1/manager-orders?vault_id=${vlt}&limit=51&state=refused`],
  [`orders show ${mo}`, `GET /v1/manager-orders/${mo}`],
  [`orders show ${fo}`, `GET /v1/follower-orders/${fo}`],
  [`orders cancel ${mo}`, `POST /v1/manager-orders/${mo}/cancel`, {}],
  [`orders cancel ${mo} --filled 3.50`, `POST /v1/manager-orders/${mo}/cancel`, { filled_qty: '3.50' }],
  [`orders children ${fol}`, `GET /v1/follower-orders?follower_id=${fol}&limit=51`],
  [`orders settle ${fo} --did-not-happen`, `POST /v1/follower-orders/${fo}/settle`, { happened: false }],
  [`overlays list ${vlt}`, `GET /v1/vaults/${vlt}/overlays?limit=51`],
  [
    `overlays start ${vlt} halt --ttl 60 --why a_b`,
    `POST /v1/vaults/${vlt}/overlay`,
    { kind: 'halt', ttl_seconds: 60, why: 'a b' },
  ],
  [
    `overlays flip ${vlt} --amplify 0.35 --ttl 1800 --follower ${fol}`,
    `POST /v1/vaults/${vlt}/overlay`,
    { kind: 'flip', amplify: '0.35', ttl_seconds: 1800, follower_id: fol },
  ],
  [
    `overlays persona ${vlt} ares --boost 0.1 --invert`,
    `POST /v1/vaults/${vlt}/overlay`,
    { kind: 'persona', persona: 'ares', boost: '0.1', invert: true },
  ],
  [`overlays end ${vlt} ${ovl}`, `DELETE /v1/vaults/${vlt}/overlays/${ovl}`],
  ['dead-letters list', 'GET /v1/dead-letters?limit=51'],
  [`dead-letters redrive ${fo}`, `POST /v1/dead-letters/${fo}/redrive`, {}],
  ['health', 'GET /v1/health'],
  [`serving-order ${mo} --shard 0`, `GET /v1/manager-orders/${mo}/serving-order?shard=0`],
  ['raw get /v1/me', 'GET /v1/me'],
  [`raw PATCH /v1/followers/${fol} --body {"scale":"0.10"}`, `PATCH /v1/followers/${fol}`, { scale: '0.10' }],
];
const cases = given.map(([line, request, body]) => [line, request, body] as const);
/** What is said beside a result. */
const notes = /^(the secret is not shown again|your token does not know it yet: sign in again)\n$/;
const words = (line: string) => line.split(' ').map((word) => (/^[A-Za-z]_[A-Za-z]$/.test(word) ? word.replace('_', ' ') : word));

describe('a command', () => {
  it.each(cases)('vanta %s', async (line, request, body) => {
    const { vanta, seen } = await machine();
    const { exitCode, err } = await vanta(words(line));
    expect([exitCode, err.replace(notes, '')]).toEqual([0, '']);
    expect(`${seen[0]?.method} ${seen[0]?.url}`).toBe(request);
    const sent = seen[0]?.body ?? '';
    expect(sent === '' ? undefined : JSON.parse(sent)).toEqual(body);
    expect(seen[0]?.headers['idempotency-key'] === undefined).toBe(seen[0]?.method === 'GET');
  });

  it.each(cases)('with --json prints one JSON value: vanta %s', async (line) => {
    const { vanta } = await machine();
    const { exitCode, out, err } = await vanta([...words(line), '--json']);
    expect([exitCode, err.replace(notes, '')]).toEqual([0, '']);
    expect(() => JSON.parse(out)).not.toThrow();
  });

  it('uses your own idempotency key', async () => {
    const { vanta, seen } = await machine();
    await vanta(['--idempotency-key', 'mine', 'followers', 'kill', fol]);
    expect(seen[0]?.headers['idempotency-key']).toBe('mine');
  });

  it('changes your tenant when it is asked to rename it', async () => {
    const { vanta, seen } = await machine();
    expect((await vanta(['tenants', 'rename', 'B'])).exitCode).toBe(0);
    expect(seen.map(({ method }) => method)).toEqual(['GET', 'PATCH']);
  });

  it('makes an external id that no other order has', async () => {
    const { vanta, seen } = await machine();
    for (let i = 0; i < 2; i += 1) await vanta(words(send));
    const ids = seen.map(({ body }) => (JSON.parse(body) as { external_id: string }).external_id);
    expect(new Set(ids).size).toBe(2);
    expect(ids[0]).toMatch(/^cli-20260302143000000-[0-9a-f]{8}$/);
  });

  it('shows a test event that did not arrive with exit code 1', async () => {
    const { vanta } = await machine();
    const { exitCode, out } = await vanta(['followers', 'test', fol]);
    expect([exitCode, out.split('\n')[0]]).toEqual([1, 'result    failed']);
  });

  it('reads instruments and bodies from files of the folder', async () => {
    const { vanta, folder, seen } = await machine();
    writeFileSync(join(folder, 'i.json'), '{"AAPL": {"increment": "0.10"}}');
    await vanta(words(`vaults update ${vlt} --instruments i.json`));
    await vanta(words(`raw PATCH /v1/vaults/${vlt} --body @i.json`));
    expect(seen.map(({ body }) => JSON.parse(body))).toEqual([
      { instruments: { AAPL: { increment: '0.10' } } },
      { AAPL: { increment: '0.10' } },
    ]);
  });
});

describe('a command line that cannot be understood', () => {
  it.each([
    [''],
    ['vaults'],
    ['nonsense'],
    ['vaults show'],
    ['vaults list --limit many'],
    ['vaults list --limit -1'],
    ['vaults create --label V'],
    [`vaults update ${vlt}`],
    [`vaults update ${vlt} --instruments absent.json`],
    ['tenants create --name A --kind fund'],
    [`users role ${usr} king`],
    [`followers add ${vlt} --scale 1`],
    [`followers update ${fol}`],
    [`followers add ${vlt} --mode fast --scale 1 --url https://f.example/`],
    ['followers kill'],
    [`orders send ${vlt} --symbol A --side long --qty 1 --price 1`],
    [`orders list ${vlt} --refused --since 1`],
    ['orders watch fol_1'],
    [`orders settle ${fo}`],
    [`orders settle ${fo} --happened --did-not-happen`],
    [`overlays start ${vlt} flip`],
    [`overlays flip ${vlt} --ttl 5`],
    [`overlays persona ${vlt} zeus`],
    ['dead-letters redrive'],
    [`dead-letters redrive ${fo} --all`],
    ['feed absent.json'],
    ['listen'],
    ['listen --secret nonsense'],
    ['listen --secret whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw --answer never'],
    ['listen --secret whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw --forward ftp://a'],
    ['token --role owner'],
    ['login --no-browser'],
    ['raw GET v1/me'],
    ['raw POST /v1/vaults --body @absent.json'],
    ['health --api ftp://example.com'],
    ['health --api http://example.com'],
    ['health --api https://me@example.com'],
    ['health --api nothing'],
    ['health --colour red'],
  ])('vanta %s: exit code 2, and nothing is sent', async (line) => {
    const { vanta, seen } = await machine();
    const plain = await vanta(line === '' ? [] : words(line));
    expect(plain).toMatchObject({ exitCode: 2, out: '' });
    expect(plain.err).not.toBe('');
    const json = await vanta([...(line === '' ? [] : words(line)), '--json']);
    expect(json).toMatchObject({ exitCode: 2, out: '' });
    expect(JSON.parse(json.err.trim().split('\n').at(-1) ?? '')).toMatchObject({ code: 'usage' });
    expect(seen).toEqual([]);
  });

  it('an empty argument is none', async () => {
    const { vanta } = await machine();
    expect((await vanta(['vaults', 'show', ''])).exitCode).toBe(2);
  });

  it('without any API says how to name one', async () => {
    const { vanta, env } = await machine();
    env['VANTA_API'] = '';
    expect(await vanta(['health'])).toMatchObject({ exitCode: 2, err: expect.stringContaining('--api') });
  });
});

describe('help', () => {
  it.each([[[]], [['orders']], [['orders', 'send']], [['feed']]])('of %j is shown with exit code 0', async (path) => {
    const { vanta } = await machine();
    const { exitCode, out } = await vanta([...path, '--help']);
    expect(exitCode).toBe(0);
    expect(out).toContain(`Usage: ${['vanta', ...path].join(' ')}`);
  });

  it('of every command has an example that starts with its own name', async () => {
    const { vanta } = await machine();
    const names = async (path: readonly string[]): Promise<string[][]> => {
      const { out } = await vanta([...path, '--help']);
      const listed = out.split('Commands:\n')[1]?.split('\n\n')[0] ?? '';
      const found = [...listed.matchAll(/^ {2}([a-z-]+)/gm)]
        .map(([, name]) => [...path, name ?? ''])
        .filter((p) => p.at(-1) !== 'help');
      return found.length === 0 ? [[...path]] : (await Promise.all(found.map(names))).flat();
    };
    const all = await names([]);
    expect(all.length).toBeGreaterThan(45);
    for (const path of all) {
      const { out } = await vanta([...path, '--help']);
      expect(out).toMatch(new RegExp(`Example:\n {2}.*vanta ${path.join(' ')}`));
    }
  });
});
