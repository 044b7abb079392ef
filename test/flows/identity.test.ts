import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client, Reply } from './support/client.ts';
import { Platform } from './support/platform.ts';
import { App, claimsIn, mailsTo, newVerifier, type Tokens } from './support/sign-in.ts';

/** Identity over HTTP: people sign in at the pool's page, are invited, change roles, leave. */
const platform = new Platform();
let app: App;

interface Member {
  readonly user_id: string;
  readonly email: string | null;
  readonly role: string;
  readonly status: string;
}
const codeOf = (reply: Reply<unknown>) => [reply.status, (reply.body as { code?: string }).code];
const usersOf = async (client: Client) => (await client.get<{ items: Member[] }>('/v1/users')).body.items;

beforeAll(async () => {
  app = new App(await platform.start());
});
afterAll(() => platform.stop());

/** A person who signs in, makes a tenant and comes back with its refresh token. */
async function founder(email: string): Promise<{ client: Client; tenantId: string; tokens: Tokens }> {
  const first = await app.signIn(email);
  const made = await app.client(first).post<{ tenant_id: string }>('/v1/tenants', { name: email, kind: 'manager' });
  expect(made.status).toBe(201);
  const { body } = await app.refresh(first.refresh_token);
  return { client: app.client(body), tenantId: made.body.tenant_id, tokens: { ...first, ...body } };
}

describe('a new person', () => {
  it('finds a sign-in page with the address it was hinted', async () => {
    const page = await fetch(app.address(newVerifier(), { login_hint: 'ann"<@example.com' }));
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(await page.text()).toContain('value="ann&quot;&lt;@example.com"');
  });

  it('signs in with PKCE, makes a tenant, refreshes, and its token carries the claims', async () => {
    const verifier = newVerifier();
    const signedIn = await app.exchange(await app.code('ann@example.com', verifier), verifier);
    expect(signedIn.status).toBe(200);
    expect(signedIn.headers.get('cache-control')).toBe('no-store');
    expect(signedIn.headers.get('etag')).toBeNull();
    expect(signedIn.body).toMatchObject({ token_type: 'Bearer', expires_in: 3600 });
    expect(claimsIn(signedIn.body.access_token)).not.toHaveProperty('tenant_id');
    expect(claimsIn(signedIn.body.id_token ?? '')).toMatchObject({ email: 'ann@example.com', token_use: 'id' });

    const ann = app.client(signedIn.body);
    expect((await ann.get('/v1/me')).body).toMatchObject({ tenant_id: null, role: null });
    const made = await ann.post<{ tenant_id: string }>('/v1/tenants', { name: 'Ann Capital', kind: 'manager' });
    const { tenant_id } = made.body;
    const again = await app.refresh(signedIn.body.refresh_token);
    expect(again.status).toBe(200);
    expect(again.body.refresh_token).toBeUndefined();
    expect(claimsIn(again.body.access_token)).toMatchObject({ tenant_id, role: 'owner' });
    expect((await app.client(again.body).get('/v1/me')).body).toMatchObject({ tenant_id, role: 'owner' });
    const [member] = await usersOf(app.client(again.body));
    expect(member).toMatchObject({ email: 'ann@example.com', role: 'owner', status: 'active' });
  });

  it('is nobody with its ID token', async () => {
    const { id_token = '' } = await app.signIn('ann@example.com');
    const reply = await app.client({ access_token: id_token, token_type: 'Bearer', expires_in: 1 }).get('/v1/me');
    expect(reply.status).toBe(401);
  });
});

