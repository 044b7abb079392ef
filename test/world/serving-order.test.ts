import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseChildId } from '../../shared/kit/ids.ts';
import { recomputed } from '../mirroring/support/draws.ts';
import { type Database, startDatabase } from './support/database.ts';
import { prove } from './support/runs.ts';
import { always, type Story } from './support/stories.ts';

let database: Database;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

const crowd: Story = {
  followers: Array.from({ length: 30 }, (_, i) => ({ name: `f${i}`, scale: '1', script: always(200) })),
  orders: [
    { atSeconds: 0, side: 'buy', qty: '10' },
    { atSeconds: 60, side: 'sell', qty: '4' },
  ],
  shardSize: 12,
  settles: false,
};

it("a shard's followers are sent to in the order that a hash tool gives", async () => {
  const { world } = await prove(database, { story: crowd });
  const sent = world.endpoints.arrivals.map(({ deliveryId, body }) => {
    const address = parseChildId(deliveryId);
    return { seq: body.seq, orderId: `mo_${address?.cause}`, shard: address?.shard ?? -1, place: address?.place ?? -1 };
  });
  expect(sent).toHaveLength(60);
  const orders = [1, 2].map((seq) =>
    [12, 12, 6].map((size, shard) => {
      const here = sent.filter((s) => s.seq === seq && s.shard === shard);
      const places = here.map((s) => s.place);
      expect(places).toEqual(recomputed(here[0]?.orderId ?? '', `shard/${shard}`, [...Array(size).keys()]));
      return places;
    }),
  );
  expect(orders[0]).not.toEqual(orders[1]);
});
