import { describe, expect, it } from 'vitest';
import { keys } from '../../shared/adapters/dynamo/keys.ts';
import { type MemberBody, memberBody, memberPatch } from '../../shared/domain/tenants/member.ts';
import { changeMember, inviteMember, removeMember } from '../../shared/domain/tenants/members.ts';
import { userIdOf } from '../../shared/domain/tenants/standing.ts';
import { ownerOf } from './support/callers.ts';
import { Crash, crashingAt, type Gate, seedOf, tenantId, World } from './support/people.ts';

const owner = ownerOf(tenantId);
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: { code?: string }) => error.code ?? String(error),
  );
const body: MemberBody = { email: 'Pat@Example.com', role: 'ops' };
const seed = seedOf('invite pat');
const userId = userIdOf(tenantId, 'sub of pat@example.com');

/** Runs a request that crashes at one place after the other, each time in a new world, and then the same request again. */
async function atEveryPlace(
  prepare: () => World,
  request: (world: World, gate?: Gate) => Promise<unknown>,
  holds: (w: World) => void,
) {
  let places = 0;
  for (let reached = true; reached; places += 1) {
    const world = prepare();
    const crash = crashingAt(places);
    await request(world, crash.gate).catch((error: unknown) => {
      if (!(error instanceof Crash)) throw error;
    });
    reached = crash.reached();
    await request(world);
    holds(world);
  }
  return places - 1;
}

describe('inviting', () => {
  const invite = (world: World, gate?: Gate) => inviteMember({ principal: owner, seed, body }, world.ports({ seed }, gate));

  it('makes one person, one member and one event, wherever it crashed and was asked again', async () => {
    const places = await atEveryPlace(
      () => new World(),
      invite,
      (world) => {
        expect(world.members()).toMatchObject([
          { user_id: userId, email: 'pat@example.com', role: 'ops', status: 'invited', ver: 1 },
        ]);
        expect(world.memory.peek(keys.subject('sub of pat@example.com'))).toMatchObject({ tenant_id: tenantId });
        expect(world.events(userId)).toEqual(['member.added']);
        expect(world.users.size).toBe(1);
        // Nobody knows whether the first mail went out before the crash: at least one does.
        expect(world.mails.length).toBeGreaterThanOrEqual(1);
        expect(world.mails.length).toBeLessThanOrEqual(3);
      },
    );
    expect(places).toBeGreaterThanOrEqual(6);
  });

  it('sends one mail when nothing goes wrong', async () => {
    const world = new World();
    await invite(world);
    expect(world.mails).toEqual(['pat@example.com']);
  });

  it('adds who has signed in before directly, without a mail', async () => {
    const world = new World();
    world.users.set('pat@example.com', { subject: 'p', confirmed: true });
    expect(await invite(world)).toMatchObject({ status: 'active' });
    expect(world.mails).toEqual([]);
  });

  it('is refused for who is a member, and for who belongs to another tenant, and then changes nothing', async () => {
    const world = new World();
    world.seat('pat', 'auditor', { email: 'pat@example.com' });
    expect(await codeOf(invite(world))).toBe('already_member');
    world.users.set('pam@example.com', { subject: 'pam', confirmed: true });
    world.seat('pam', 'ops', { tenant_id: 'ten_01HF7YAT00000000000000000B' });
    const pam = { principal: owner, seed, body: { ...body, email: 'pam@example.com' } };
    expect(await codeOf(inviteMember(pam, world.ports({ seed })))).toBe('already_in_tenant');
    expect(world.members()).toHaveLength(1);
    expect([world.mails, world.events(userIdOf(tenantId, 'pam'))]).toEqual([[], []]);
  });

  it('is refused for the same person under another address', async () => {
    const world = new World();
    world.users.set('pat@example.com', { subject: 'pat', confirmed: true });
    world.seat('pat', 'auditor', { email: 'old@example.com' });
    expect(await codeOf(invite(world))).toBe('already_member');
  });

  it("takes a follower's person for a follower of the tenant only", async () => {
    const world = new World();
    const follower_id = 'fol_01HF7YAT00000000000000000A';
    const asked = { principal: owner, seed, body: { ...body, role: 'follower' as const, follower_id } };
    expect(await codeOf(inviteMember(asked, world.ports({ seed })))).toBe('follower_not_found');
    world.followers.add(follower_id);
    expect(await inviteMember(asked, world.ports({ seed }))).toMatchObject({ role: 'follower', follower_id });
  });
});

