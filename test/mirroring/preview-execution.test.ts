import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { followerNavAt, saveFollowerNav } from '../../shared/adapters/dynamo/follower-nav-store.ts';
import { replaceFollower } from '../../shared/adapters/dynamo/follower-store.ts';
import { type Key, keys } from '../../shared/adapters/dynamo/keys.ts';
import { readEntry } from '../../shared/adapters/dynamo/line-reads.ts';
import { findFollower, findVault } from '../../shared/adapters/dynamo/lookups.ts';
import { shardOf } from '../../shared/adapters/dynamo/moved.ts';
import { putNav } from '../../shared/adapters/dynamo/nav-store.ts';
import type { Follower, FollowerBody } from '../../shared/domain/followers/follower.ts';
import { recordFollowerNav } from '../../shared/domain/followers/nav.ts';
import type { ManagerOrderBody } from '../../shared/domain/mirroring/order.ts';
import { reasonsOf } from '../../shared/domain/mirroring/plan-line.ts';
import { recordNav } from '../../shared/domain/vaults/nav.ts';
import { carl, House, mia } from '../followers/support/house.ts';
import { Room } from './support/room.ts';

/** What happens before each order of a world: settings that are random, and all of it drawn. */
type Move =
  | { readonly kind: 'order'; readonly order: Pick<ManagerOrderBody, 'side' | 'qty'> & Partial<ManagerOrderBody> }
  | { readonly kind: 'vault_nav'; readonly nav: string }
  | { readonly kind: 'nav'; readonly who: number; readonly nav: string }
  | {
      readonly kind: 'overlays';
      readonly amplify: string | undefined;
      readonly boost: string | undefined;
      readonly invert: boolean;
      readonly forMs: number;
    }
  | { readonly kind: 'flip'; readonly who: number; readonly amplify: string; readonly forMs: number }
  | { readonly kind: 'change'; readonly who: number; readonly change: Partial<Follower> };

const amount = (max: number, digits: number) =>
  fc.integer({ min: 1, max: max * 10 ** digits }).map((n) => (n / 10 ** digits).toFixed(digits).replace(/\.?0+$/, ''));
const nav = fc.oneof({ weight: 5, arbitrary: amount(100_000, 2) }, { weight: 1, arbitrary: fc.constant('0') });
const flag = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const present = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as T;
const symbol = fc.constantFrom('IBM', 'IBM', 'MSFT');

const follower: fc.Arbitrary<Partial<FollowerBody>> = fc
  .record({
    scale: amount(3, 3),
    scale_basis: fc.constantFrom('fixed' as const, 'nav' as const, 'nav' as const),
    max_pos_usd: flag(amount(2_000, 0)),
    allow_short: flag(fc.boolean()),
    symbols: fc.constantFrom<FollowerBody['symbols']>(undefined, undefined, { deny: ['MSFT'] }, { allow: ['IBM'] }),
    reduce_only: flag(fc.constantFrom(true, false, false)),
  })
  .map((body): Partial<FollowerBody> => present(body));
const order: fc.Arbitrary<Move> = fc
  .record({
    side: fc.constantFrom('buy' as const, 'sell' as const),
    qty: amount(300, 0),
    symbol,
    ref_price: amount(50, 2),
    nav: flag(nav),
    reduce_only: fc.constantFrom(undefined, undefined, undefined, true as const),
  })
  .map((body): Move => ({ kind: 'order', order: present(body) }));
