import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ChildRecord, Desk, type Placed, type Story } from './support/desk.ts';
import { Endpoints, until } from './support/endpoint.ts';

/** What did not happen, and what nobody knows (SPEC 6.2), as the follower's endpoint and its owner see it. */
const desk = new Desk();
/** Where nobody listens at first. */
const [patient, hasty] = [new Endpoints(), new Endpoints()];
/** Paths of endpoints that fail for now, and how; 0 cuts the connection, undefined lets the first attempt time out. */
const broken = new Map<string, number | undefined>();

beforeAll(async () => {
  patient.reserve();
  hasty.reserve();
  await desk.open('--retry-delays', '1,4');
  desk.endpoints.answer = async (path, { attempt }) => {
    if (!broken.has(path)) return 200;
    const status = broken.get(path);
    if (status === undefined && attempt === 1) await new Promise((r) => setTimeout(r, 5500));
    return status ?? 504;
  };
});
afterAll(async () => {
  await Promise.all([desk.close(), patient.close(), hasty.close()]);
  expect([...desk.contractFaults]).toEqual([]);
  expect([...desk.endpoints.faults, ...patient.faults, ...hasty.faults]).toEqual([]);
});

const fail = (story: Story, names: readonly string[], status: number | undefined) => {
  for (const name of names) broken.set(story.path(name), status);
};
const mend = (story: Story, names: readonly string[]) => {
  for (const name of names) broken.delete(story.path(name));
};
describe.concurrent('a buy that certainly did not happen', () => {
  // With max_age_s 5 the third attempt, 5 s after the order at the earliest, comes too late.
  it.each([
    { label: 'patient', max_age_s: 300, away: { state: 'dead_lettered', attempts: 3 } },
    { label: 'hasty', max_age_s: 5, away: { state: 'expired', code: 'max_age', attempts: 2 } },
  ])(
    'is never sold, and the next increase carries it: 404 and refused connections, $label',
    async ({ label, max_age_s, away }) => {
      const story = await desk.vault(label, { max_age_s });
      for (const name of ['well', 'refuses']) await story.join(name);
      const elsewhere = label === 'patient' ? patient : hasty;
      await story.join('away', { webhook: { url: elsewhere.url(story.path('away')) } });
      elsewhere.secrets.set(story.path('away'), desk.endpoints.secrets.get(story.path('away')) ?? '');
      fail(story, ['refuses'], 404);
      const bought = await story.order('buy', 10);
      expect((await story.reaches('refuses', bought, 'rejected')).unknown).toBe(false);
      expect(await story.reaches('away', bought, away.state)).toMatchObject({ ...away, unknown: false });
      expect((await story.deadLetters()).length).toBe(away.state === 'dead_lettered' ? 1 : 0);
      const sold = await story.order('sell', 4);
      await story.settled();
      for (const name of ['refuses', 'away'])
        expect(await story.child(name, sold), name).toMatchObject({ state: 'skipped', code: 'no_change', qty: '0' });
      mend(story, ['refuses']);
      await elsewhere.listen();
      await story.order('buy', 1);
      await story.order('sell', 5);
      await story.settled();
      expect(story.lines('well')).toEqual(['1 buy 10 -> 10', '2 sell 4 -> 6', '3 buy 1 -> 7', '4 sell 5 -> 2']);
      expect([story.lines('refuses'), story.lines('away', elsewhere)]).toEqual(Array(2).fill(['3 buy 7 -> 7', '4 sell 5 -> 2']));
    },
  );
});

/** How an unknown buy of 6 behind 4 that are certain ends, and what the next increase to 13 then says. */
const ways: {
  readonly name: string;
  readonly next: string;
  /** It goes out once more, and is taken. */
  readonly again?: true;
  readonly end: (story: Story, child: ChildRecord) => Promise<{ status: number }>;
}[] = [
  { name: 'did', next: 'buy 3 -> 13', end: (story, c) => story.settle(c.follower_order_id, true) },
  { name: 'didNot', next: 'buy 9 -> 13', end: (story, c) => story.settle(c.follower_order_id, false) },
  { name: 'redriven', next: 'buy 3 -> 13', again: true, end: (story, c) => story.redrive(c.follower_order_id) },
  {
    name: 'filled',
    next: 'buy 3 -> 13',
    end: (story, c) => story.report('filled', c.follower_order_id, { qty: '6', status: 'filled' }),
  },
  {
    name: 'part',
    next: 'buy 7 -> 13',
    end: (story, c) => story.report('part', c.follower_order_id, { qty: '2', status: 'canceled' }),
  },
  {
    name: 'refused',
    next: 'buy 9 -> 13',
    end: (story, c) => story.report('refused', c.follower_order_id, { qty: '0', status: 'rejected' }),
  },
];

