import { describe, expect, it } from 'vitest';
import type { Reply } from '../client/support/server.ts';
import { exampleOf } from './support/example-api.ts';
import { machine } from './support/shell.ts';

const refused = (status: number, code: string, headers: Record<string, string> = {}): Reply => ({
  status,
  headers,
  body: { type: `urn:vanta:problem:${code}`, title: 'T', status, detail: 'No.', instance: 'urn:x', code },
});
/** So that a try that waits for another one does not wait. */
const now = { 'retry-after': '120' };

describe('exit codes', () => {
  it.each([
    [400, 'validation_failed', {}, 1],
    [403, 'scope_required', {}, 1],
    [422, 'order_stale', {}, 1],
    [401, 'unauthenticated', {}, 3],
    [404, 'vault_not_found', {}, 4],
    [409, 'vault_halted', {}, 5],
    [412, 'precondition_failed', {}, 5],
    [429, 'rate_limited', now, 6],
    [500, 'internal', {}, 7],
    [503, 'issuer_unavailable', now, 7],
  ] as const)('%i %s', async (status, code, headers, exitCode) => {
    const { vanta } = await machine([refused(status, code, headers)]);
    const ran = await vanta(['vaults', 'show', 'vlt_1']);
    expect(ran).toMatchObject({ exitCode, out: '' });
    expect(ran.err).toMatch(new RegExp(`^vanta: ${code}: No\\. \\(${status}.*request r\\d\\)\n$`));
    const json = await vanta(['vaults', 'show', 'vlt_1', '--json']);
    expect([json.exitCode, json.out]).toEqual([exitCode, '']);
    expect(JSON.parse(json.err)).toMatchObject({ code, status, detail: 'No.', request_id: expect.stringMatching(/^r\d$/) });
  });

  it('names the faulty fields', async () => {
    const body = { ...(refused(400, 'validation_failed').body as object), errors: [{ pointer: '/qty', detail: 'must be' }] };
    const { vanta } = await machine([{ status: 400, body }]);
    expect((await vanta(['vaults', 'show', 'vlt_1'])).err).toContain('\n  /qty: must be\n');
  });

  it('API Gateway’s own answers get a code, too', async () => {
    const { vanta } = await machine([{ status: 401, body: { message: 'Unauthorized' } }]);
    const { exitCode, err } = await vanta(['vaults', 'list', '--json']);
    expect([exitCode, JSON.parse(err)]).toMatchObject([3, { code: 'http_401', detail: 'Unauthorized', status: 401 }]);
  });

  it('no answer at all is 7', async () => {
    const { vanta, env } = await machine();
    env['VANTA_API'] = 'http://127.0.0.1:9';
    const { exitCode, err } = await vanta(['raw', 'GET', '/v1/health']);
    expect(exitCode).toBe(7);
    expect(err).toMatch(/^vanta: failed: /);
  }, 20_000);

  it('nobody signed in is 3, and nothing is asked', async () => {
    const { vanta, env, seen } = await machine();
    env['VANTA_TOKEN'] = '';
    const { exitCode, err } = await vanta(['vaults', 'list', '--json']);
    expect([exitCode, JSON.parse(err)]).toMatchObject([3, { code: 'not_signed_in' }]);
    expect(seen).toEqual([]);
    expect((await vanta(['health'])).exitCode).toBe(0);
  });

  it('what is interrupted is 130', async () => {
    const stop = new AbortController();
    const { Interrupted } = await import('../../cli/src/exit.ts');
    const { vanta } = await machine(() => ({ how: 'hang' }));
    setTimeout(() => stop.abort(new Interrupted()), 50);
    expect(await vanta(['vaults', 'list'], stop.signal)).toMatchObject({ exitCode: 130, out: '' });
  });

  it('raw prints a refusal on standard error, and ends with its code', async () => {
    const { vanta } = await machine([refused(404, 'vault_not_found')]);
    expect(await vanta(['raw', 'GET', '/v1/vaults/x'])).toMatchObject({
      exitCode: 4,
      out: '',
      err: expect.stringContaining('vault_not_found'),
    });
  });
});

describe('redriving several', () => {
  const exampleLetter = () =>
    (exampleOf({ method: 'GET', url: '/v1/dead-letters', body: '' }).body as { items: object[] }).items[0];
  const letter = (n: number) => `fo_01JNA5T8Q2V4W6X8Y0Z2B4D6F8000000000${n}`;
  it('goes on after one that is refused, and ends with its code', async () => {
    const { vanta, seen } = await machine((request) =>
      request.url.includes(letter(1)) ? refused(409, 'still_being_sent') : exampleOf(request),
    );
    const { exitCode, out } = await vanta(['dead-letters', 'redrive', letter(1), letter(2), '--json']);
    expect(exitCode).toBe(5);
    expect(JSON.parse(out)).toMatchObject([
      { redriven: false, problem: { code: 'still_being_sent' } },
      { follower_order_id: letter(2), redriven: true },
    ]);
    expect(seen).toHaveLength(2);
  });

  it('--all leaves out those of other tenants, which a manager only sees', async () => {
    const items = [1, 2].map((n) => ({ ...exampleLetter(), follower_order_id: letter(n), redrivable: n === 2 }));
    const { vanta, seen } = await machine((request) =>
      request.method === 'GET' ? { body: { items, next_cursor: null } } : exampleOf(request),
    );
    const { exitCode, out } = await vanta(['dead-letters', 'redrive', '--all', '--json']);
    expect([exitCode, JSON.parse(out)]).toMatchObject([0, [{ follower_order_id: letter(2), redriven: true }]]);
    expect(seen.map((request) => request.method)).toEqual(['GET', 'POST']);
  });

  it('stops when nobody is let in', async () => {
    const { vanta, seen } = await machine([refused(403, 'scope_required')]);
    expect((await vanta(['dead-letters', 'redrive', letter(1), letter(2)])).exitCode).toBe(1);
    expect(seen).toHaveLength(1);
  });
});

describe('a list', () => {
  it('that has more than is shown says so, beside the result', async () => {
    const item = (exampleOf({ method: 'GET', url: '/v1/vaults', body: '' }).body as { items: object[] }).items[0];
    const { vanta } = await machine((request) => ({
      body: { items: [item, item], next_cursor: request.url.includes('cursor') ? null : 'c' },
    }));
    const some = await vanta(['vaults', 'list', '--limit', '3', '--json']);
    expect([JSON.parse(some.out).length, some.err]).toEqual([3, 'there are more than 3: give --limit N or --all\n']);
    const all = await vanta(['vaults', 'list', '--all', '--json']);
    expect([JSON.parse(all.out).length, all.err]).toEqual([4, '']);
  });
});