describe('changing and removing', () => {
  const seeds = { change: seedOf('change'), remove: seedOf('remove') };
  const seedFor = (subject: string) => seedOf(`change ${subject}`);
  const two = () => {
    const world = new World();
    world.seat('anna', 'owner');
    world.seat('bert', 'owner');
    return world;
  };
  const idOf = (subject: string) => userIdOf(tenantId, subject);
  const demote = (world: World, subject: string, gate?: Gate) =>
    changeMember(
      { principal: owner, userId: idOf(subject), patch: { role: 'ops' }, seed: seedFor(subject) },
      world.ports({ seed: seedFor(subject) }, gate),
    );
  const remove = (world: World, subject: string, gate?: Gate) =>
    removeMember({ principal: owner, userId: idOf(subject) }, world.ports({ seed: seeds.remove }, gate));

  it('a role is changed once, with one event, wherever it crashed', async () => {
    await atEveryPlace(
      two,
      (world, gate) => demote(world, 'bert', gate),
      (world) => {
        expect(world.members().find((m) => m['subject'] === 'bert')).toMatchObject({ role: 'ops', ver: 2 });
        expect(world.events(idOf('bert'))).toEqual(['member.changed']);
      },
    );
  });

  it('a role that was changed once stays as somebody changed it since, wherever the first run crashed', async () => {
    const { change } = seeds;
    const patch = { role: 'ops' as const };
    const bert = { principal: owner, userId: idOf('bert'), ifMatch: '"1"' };
    for (let place = 0, reached = true; reached; place += 1) {
      const world = two();
      const crash = crashingAt(place);
      const first = await codeOf(changeMember({ ...bert, patch, seed: change }, world.ports({ seed: change }, crash.gate)));
      reached = crash.reached();
      const { ver, role } = world.members().find((m) => m['subject'] === 'bert') as { ver: number; role: string };
      const other = seedOf(`other ${place}`);
      const later = { ...bert, patch: { role: 'auditor' as const }, seed: other, ifMatch: `"${ver}"` };
      await changeMember(later, world.ports({ seed: other }));
      const again = changeMember({ ...bert, patch, seed: change }, world.ports({ seed: change }));
      // What was made is found, whatever it asked to match; what was not made meets the change of the other.
      if (role === 'ops') expect(await again, `${place} ${first}`).toMatchObject({ role: 'auditor', ver: 3 });
      else expect(await codeOf(again), `${place} ${first}`).toBe('precondition_failed');
      expect(world.events(idOf('bert'))).toHaveLength(role === 'ops' ? 2 : 1);
      expect(world.members().find((m) => m['subject'] === 'bert')).toMatchObject({ role: 'auditor' });
    }
  });

  it('a member is removed once, and its sessions end, wherever it crashed', async () => {
    const places = await atEveryPlace(
      two,
      (world, gate) => remove(world, 'bert', gate),
      (world) => {
        expect(world.members().map((m) => m['subject'])).toEqual(['anna']);
        expect(world.memory.peek(keys.subject('bert'))).toBeUndefined();
        expect(world.events(idOf('bert'))).toEqual(['member.removed']);
        expect(world.signedOut.length).toBeGreaterThanOrEqual(1);
      },
    );
    expect(places).toBeGreaterThanOrEqual(8);
  });

  it('leaves a member of another tenant, and one that never was, not found', async () => {
    const world = two();
    expect(await codeOf(remove(world, 'nobody'))).toBe('user_not_found');
    expect(await codeOf(demote(world, 'nobody'))).toBe('user_not_found');
  });

  it('takes who was removed back as somebody new', async () => {
    const world = two();
    await remove(world, 'bert');
    world.users.set('bert@example.com', { subject: 'bert', confirmed: true });
    const back = { principal: owner, seed, body: { email: 'bert@example.com', role: 'auditor' as const } };
    expect(await inviteMember(back, world.ports({ seed }))).toMatchObject({ role: 'auditor', ver: 1 });
    expect((await remove(world, 'bert')).role).toBe('auditor');
  });

  it('removes a member whose subject is named by another tenant meanwhile, and leaves that alone', async () => {
    const world = two();
    world.seat('bert', 'owner', { tenant_id: 'ten_01HF7YAT00000000000000000B' });
    await remove(world, 'bert');
    expect(world.memory.peek(keys.subject('bert'))).toMatchObject({ tenant_id: 'ten_01HF7YAT00000000000000000B' });
  });

  it('keeps the last owner; an invited one does not count, nor does one that is no owner', async () => {
    const world = new World();
    world.seat('anna', 'owner');
    world.seat('ivan', 'owner', { status: 'invited' });
    world.seat('otto', 'ops');
    expect(await codeOf(remove(world, 'anna'))).toBe('last_owner');
    expect(await codeOf(demote(world, 'anna'))).toBe('last_owner');
    expect(await codeOf(remove(world, 'ivan'))).toBe('done');
    expect(await codeOf(remove(world, 'otto'))).toBe('done');
    expect(world.owners()).toBe(1);
  });

  it.each([
    ['remove', remove, remove],
    ['demote', demote, demote],
    ['remove and demote', remove, demote],
  ])('of two owners who %s each other one stays, however their calls interleave', async (_, first, second) => {
    let count = 0;
    for (let schedule = 0; schedule < 512; schedule += 1) {
      const world = two();
      const turns = interleaved(schedule);
      const results = await Promise.all([
        codeOf(first(world, 'bert', turns.gateOf(0)).finally(() => turns.leave(0))),
        codeOf(second(world, 'anna', turns.gateOf(1)).finally(() => turns.leave(1))),
      ]);
      expect(results.toSorted(), `schedule ${schedule}`).toEqual(['done', 'last_owner']);
      expect(world.owners(), `schedule ${schedule}`).toBe(1);
      count += 1;
    }
    expect(count).toBe(512);
  });

  it('is refused over what was changed meanwhile', async () => {
    const world = two();
    const change = {
      principal: owner,
      userId: idOf('bert'),
      patch: { role: 'ops' as const },
      seed: seeds.change,
      ifMatch: '"7"',
    };
    expect(await codeOf(changeMember(change, world.ports({ seed: seeds.change })))).toBe('precondition_failed');
  });
});

