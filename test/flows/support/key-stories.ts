import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type Client, signIn } from './client.ts';
import { api, carla, desk, forge, moods, newest, person, signedBy, stored } from './control-plane.ts';
import type { Story } from './desk.ts';
import { type Received, until } from './endpoint.ts';

type Rotated = { signing_secret: string; old_secret_valid_until: string; follower_id: string; code?: string };
const rotate = (story: Story, name: string, by: Client = desk.manager, headers: Record<string, string> = {}) =>
  by.post<Rotated>(`/v1/followers/${story.id(name)}/rotate-key`, undefined, headers);

/** Buys one, and says under which keys the delivery of that is signed. */
async function delivered(story: Story, secrets: Readonly<Record<string, string>>) {
  const before = story.heard('f').length;
  const placed = await story.order('buy', 1);
  await until(() => story.heard('f').length > before, 'a delivery');
  return { placed, signed: signedBy(newest(story, 'f'), secrets) };
}

describe('a signing key that is rotated', () => {
  it('is shown once, to the same request again too, for the follower as the caller saw it', async () => {
    const story = await desk.vault('rotate-once');
    await story.join('f');
    const before = await desk.manager.get(`/v1/followers/${story.id('f')}`);
    const stale = await rotate(story, 'f', desk.manager, { 'if-match': '"99"' });
    expect([stale.status, stale.body.code]).toEqual([412, 'precondition_failed']);
    const match = { 'if-match': before.headers.get('etag') ?? '', 'idempotency-key': randomUUID() };
    const self = await person(story, 'f');
    const first = await rotate(story, 'f', self, match);
    expect(first.status).toBe(200);
    expect(first.headers.get('etag')).not.toBe(before.headers.get('etag'));
    expect(Date.parse(first.body.old_secret_valid_until) - Date.now()).toBeGreaterThan(23.9 * 3600_000);
    const replayed = await rotate(story, 'f', self, match);
    expect([replayed.body, replayed.headers.get('idempotent-replayed')]).toEqual([first.body, 'true']);
    expect(JSON.stringify((await stored()).items)).not.toContain('whsec_');
  });

  it('overlaps with the old one for a day, in deliveries and in reports; then only the new one is good', async () => {
    const story = await desk.vault('rotate');
    await story.join('f');
    const path = story.path('f');
    const secrets: Record<string, string> = { old: desk.endpoints.secrets.get(path) ?? '', none: `whsec_${'A'.repeat(43)}=` };
    expect((await delivered(story, secrets)).signed).toEqual([['old'], ['old']]);
    secrets['new'] = (await rotate(story, 'f')).body.signing_secret;
    const { placed, signed } = await delivered(story, secrets);
    expect(signed).toEqual(Array(2).fill(['new', 'old']));
    const child = await story.reaches('f', placed, 'ack');
    const report = async (secret: string) => {
      desk.endpoints.secrets.set(path, secrets[secret] ?? '');
      return (await story.report('f', child.follower_order_id, { qty: '0.1' })).status;
    };
    expect([await report('old'), await report('new'), await report('none')]).toEqual([200, 200, 401]);
    const dayAgo = new Date(Date.now() - 24 * 3600_000).toISOString();
    await forge(story.id('f'), 'SET key_rotated_at = :v', { S: dayAgo });
    expect((await delivered(story, secrets)).signed).toEqual([['new'], ['new']]);
    expect([await report('old'), await report('new')]).toEqual([401, 200]);
  });

  it('twice within the day leaves the newest two, and the same bytes at every attempt', async () => {
    const story = await desk.vault('rotate-twice');
    await story.join('f');
    const secrets: Record<string, string> = { one: desk.endpoints.secrets.get(story.path('f')) ?? '' };
    secrets['two'] = (await rotate(story, 'f')).body.signing_secret;
    moods.set(story.path('f'), 503);
    const placed = await story.order('buy', 1);
    await until(() => story.heard('f').length > 0, 'the first attempt');
    secrets['three'] = (await rotate(story, 'f')).body.signing_secret;
    moods.delete(story.path('f'));
    await story.reaches('f', placed, 'ack');
    const [first, last] = [story.heard('f')[0] as Received, newest(story, 'f')];
    expect([signedBy(first, secrets), signedBy(last, secrets)]).toEqual([
      [
        ['two', 'one'],
        ['two', 'one'],
      ],
      [
        ['three', 'two'],
        ['three', 'two'],
      ],
    ]);
    const plain = ({ body }: Received) => ({ ...body, ts: '', audit: {} });
    expect([last.delivery, plain(last)]).toEqual([first.delivery, plain(first)]);
  });

  it('is nobody else’s: not another person’s, not the manager’s of the vault, not an auditor’s', async () => {
    const story = await desk.vault('rotate-not', { public: true });
    for (const name of ['f', 'g']) await story.join(name);
    const webhook = { url: desk.endpoints.url(story.path('foreign')) };
    const made = await carla().post<{ follower_id: string }>(`/v1/vaults/${story.vaultId}/followers`, {
      mode: 'proportional',
      scale: '1',
      webhook,
    });
    story.ids.set('foreign', made.body.follower_id);
    const auditor = await signIn(api(), { sub: 'ada', tenant_id: desk.tenantId, role: 'auditor' });
    const answers = [
      await rotate(story, 'g', await person(story, 'f')),
      await rotate(story, 'foreign'),
      await rotate(story, 'f', auditor),
    ];
    expect(answers.map((r) => [r.status, r.body.code])).toEqual([
      [404, 'follower_not_found'],
      [404, 'follower_not_found'],
      [403, 'scope_required'],
    ]);
  });
});