describe('a member', () => {
  let owner: Client;
  let tenantId: string;
  beforeAll(async () => {
    ({ client: owner, tenantId } = await founder('olga@example.com'));
  });

  it('is invited by e-mail, signs in, and has its role', async () => {
    const invited = await owner.post<Member>('/v1/users', { email: 'Pete@Example.com', role: 'ops' });
    expect(invited.status).toBe(201);
    expect(invited.body).toMatchObject({ email: 'pete@example.com', role: 'ops', status: 'invited' });
    const mails = mailsTo(platform, 'pete@example.com');
    expect(mails).toHaveLength(1);
    expect(mails[0]).toContain('Subject: You are invited to VANTA');
    expect(mails[0]).toMatch(/Sign in as pete@example\.com with the temporary password \S{12,}/);
    expect(mails[0]).not.toContain('{');
    expect(platform.lines.join('')).toContain('mail to pete@example.com');

    const tokens = await app.signIn('pete@example.com');
    expect(claimsIn(tokens.access_token)).toMatchObject({ tenant_id: tenantId, role: 'ops' });
    expect((await app.client(tokens).get('/v1/vaults')).status).toBe(200);
    expect(codeOf(await app.client(tokens).get('/v1/users'))).toEqual([403, 'scope_required']);
    const pete = (await usersOf(owner)).find((m) => m.email === 'pete@example.com');
    expect(pete?.status).toBe('active');
  });

  it('cannot be invited twice, nor by another tenant', async () => {
    expect(codeOf(await owner.post('/v1/users', { email: 'PETE@example.com', role: 'auditor' }))).toEqual([
      409,
      'already_member',
    ]);
    const other = await founder('otto@example.com');
    expect(codeOf(await other.client.post('/v1/users', { email: 'pete@example.com', role: 'ops' }))).toEqual([
      409,
      'already_in_tenant',
    ]);
    expect(mailsTo(platform, 'pete@example.com')).toHaveLength(1);
    const member = (await usersOf(owner)).find((m) => m.email === 'pete@example.com');
    expect(codeOf(await other.client.patch(`/v1/users/${member?.user_id}`, { role: 'ops' }))).toEqual([404, 'user_not_found']);
    expect(codeOf(await other.client.call('DELETE', `/v1/users/${member?.user_id}`))).toEqual([404, 'user_not_found']);
  });

  it('gets the same answer for the same key, and one mail', async () => {
    const body = { email: 'kim@example.com', role: 'auditor' };
    const replies = await Promise.all(
      Array.from({ length: 5 }, () => owner.post<Member>('/v1/users', body, { 'idempotency-key': 'invite-kim' })),
    );
    const made = replies.filter((r) => r.status === 201);
    expect(made.length).toBeGreaterThan(0);
    expect(replies.filter((r) => r.status !== 201).map(codeOf)).toEqual(
      replies.filter((r) => r.status !== 201).map(() => [409, 'idempotency_in_progress']),
    );
    expect(new Set(made.map((r) => r.body.user_id)).size).toBe(1);
    expect(mailsTo(platform, 'kim@example.com')).toHaveLength(1);
    expect((await usersOf(owner)).filter((m) => m.email === 'kim@example.com')).toHaveLength(1);
  });

  it('that is known to the pool without a tenant is added directly', async () => {
    const before = await app.signIn('lone@example.com');
    const added = await owner.post<Member>('/v1/users', { email: 'lone@example.com', role: 'auditor' });
    expect(added.body).toMatchObject({ role: 'auditor', status: 'active' });
    expect(mailsTo(platform, 'lone@example.com')).toEqual([]);
    const { body } = await app.refresh(before.refresh_token);
    expect(claimsIn(body.access_token)).toMatchObject({ tenant_id: tenantId, role: 'auditor' });
  });

  it('has its new role at the next request, while its token lives', async () => {
    const tokens = await app.signIn('pete@example.com');
    const pete = app.client(tokens);
    const { user_id } = (await usersOf(owner)).find((m) => m.email === 'pete@example.com') as Member;
    const vault = { label: 'By Pete', rails: ['fiat'] };
    expect((await pete.post('/v1/vaults', vault)).status).toBe(201);
    const read = await owner.get(`/v1/users`);
    expect(read.status).toBe(200);
    const changed = await owner.patch<Member>(`/v1/users/${user_id}`, { role: 'auditor' }, { 'if-match': '"2"' });
    expect([changed.status, changed.body.role, changed.headers.get('etag')]).toEqual([200, 'auditor', '"3"']);
    const asked = Date.now();
    expect(codeOf(await pete.post('/v1/vaults', vault))).toEqual([403, 'scope_required']);
    expect(Date.now() - asked).toBeLessThan(1000);
    expect((await pete.get('/v1/vaults')).status).toBe(200);
    const stale = await owner.patch(`/v1/users/${user_id}`, { role: 'ops' }, { 'if-match': '"2"' });
    expect(codeOf(stale)).toEqual([412, 'precondition_failed']);
  });

  it('is out at the next request once it is removed; its refresh token is dead', async () => {
    const tokens = await app.signIn('pete@example.com');
    const { user_id } = (await usersOf(owner)).find((m) => m.email === 'pete@example.com') as Member;
    expect((await app.client(tokens).get('/v1/vaults')).status).toBe(200);
    const removed = await owner.call<Member>('DELETE', `/v1/users/${user_id}`);
    expect([removed.status, removed.body.user_id]).toEqual([200, user_id]);
    expect(codeOf(await app.client(tokens).get('/v1/vaults'))).toEqual([403, 'not_a_member']);
    expect(codeOf(await app.refresh(tokens.refresh_token))).toEqual([400, 'invalid_grant']);
    // Asked again, by another key: the same removal, and its sessions are ended again.
    expect((await owner.call('DELETE', `/v1/users/${user_id}`)).status).toBe(200);
    expect((await usersOf(owner)).some((m) => m.email === 'pete@example.com')).toBe(false);
    // Who was removed is a person without a tenant, and may be invited again.
    const back = await app.signIn('pete@example.com');
    expect(claimsIn(back.access_token)).not.toHaveProperty('tenant_id');
    expect((await owner.post<Member>('/v1/users', { email: 'pete@example.com', role: 'ops' })).body.status).toBe('active');
  });

  it('that has not come yet gets its invitation again when it is removed and invited anew', async () => {
    const first = await owner.post<Member>('/v1/users', { email: 'slow@example.com', role: 'ops' });
    await owner.call('DELETE', `/v1/users/${first.body.user_id}`);
    expect((await owner.post<Member>('/v1/users', { email: 'slow@example.com', role: 'ops' })).body.status).toBe('invited');
    expect(mailsTo(platform, 'slow@example.com')).toHaveLength(2);
  });

  it('list by pages', async () => {
    const seen: string[] = [];
    for (let path: string | undefined = '/v1/users?limit=2'; path !== undefined; ) {
      const { body }: Reply<{ items: Member[]; next_cursor: string | null }> = await owner.get(path);
      seen.push(...body.items.map((m) => m.user_id));
      path = body.next_cursor === null ? undefined : `/v1/users?limit=2&cursor=${encodeURIComponent(body.next_cursor)}`;
    }
    expect(seen.sort()).toEqual((await usersOf(owner)).map((m) => m.user_id).sort());
    expect(new Set(seen).size).toBe(seen.length);
  });
});

