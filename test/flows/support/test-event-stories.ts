import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Client, Reply } from './client.ts';
import { desk, forge, moods, newest, person, signedBy } from './control-plane.ts';
import type { Story } from './desk.ts';

interface Tested {
  readonly delivered: boolean;
  readonly delivery_id: string;
  readonly status?: number;
  readonly error?: string;
  readonly latency_ms: number;
  readonly sent: { readonly headers: Record<string, string>; readonly body: string };
  readonly code?: string;
}
const test = (story: Story, name: string, by: Client = desk.manager, key: string = randomUUID()): Promise<Reply<Tested>> =>
  by.post<Tested>(`/v1/followers/${story.id(name)}/test-event`, undefined, { 'idempotency-key': key });

describe('a test event', () => {
  it('arrives signed, and its sender is told what came of it', async () => {
    const story = await desk.vault('test');
    await story.join('f');
    const before = (await desk.manager.get(`/v1/followers/${story.id('f')}`)).body;
    const { status, body } = await test(story, 'f', await person(story, 'f'));
    expect([status, body]).toMatchObject([200, { delivered: true, status: 200 }]);
    const got = newest(story, 'f');
    const { follower_id, vault_id } = before as Record<string, string>;
    expect(got.body).toEqual({ ts: expect.any(String), type: 'test', delivery_id: body.delivery_id, follower_id, vault_id });
    expect(signedBy(got, { own: desk.endpoints.secrets.get(story.path('f')) ?? '' })).toEqual([['own'], ['own']]);
    expect(got.headers).toMatchObject(body.sent.headers);
    expect(got.raw).toBe(body.sent.body);
    moods.set(story.path('f'), 404);
    expect((await test(story, 'f')).body).toMatchObject({ delivered: false, status: 404, error: 'status' });
    moods.set(story.path('f'), 410);
    expect((await test(story, 'f')).body).toMatchObject({ delivered: false, status: 410, error: 'status' });
    moods.set(story.path('f'), 302);
    expect((await test(story, 'f')).body).toMatchObject({ delivered: false, status: 302, error: 'redirect' });
    moods.set(story.path('f'), 0);
    expect((await test(story, 'f')).body).toMatchObject({ delivered: false, error: 'cut' });
    expect((await desk.manager.get(`/v1/followers/${story.id('f')}`)).body).toEqual(before);
    expect(await story.children('f')).toEqual([]);
  });

  it('waits five seconds and no longer', async () => {
    const story = await desk.vault('test-slow');
    await story.join('f');
    moods.set(story.path('f'), undefined);
    const { body } = await test(story, 'f');
    expect(body).toMatchObject({ delivered: false, error: 'timeout' });
    expect(body.latency_ms).toBeGreaterThan(4900);
    expect(body.latency_ms).toBeLessThan(8000);
  });

  it('connects to no inside address, and tells no more than that', async () => {
    const story = await desk.vault('test-inside');
    await story.join('f');
    const inside = [
      'https://10.0.0.1/',
      'https://169.254.169.254/latest/meta-data',
      'https://[fd00:ec2::254]/',
      'http://10.0.0.1/',
    ];
    for (const url of inside) {
      await forge(story.id('f'), 'SET webhook = :v', { M: { url: { S: url } } });
      const { body } = await test(story, 'f');
      expect(body).toMatchObject({ delivered: false, error: 'blocked' });
      expect(Object.keys(body).sort()).toEqual(['delivered', 'delivery_id', 'error', 'latency_ms', 'sent']);
    }
    await forge(story.id('f'), 'SET webhook = :v', { M: { url: { S: 'http://127.0.0.1:9/' } } });
    expect((await test(story, 'f')).body).toMatchObject({ delivered: false, error: 'refused' });
  });

  it('is one of six a minute; the others are told when to come back, and that is no answer to their key', async () => {
    const story = await desk.vault('test-many');
    await story.join('f');
    const replies = await Promise.all(Array.from({ length: 20 }, () => test(story, 'f')));
    const refused = replies.filter((r) => r.status === 429);
    // Twenty at once may lie in two minutes.
    expect(refused.length).toBeGreaterThanOrEqual(20 - 12);
    expect(refused.every((r) => r.body.code === 'too_many_test_events' && Number(r.headers.get('retry-after')) <= 60)).toBe(true);
    expect(story.heard('f')).toHaveLength(20 - refused.length);
    const key = randomUUID();
    const again = [await test(story, 'f', desk.manager, key), await test(story, 'f', desk.manager, key)];
    expect(again.map((r) => r.headers.get('idempotent-replayed')).every((r) => r === null || again[0]?.status === 200)).toBe(
      true,
    );
  });
});