/** Some end in the middle of what follows. */
const forMs = fc.integer({ min: 1, max: 12_000 });
const factor = amount(2, 2);
const boost = fc.constantFrom('0.25', '-0.5', '-1', '0.1');
const followers = 5;
const who = fc.nat(followers - 1);
const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 5, arbitrary: order },
  { weight: 2, arbitrary: nav.map((text): Move => ({ kind: 'vault_nav', nav: text })) },
  { weight: 4, arbitrary: fc.record({ who, nav }).map(({ who: w, nav: n }): Move => ({ kind: 'nav', who: w, nav: n })) },
  {
    weight: 1,
    arbitrary: fc
      .record({ amplify: flag(factor), boost: flag(boost), invert: fc.boolean(), forMs })
      .map((o): Move => ({ kind: 'overlays', ...o })),
  },
  { weight: 1, arbitrary: fc.record({ who, amplify: factor, forMs }).map((f): Move => ({ kind: 'flip', ...f })) },
  {
    weight: 1,
    arbitrary: fc
      .record({ who, scale: amount(3, 3), scale_basis: fc.constantFrom('fixed' as const, 'nav' as const) })
      .map(({ who: w, ...change }): Move => ({ kind: 'change', who: w, change })),
  },
);
const world = fc.record({
  follower: fc.array(follower, { minLength: followers, maxLength: followers }),
  moves: fc.array(move, { minLength: 14, maxLength: 20 }),
  instruments: flag(fc.constant({ IBM: { increment: '0.1', min_notional: '5' }, MSFT: { increment: '1', min_qty: '2' } })),
  /** Some children certainly do not happen. */
  refuses: fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }),
});

type World = typeof world extends fc.Arbitrary<infer W> ? W : never;

/** One world: what preview says of each order before it is claimed is what its claim says, to the last digit. */
class Twin {
  readonly house = new House();
  readonly #roster: Follower[] = [];
  #room: Room | undefined;
  #vaultId = '';
  compared = 0;
  byNav = 0;
  byOverlays = 0;

