import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CallerPorts } from '../../functions/edge/admit.ts';
import { clock } from '../../functions/edge/entropy.ts';
import { actingAs, answerHeaders } from '../../functions/edge/scope.ts';
import type { Table } from '../../shared/adapters/dynamo/client.ts';
import { keys } from '../../shared/adapters/dynamo/keys.ts';
import { aroundTable } from '../world/memory/around.ts';
import { MemoryTable } from '../world/memory/table.ts';

const follower = { tenant_id: 'ten_01HF7YAT00000000000000000A', follower_id: 'fol_01HF7YAT00000000000000000A' };
const bucket = keys.rate(`${follower.tenant_id}#${follower.follower_id}`);
let admitting: typeof import('../../functions/edge/admit.ts');
beforeAll(async () => {
  vi.stubEnv('VANTA_STAGE', 'test');
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'SILENT');
  admitting = await import('../../functions/edge/admit.ts');
});
afterAll(() => vi.unstubAllEnvs());

let memory: MemoryTable;
let sent: string[];
let table: Table;
beforeEach(() => {
  memory = new MemoryTable({ clock });
  sent = [];
  table = aroundTable(memory.asTable('signers'), (command, go) => {
    sent.push(command.constructor.name);
    return go();
  });
});
const callers = (defaultPlan: string, rateLimit = 'on') => admitting.callersIn(table, { defaultPlan, rateLimit });
/** What the answer to one report says of its follower's bucket. */
const report = (ports: CallerPorts, of = follower) =>
  actingAs(undefined, async () => {
    const code = await admitting.admitSigner(of, ports).then(
      () => 'in',
      (refusal: { code: string }) => refusal.code,
    );
    return { code, headers: { ...answerHeaders() } };
  });

describe('a follower that signs', () => {
  it('takes its tokens from a bucket of its own, by one read and one write', async () => {
    expect(await report(callers('core'))).toEqual({
      code: 'in',
      headers: { 'ratelimit-policy': '"requests";q=60;w=60', ratelimit: '"requests";r=59;t=1' },
    });
    expect(sent).toEqual(['BatchGetCommand', 'UpdateCommand']);
    expect(memory.peek(bucket)).toBeDefined();
  });

  it.each([
    ['core', 60],
    ['pro', 120],
  ])('of plan %s may report %i times a minute; another follower is not concerned', async (plan, limit) => {
    const ports = callers(plan);
    const reports = await Promise.all(Array.from({ length: limit + 5 }, () => report(ports)));
    const refused = reports.filter((r) => r.code === 'rate_limited');
    expect(refused.length).toBeGreaterThanOrEqual(3);
    for (const { headers } of refused) expect(headers['ratelimit']).toMatch(/^"requests";r=0;t=\d+$/);
    expect(reports.filter((r) => r.code === 'in').length).toBeGreaterThanOrEqual(limit);
    expect((await report(ports, { ...follower, follower_id: 'fol_01HF7YAT00000000000000000B' })).code).toBe('in');
  });

  it('is let in while the table cannot be asked, and everywhere without a limit', async () => {
    const down = async () => Promise.reject(new Error('the table is down'));
    const ports = callers('core');
    expect(await report({ ...ports, read: down })).toEqual({ code: 'in', headers: {} });
    expect((await report({ ...ports, take: down })).code).toBe('in');
    expect(await report(callers('core', 'off'))).toEqual({ code: 'in', headers: {} });
    expect(memory.peek(bucket)).toBeUndefined();
  });
});
