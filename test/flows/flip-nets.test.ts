import { afterAll, describe, expect, it } from 'vitest';
import { Desk, type Story } from './support/desk.ts';
import { until } from './support/endpoint.ts';
import { lagOf, Overlays, shortFlips } from './support/flips.ts';

/** Each who takes flips back, without those before it (SPEC 6.3); on platforms beside each other, for all of them mostly wait. */
const desks: Desk[] = [];
afterAll(() => Promise.all(desks.map((desk) => desk.close())));

async function flipped(...options: string[]): Promise<{ story: Story; overlays: Overlays }> {
  const desk = new Desk();
  desks.push(desk);
  await desk.open(...options);
  const story = await desk.vault('nets', shortFlips);
  await story.join('a');
  await story.join('twin');
  return { story, overlays: new Overlays(desk, story) };
}

/** Orders after the flip's end and before anybody took it back: its time is evaluated, nothing has to be deleted for it. */
async function lastOrders(story: Story, expiresAt: string): Promise<void> {
  await story.order('buy', 10);
  await new Promise((done) => setTimeout(done, Date.parse(expiresAt) - Date.now() + 50));
  await story.order('buy', 10);
  await story.settled();
}

describe.concurrent('without the timer', () => {
  it('what TTL deletes takes a flip back', async () => {
    const { story, overlays } = await flipped('--without', 'overlay-timer', '--without', 'sweep');
    const flip = await overlays.flip(5, 'a');
    await lastOrders(story, flip.expires_at);
    const reverted = await overlays.reverted(flip.overlay_id, 60_000);
    expect(lagOf(reverted)).toBeGreaterThan(0);
    await until(() => story.holds('a') === 20, 'taken back');
    expect(story.holds('twin')).toBe(20);
  });
});

describe.concurrent('without the timer, and with TTL days late', () => {
  it('no order is sized wrongly, and the sweep takes the flip back', async () => {
    const { story, overlays } = await flipped('--without', 'overlay-timer', '--no-ttl');
    const flip = await overlays.flip(5, 'a');
    await lastOrders(story, flip.expires_at);
    // 15 during it, 10 after it, and nobody has come yet.
    expect(story.lines('a').map((line) => line.split(' -> ')[0])).toEqual(['1 buy 15', '2 buy 10']);
    expect((await overlays.read(flip.overlay_id))?.status).toBe('reverting');
    expect(await overlays.ask({ kind: 'flip', amplify: '0.1', ttl_seconds: 10, follower_id: story.id('a') })).toMatchObject({
      status: 409,
      body: { code: 'flip_reverting' },
    });
    await overlays.reverted(flip.overlay_id, 90_000);
    await until(() => story.holds('a') === 20, 'taken back');
  });
});

describe.concurrent('with all three', () => {
  it('a flip is taken back once', async () => {
    const { story, overlays } = await flipped();
    const flips = [await overlays.flip(5, 'a'), await overlays.flip(5)];
    await story.order('buy', 10);
    await story.settled();
    for (const { overlay_id } of flips) expect(lagOf(await overlays.reverted(overlay_id))).toBeLessThan(5_000);
    // Until TTL has deleted what it had to, and the sweep has been here.
    await new Promise((done) => setTimeout(done, 65_000));
    for (const name of ['a', 'twin']) {
      expect((await story.children(name)).filter(({ kind }) => kind === 'revert')).toHaveLength(1);
      expect(story.lines(name)).toHaveLength(2);
      expect(story.holds(name)).toBe(10);
    }
  });
});
