import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Desk } from './support/desk.ts';
import { until } from './support/endpoint.ts';
import { lagOf, Overlays, shortFlips } from './support/flips.ts';

const desk = new Desk();
const names = Array.from({ length: 100 }, (_, n) => `f${n}`);
beforeAll(() => desk.open('--retry-delays', '1,1', '--shard-size', '20'));
afterAll(async () => {
  await desk.close();
  expect([...desk.contractFaults]).toEqual([]);
});

describe('a flip of 10 s on one of 100 followers', () => {
  it('amplifies its orders alone, is taken back within 5 s, and leaves it where its twin is', async () => {
    const story = await desk.vault('hundred', shortFlips);
    for (let i = 0; i < names.length; i += 20) await Promise.all(names.slice(i, i + 20).map((name) => story.join(name)));
    const overlays = new Overlays(desk, story);
    await story.order('buy', 10);
    const flip = await overlays.flip(10, 'f7', '0.35');
    expect(flip).toMatchObject({ status: 'active', follower_id: story.id('f7'), kind: 'flip' });
    await story.order('buy', 100);
    await story.order('sell', 20);
    await story.order('buy', 7, { symbol: 'GE' });
    const reverted = await overlays.reverted(flip.overlay_id);
    const others = names.filter((name) => name !== 'f7');
    for (const name of others)
      expect(story.lines(name)).toEqual(['1 buy 10 -> 10', '2 buy 100 -> 110', '3 sell 20 -> 90', '4 buy 7 -> 7']);
    // (10 + 135) x 90 / 110 = 118.6; 7 x 1.35 = 9.45.
    expect(story.lines('f7').slice(0, 4)).toEqual(['1 buy 10 -> 10', '2 buy 135 -> 145', '3 sell 27 -> 118', '4 buy 9 -> 9']);
    expect(lagOf(reverted)).toBeLessThan(5_000);
    expect(lagOf(reverted)).toBeGreaterThanOrEqual(0);
    await until(() => story.holds('f7') === 90 && story.holds('f7', 'GE') === 7, 'the extra is taken back');
    const children = (await story.children('f7')).filter(({ kind }) => kind === 'revert');
    expect(children.map(({ symbol, side, qty, state }) => [symbol, side, qty, state])).toEqual([
      ['GE', 'sell', '2', 'ack'],
      ['IBM', 'sell', '28', 'ack'],
    ]);
    expect(children[1]?.sizing).toMatchObject({ target: '90', want: '90', told: '118' });
    for (const name of others) expect(story.heard(name)).toHaveLength(4);

    await story.order('buy', 10);
    await story.settled();
    expect([story.holds('f7'), story.holds('f0')]).toEqual([100, 100]);
    const [own, twin] = [await story.children('f7'), await story.children('f0')].map((c) => c.at(-1));
    expect(own?.sizing).toEqual(twin?.sizing);
  });
});

describe('a vault-wide flip over two shards with a persona beside it', () => {
  it('is taken back for all, once; the persona stays', async () => {
    const story = await desk.vault('wide', { ...shortFlips, personas: ['apollo', 'athena'] });
    await Promise.all(names.slice(0, 30).map((name) => story.join(name)));
    const overlays = new Overlays(desk, story);
    expect((await desk.manager.vanta.getVault({ path: { vault_id: story.vaultId } })) as { shards: number }).toMatchObject({
      shards: 2,
    });
    await overlays.start({ kind: 'persona', persona: 'apollo' });
    const wide = await overlays.flip(6);
    const own = await overlays.flip(30, 'f1', '1');
    await story.order('buy', 100);
    await story.settled();
    expect([story.holds('f0'), story.holds('f1'), story.holds('f29')]).toEqual([175, 225, 175]);
    const reverted = await overlays.reverted(wide.overlay_id);
    expect(lagOf(reverted)).toBeLessThan(5_000);
    await until(() => names.slice(0, 30).every((name) => name === 'f1' || story.holds(name) === 125), 'taken back');
    // Its own counted for it, not the vault's.
    expect(story.holds('f1')).toBe(225);
    const ended = await overlays.end(own.overlay_id);
    expect([ended.status, ended.body.cause]).toEqual([200, 'deleted']);
    await overlays.reverted(own.overlay_id);
    await until(() => story.holds('f1') === 125, 'taken back early');
    expect(await overlays.end(own.overlay_id)).toMatchObject({ status: 409, body: { code: 'overlay_ended' } });
    const again = await overlays.flip(6);
    await overlays.reverted(again.overlay_id);
  });
});