/** Lets two runs pass their gates one at a time, in an order that the bits of a number say; who has ended is not waited for. */
function interleaved(schedule: number) {
  let bits = schedule;
  const waiting: (undefined | (() => void))[] = [undefined, undefined];
  const here = [true, true];
  const pass = () => {
    if (here.some((present, i) => present && waiting[i] === undefined)) return;
    const wanted = bits & 1;
    bits >>= 1;
    const who = here[wanted] ? wanted : 1 - wanted;
    const go = waiting[who];
    waiting[who] = undefined;
    go?.();
  };
  return {
    gateOf:
      (who: number): Gate =>
      async (what) => {
        if (!what.startsWith('before')) return;
        await new Promise<void>((go) => {
          waiting[who] = go;
          pass();
        });
      },
    leave(who: number) {
      here[who] = false;
      pass();
    },
  };
}

describe('what a member is made of', () => {
  const follower_id = 'fol_01HF7YAT00000000000000000A';
  it.each([
    [{ email: 'no address', role: 'ops' }],
    [{ email: 'x@example.com', role: 'king' }],
    [{ email: 'x@example.com' }],
    [{ email: 'x@example.com', role: 'ops', tenant_id: 'ten_1' }],
    [{ email: 'x@example.com', role: 'follower' }],
    [{ email: 'x@example.com', role: 'ops', follower_id }],
    [{ email: `${'x'.repeat(250)}@example.com`, role: 'ops' }],
    [null],
  ])('is not %j', (given) => expect(memberBody.safeParse(given).success).toBe(false));

  it.each([[{ role: 'owner' }], [{ role: 'follower', follower_id }]])('may become %j', (given) =>
    expect(memberPatch.safeParse(given).success).toBe(true),
  );
  it.each([[{}], [{ role: 'follower' }], [{ email: 'x@example.com' }], [{ role: 'ops', follower_id }]])(
    'may not become %j',
    (given) => expect(memberPatch.safeParse(given).success).toBe(false),
  );
});