describe('the last owner', () => {
  it('cannot leave or be demoted; with a second owner it can', async () => {
    const { client } = await founder('una@example.com');
    const [una] = (await usersOf(client)) as [Member];
    expect(codeOf(await client.patch(`/v1/users/${una.user_id}`, { role: 'ops' }))).toEqual([409, 'last_owner']);
    expect(codeOf(await client.call('DELETE', `/v1/users/${una.user_id}`))).toEqual([409, 'last_owner']);
    await client.post('/v1/users', { email: 'second@example.com', role: 'owner' });
    // An invitation is no owner yet.
    expect(codeOf(await client.call('DELETE', `/v1/users/${una.user_id}`))).toEqual([409, 'last_owner']);
    await app.signIn('second@example.com');
    expect((await client.call('DELETE', `/v1/users/${una.user_id}`)).status).toBe(200);
    expect(codeOf(await client.get('/v1/users'))).toEqual([403, 'not_a_member']);
  });

  it.each(['demote', 'remove'] as const)('stays when two owners %s each other at the same moment', async (how) => {
    for (let round = 1; round <= 5; round += 1) {
      const first = await founder(`${how}-a${round}@example.com`);
      const email = `${how}-b${round}@example.com`;
      const b = await first.client.post<Member>('/v1/users', { email, role: 'owner' });
      const second = app.client(await app.signIn(email));
      const a = (await usersOf(first.client)).find((m) => m.user_id !== b.body.user_id) as Member;
      const against = (by: Client, userId: string) =>
        how === 'demote' ? by.patch(`/v1/users/${userId}`, { role: 'ops' }) : by.call('DELETE', `/v1/users/${userId}`);
      const replies = await Promise.all([against(first.client, b.body.user_id), against(second, a.user_id)]);
      const won = replies.filter((r) => r.status === 200);
      expect(won).toHaveLength(1);
      const [lost] = replies.filter((r) => r.status !== 200).map(codeOf);
      expect([
        [409, 'last_owner'],
        [403, 'not_a_member'],
        [403, 'scope_required'],
        [404, 'user_not_found'],
      ]).toContainEqual(lost);
      const left = [first.client, second][replies.findIndex((r) => r.status === 200)] as Client;
      expect((await usersOf(left)).filter((m) => m.role === 'owner')).toHaveLength(1);
    }
  });
});

describe('sessions and people', () => {
  it('outlive a power cut; ended ones stay ended', async () => {
    const { client: owner } = await founder('una2@example.com');
    await owner.post('/v1/users', { email: 'stay@example.com', role: 'ops' });
    const gone = await owner.post<Member>('/v1/users', { email: 'gone@example.com', role: 'ops' });
    const [stays, goes] = [await app.signIn('stay@example.com'), await app.signIn('gone@example.com')];
    await owner.call('DELETE', `/v1/users/${gone.body.user_id}`);
    await platform.killAll();
    app = new App(await platform.start(), app.faults);
    const { status, body } = await app.refresh(stays.refresh_token);
    expect(status).toBe(200);
    expect(claimsIn(body.access_token)['role']).toBe('ops');
    expect(codeOf(await app.refresh(goes.refresh_token))).toEqual([400, 'invalid_grant']);
  });

  it('got no answer that is not in the contract', () => expect([...app.faults]).toEqual([]));
});