describe('refusals change nothing', () => {
  it('are coded', async () => {
    const story = await desk.vault('refused', { ...shortFlips, personas: ['athena'] });
    await story.join('a');
    await story.join('killed', { kill_switch: true });
    await story.join('gone');
    await story.leave('gone');
    const overlays = new Overlays(desk, story);
    const one = { follower_id: story.id('a') };
    const cases: [Record<string, unknown>, number, string][] = [
      [{ kind: 'flip', amplify: '0.5', ttl_seconds: 4, ...one }, 422, 'flip_ttl_out_of_bounds'],
      [{ kind: 'flip', amplify: '0.5', ttl_seconds: 121, ...one }, 422, 'flip_ttl_out_of_bounds'],
      [{ kind: 'flip', amplify: '1.01', ttl_seconds: 10, ...one }, 422, 'flip_amplify_out_of_bounds'],
      [{ kind: 'flip', amplify: '0', ttl_seconds: 10 }, 422, 'flip_amplify_out_of_bounds'],
      [{ kind: 'flip', amplify: '-0.1', ttl_seconds: 10 }, 422, 'flip_amplify_out_of_bounds'],
      [{ kind: 'flip', amplify: 0.5, ttl_seconds: 10 }, 400, 'validation_failed'],
      [{ kind: 'flip', amplify: '0.5', ttl_seconds: 10, persona: 'ares' }, 400, 'validation_failed'],
      [{ kind: 'flip', amplify: '0.5', ttl_seconds: 10, follower_id: story.id('killed') }, 409, 'kill_switch_on'],
      [{ kind: 'flip', amplify: '0.5', ttl_seconds: 10, follower_id: story.id('gone') }, 409, 'follower_left'],
      [{ kind: 'flip', amplify: '0.5', ttl_seconds: 10, follower_id: `fol_${'0'.repeat(26)}` }, 404, 'follower_not_found'],
      [{ kind: 'persona', persona: 'ares' }, 422, 'persona_not_allowed'],
    ];
    for (const [body, status, code] of cases) {
      const { status: is, body: answer } = await overlays.ask(body);
      expect([is, answer.code]).toEqual([status, code]);
    }
    const { overlay_id } = await overlays.flip(5, 'a');
    expect(await overlays.ask({ kind: 'flip', amplify: '0.1', ttl_seconds: 10, ...one })).toMatchObject({
      body: { code: 'flip_active' },
    });
    await overlays.reverted(overlay_id);
    const halt = await overlays.start({ kind: 'halt' });
    expect(await overlays.ask({ kind: 'flip', amplify: '0.1', ttl_seconds: 10 })).toMatchObject({
      body: { code: 'vault_halted' },
    });
    await overlays.end(halt.overlay_id);
    expect((await overlays.ask({ kind: 'flip', amplify: '0.1', ttl_seconds: 10 })).status).toBe(201);
  });
});

describe('what ends a flip early', () => {
  it('a kill switch: targets go back, children are skipped', async () => {
    const story = await desk.vault('killed', shortFlips);
    await story.join('a');
    const overlays = new Overlays(desk, story);
    const flip = await overlays.flip(100, 'a');
    await story.order('buy', 10);
    await story.settled();
    expect(story.holds('a')).toBe(15);
    expect((await story.change('a', { kill_switch: true })).status).toBe(200);
    const reverted = await overlays.reverted(flip.overlay_id);
    expect(reverted.cause).toBe('kill_switch');
    expect(lagOf(reverted)).toBeLessThan(5_000);
    const [child] = (await story.children('a')).filter(({ kind }) => kind === 'revert');
    expect(child).toMatchObject({ state: 'skipped', code: 'kill_switch', sizing: { target: '10', want: '10', told: '15' } });
    expect(story.holds('a')).toBe(15);
  });

  it('a halt: of one follower and of the vault', async () => {
    const story = await desk.vault('halted', shortFlips);
    await story.join('a');
    await story.join('b');
    const overlays = new Overlays(desk, story);
    const flips = [await overlays.flip(100, 'a'), await overlays.flip(100)];
    await story.order('buy', 10);
    await story.settled();
    const halt = await overlays.start({ kind: 'halt' });
    for (const { overlay_id } of flips) expect((await overlays.reverted(overlay_id)).cause).toBe('vault_halted');
    await overlays.end(halt.overlay_id);
    await story.order('buy', 2);
    await story.settled();
    expect([story.holds('a'), story.holds('b')]).toEqual([12, 12]);
  });

  it('leaving: with flatten all is closed, once', async () => {
    const story = await desk.vault('left', shortFlips);
    await story.join('a');
    const overlays = new Overlays(desk, story);
    const flip = await overlays.flip(100, 'a');
    await story.order('buy', 10);
    await story.settled();
    await story.leave('a', 'flatten');
    expect((await overlays.reverted(flip.overlay_id)).cause).toBe('follower_left');
    await until(() => story.holds('a') === 0, 'closed');
    expect(story.lines('a')).toHaveLength(2);
  });

  it('closing the vault', async () => {
    const story = await desk.vault('closed', shortFlips);
    await story.join('a');
    const overlays = new Overlays(desk, story);
    const flip = await overlays.flip(100, 'a');
    await desk.manager.patch(`/v1/vaults/${story.vaultId}`, { status: 'closed' });
    expect((await overlays.reverted(flip.overlay_id)).cause).toBe('vault_closed');
  });
});