  async open(drawn: World): Promise<void> {
    const vault = await this.house.vault(drawn.instruments === undefined ? {} : { instruments: drawn.instruments });
    this.#vaultId = vault.vault_id;
    this.#room = new Room(this.house, vault);
    for (const settings of drawn.follower) {
      this.#roster.push(await this.house.register(await this.house.vaultNow(vault), carl, settings, 3));
    }
    let sent = 0;
    this.#room.answer = () => {
      sent += 1;
      const refused = drawn.refuses[sent % drawn.refuses.length] === true;
      return refused ? { kind: 'rejected', ms: 5, status: 404, error: '404' } : { kind: 'ack', ms: 5, status: 200 };
    };
  }

  async play(moves: readonly Move[]): Promise<void> {
    for (const one of moves) {
      this.house.now += 1000;
      if (one.kind === 'order') await this.#order(one.order);
      else if (one.kind === 'vault_nav') await this.#vaultNav(one.nav);
      else if (one.kind === 'nav') await this.#nav(one.who, one.nav);
      else if (one.kind === 'overlays') await this.#overlays(one);
      else if (one.kind === 'flip') await this.#flip(one);
      else await this.#change(one.who, one.change);
    }
  }

  get #now(): string {
    return new Date(this.house.now).toISOString();
  }
  async #vaultNav(text: string): Promise<void> {
    const body = { nav: text, ts: this.#now };
    await recordNav(
      { principal: mia, vaultId: this.#vaultId, body },
      {
        clock: this.house.clock,
        vault: (id) => findVault(this.house.table, id),
        put: (of, snapshot) => putNav(this.house.table, of, snapshot, { by: 'mia', event_id: this.house.seed() }),
      },
    );
  }
  async #nav(at: number, text: string): Promise<void> {
    const { table, clock } = this.house;
    const by = { by: 'carl', request_id: 'r', event_id: this.house.seed() };
    const followerId = this.#roster[at]?.follower_id ?? '';
    await recordFollowerNav(
      { principal: carl, followerId, body: { nav: text, ts: this.#now } },
      {
        clock,
        backOff: async () => undefined,
        find: (id) => findFollower(table, id),
        recorded: (f, ts) => followerNavAt(table, f, ts),
        save: (f, snapshot, next) => saveFollowerNav(table, f, snapshot, { next, by }),
      },
    );
  }
  /** The vault's overlays from now on, as they stand on its item. */
  async #overlays({ amplify, boost, invert, forMs: ms }: Extract<Move, { kind: 'overlays' }>): Promise<void> {
    const spell = { starts_at: this.#now, expires_at: new Date(this.house.now + ms).toISOString() };
    const flip = amplify === undefined ? [] : [{ kind: 'flip' as const, overlay_id: 'ovl_v', amplify, ...spell }];
    const persona = { kind: 'persona' as const, overlay_id: 'ovl_p', persona: 'ares' as const, invert, ...spell };
    const overlays = [...flip, ...(boost === undefined ? [] : [{ ...persona, boost }])];
    this.#set(keys.vault(await this.house.vaultNow({ vault_id: this.#vaultId })), 'overlays', overlays);
  }
  async #flip({ who: at, amplify, forMs: ms }: Extract<Move, { kind: 'flip' }>): Promise<void> {
    const f = this.#roster[at] as Follower;
    const spell = { starts_at: this.#now, expires_at: new Date(this.house.now + ms).toISOString() };
    this.#set(keys.follower(shardOf(f), f.place), 'flip', { overlay_id: `ovl_${at}`, amplify, ...spell });
  }
  #set(Key: Key, name: string, value: unknown): void {
    const update = { UpdateExpression: 'SET #name = :value', ExpressionAttributeNames: { '#name': name } };
    this.house.memory.execute(
      new UpdateCommand({ TableName: 'house', Key: { ...Key }, ...update, ExpressionAttributeValues: { ':value': value } }),
    );
  }
  async #change(at: number, change: Partial<Follower>): Promise<void> {
    const now = await this.house.followerNow(this.#roster[at] as Follower);
    const event = { by: 'carl', request_id: 'r', before: {}, after: {}, event_id: this.house.seed() };
    expect(await replaceFollower(this.house.table, { ...now, ...change, ver: now.ver + 1 }, now.ver, event)).toBe(true);
  }

  async #order(body: Extract<Move, { kind: 'order' }>['order']): Promise<void> {
    const room = this.#room as Room;
    const accepted = await room.order(body).catch((refusal: { code?: string }) => {
      expect(refusal.code).toBe('nothing_to_reduce');
      return undefined;
    });
    if (accepted === undefined) return;
    const now = await Promise.all(this.#roster.map((f) => this.house.followerNow(f)));
    const said = await Promise.all(now.map((f) => room.preview(accepted.seq, f)));
    for (const shard of new Set(now.map((f) => f.shard))) await room.work(accepted.seq, { shard });
    for (const [n, f] of now.entries()) await this.#same(accepted.seq, f, said[n] as Awaited<ReturnType<Room['preview']>>);
  }

  async #same(seq: number, f: Follower, said: Awaited<ReturnType<Room['preview']>>): Promise<void> {
    const room = this.#room as Room;
    expect(room.errors).toEqual([]);
    const claim = await room.claim({ seq }, f.shard);
    const row = claim?.rows.find((r) => r.place === f.place);
    const entry = await readEntry(this.house.table, room.shardOf(f.shard), seq);
    if (row === undefined || entry === undefined) throw new Error('nothing was claimed');
    const { told: _told, ...after } = row.after;
    const { told: _same, ...saidAfter } = said.after;
    const sized = { qty: row.qty.replace('-', ''), code: row.code, before: row.before, after, nav: row.inputs.nav };
    expect({ qty: said.qty, code: said.code, before: said.before, after: saidAfter, nav: said.nav }).toEqual(sized);
    expect(said.reasons).toEqual(reasonsOf(entry, row));
    // Asked once more, from what the claim recorded, it says the same.
    expect(await room.preview(seq, f)).toEqual(said);
    this.compared += 1;
    if (row.inputs.nav !== undefined && row.phase !== 'none') this.byNav += 1;
    if (row.inputs.overlays !== undefined && row.phase !== 'none') this.byOverlays += 1;
  }
}

describe('preview', () => {
  it('says what is then executed: more than 1,000 random orders, followers, overlays and NAVs', async () => {
    let compared = 0;
    let byNav = 0;
    let byOverlays = 0;
    await fc.assert(
      fc.asyncProperty(world, async (drawn) => {
        const twin = new Twin();
        await twin.open(drawn);
        await twin.play(drawn.moves);
        compared += twin.compared;
        byNav += twin.byNav;
        byOverlays += twin.byOverlays;
      }),
      { numRuns: 80, seed: 20_260_105 },
    );
    expect(compared).toBeGreaterThan(1_000);
    expect(byNav).toBeGreaterThan(200);
    expect(byOverlays).toBeGreaterThan(200);
  }, 60_000);
});