async function unknownBuy(story: Story, names: readonly string[]): Promise<Placed> {
  await story.order('buy', 4);
  await story.settled();
  for (const [i, name] of names.entries()) fail(story, [name], [500, 0, undefined][i % 3]);
  const placed = await story.order('buy', 6);
  for (const name of names) {
    expect(await story.reaches(name, placed, 'dead_lettered', 60_000), name).toMatchObject({ unknown: true });
  }
  mend(story, names);
  const withheld = await story.order('buy', 2);
  for (const name of names) expect((await story.reaches(name, withheld, 'skipped')).code, name).toBe('position_unknown');
  return placed;
}

describe.concurrent('a buy of which nobody knows', () => {
  it('withholds increases until somebody says: settled either way, redriven, filled, in part, refused', async () => {
    const story = await desk.vault('unknown');
    const names = ways.map((way) => way.name);
    for (const name of [...names, 'silent']) await story.join(name);
    const placed = await unknownBuy(story, [...names, 'silent']);
    const letters = new Set(await story.deadLetters());
    expect(letters.size).toBe(names.length + 1);
    for (const { name, end } of ways) {
      const child = (await story.child(name, placed)) as ChildRecord;
      expect(letters, name).toContain(child.follower_order_id);
      expect(Math.floor((await end(story, child)).status / 100), name).toBe(2);
      await until(async () => (await story.child(name, placed))?.unknown === false, `${name} to be known`);
    }
    // What did not happen for certain stays a dead letter until somebody redrives it.
    const left = (name: string) => ['didNot', 'silent'].includes(name);
    const stay = await Promise.all([...names, 'silent'].filter(left).map((name) => story.child(name, placed)));
    expect((await story.deadLetters()).sort()).toEqual(stay.map((c) => c?.follower_order_id).sort());
    const next = await story.order('buy', 1);
    await story.settled();
    for (const { name, again, next: line } of ways) {
      expect(story.lines(name), name).toEqual(['1 buy 4 -> 4', ...(again ? ['2 buy 6 -> 10'] : []), `4 ${line}`]);
    }
    expect(await story.child('silent', next)).toMatchObject({ state: 'skipped', code: 'position_unknown' });
    // Sold to nothing: who is certain sells all of it, the silent one what it surely has.
    await story.order('sell', 13);
    await story.settled();
    for (const { name } of ways) expect(story.lines(name).at(-1), name).toBe('5 sell 13 -> 0');
    expect(story.lines('silent')).toEqual(['1 buy 4 -> 4', '5 sell 4 -> 0']);
    // Said in the end that it did happen, the next entry that may trade takes it off.
    expect((await story.settle(((await story.child('silent', placed)) as ChildRecord).follower_order_id, true)).status).toBe(200);
    await story.order('buy', 1);
    await story.settled();
    expect(story.lines('silent').at(-1)).toBe('6 sell 5 -> 1');
  });

  it('ends by the cancel of its order, whose answer says where the follower stands', async () => {
    const story = await desk.vault('taken');
    for (const name of ['f', 'other']) await story.join(name);
    const placed = await unknownBuy(story, ['f']);
    const back = await story.cancel(placed, 1);
    await story.settled();
    const child = await story.child('f', placed);
    expect(child).toMatchObject({ state: 'canceled', unknown: false });
    expect(await story.deadLetters()).toEqual([]);
    // What is reported of it now moves nothing: the cancel's answer said where the follower stands.
    expect((await story.report('f', child?.follower_order_id ?? '', { qty: '6', status: 'filled' })).status).toBe(200);
    await story.order('buy', 1);
    await story.settled();
    expect(story.lines('f')).toEqual(['1 buy 4 -> 4', `${back.seq} cancel buy 3 -> 7`, '5 buy 1 -> 8']);
    expect(story.lines('other').slice(-2)).toEqual([`${back.seq} cancel sell 5 -> 7`, '5 buy 1 -> 8']);
  });
});

describe.concurrent('a sale of which nobody knows', () => {
  it('leaves only the rest to be sold; said not to have happened, the next increase takes it off', async () => {
    const story = await desk.vault('sale');
    const names = ['sold', 'unsold'];
    for (const name of names) await story.join(name);
    await story.order('buy', 10);
    await story.settled();
    fail(story, names, 503);
    const doubtful = await story.order('sell', 4);
    const children = await Promise.all(names.map((name) => story.reaches(name, doubtful, 'dead_lettered')));
    mend(story, names);
    await story.order('sell', 6);
    await story.settled();
    for (const name of names) expect(story.lines(name), name).toEqual(['1 buy 10 -> 10', '3 sell 6 -> 0']);
    for (const [i, child] of children.entries())
      expect((await story.settle(child.follower_order_id, i === 0)).body, child.state).toMatchObject({ unknown: false });
    await story.order('buy', 1);
    await story.settled();
    expect(names.map((name) => story.lines(name).at(-1))).toEqual(['4 buy 1 -> 1', '4 sell 3 -> 1']);
  });
});
