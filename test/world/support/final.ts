import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { childOf } from '../../../shared/adapters/dynamo/child-item.ts';
import { claimOf } from '../../../shared/adapters/dynamo/claim-item.ts';
import { followerOf } from '../../../shared/adapters/dynamo/follower-item.ts';
import { prefixes } from '../../../shared/adapters/dynamo/keys.ts';
import { readProgress } from '../../../shared/adapters/dynamo/order-reads.ts';
import { unpackLedger } from '../../../shared/adapters/dynamo/packed.ts';
import type { Follower } from '../../../shared/domain/followers/follower.ts';
import type { Child } from '../../../shared/domain/mirroring/child.ts';
import type { Claim } from '../../../shared/domain/mirroring/claim.ts';
import type { OrderEntry } from '../../../shared/domain/mirroring/order.ts';
import type { LedgerRow } from '../../../shared/domain/mirroring/plan.ts';
import type { DeadLetter } from '../../../shared/domain/mirroring/schemas.ts';
import type { Progress } from '../../../shared/domain/mirroring/views.ts';
import type { Endpoints } from './endpoints.ts';
import type { World } from './world.ts';

type Item = Record<string, unknown> & { readonly pk: string; readonly sk: string };

/** All that a run left behind. */
export interface Final {
  readonly items: readonly Item[];
  readonly entries: readonly OrderEntry[];
  readonly followers: readonly Follower[];
  readonly claims: readonly { readonly shard: number; readonly claim: Claim }[];
  readonly children: readonly { readonly child: Child; readonly open: boolean }[];
  readonly ledgers: readonly { readonly shard: number; readonly symbol: string; readonly rows: ReadonlyMap<number, LedgerRow> }[];
  readonly openRows: number;
  readonly letters: readonly { readonly pk: string; readonly letter: DeadLetter }[];
  readonly progress: ReadonlyMap<number, Progress>;
  readonly endpoints: Endpoints;
  readonly story: World['story'];
  /** Manager orders that were asked for. */
  readonly asked: number;
  /** Messages that the dead-letter queue took. */
  readonly dlx: number;
}

const shardIn = (pk: string): number => Number(/#S#(\d+)$/.exec(pk)?.[1]);

export async function finalOf(world: World): Promise<Final> {
  const items = await everything(world);
  const beginning = (prefix: string) => items.filter((item) => item.sk.startsWith(prefix));
  const entries = beginning(prefixes.entry).map((item) => item['entry'] as OrderEntry);
  const progress = await Promise.all(entries.map(async (e) => [e.seq, await readProgress(world.table, e)] as const));
  return {
    items,
    entries,
    progress: new Map(progress),
    followers: beginning(prefixes.roster).map(followerOf),
    // What marks the opening of a shard is no claim.
    claims: beginning(prefixes.result)
      .map((item) => ({ shard: shardIn(item.pk), claim: claimOf(item) }))
      .filter(({ claim }) => claim.owner !== 'opened'),
    children: beginning(prefixes.child).map((item) => ({ child: childOf(item), open: item['open'] !== undefined })),
    ledgers: beginning('LEDGER#').map((item) => ({
      shard: shardIn(item.pk),
      symbol: item.sk.slice('LEDGER#'.length),
      rows: unpackLedger(item['rows'] as Uint8Array),
    })),
    openRows: items.filter((item) => item.pk.startsWith('OPEN#')).length,
    letters: items
      .filter((item) => item.pk.endsWith('#DEAD'))
      .map((item) => ({ pk: item.pk, letter: item['letter'] as DeadLetter })),
    endpoints: world.endpoints,
    story: world.story,
    asked: world.asked,
    dlx: world.dlx.size,
  };
}

/** Every item of the run's table, in the order of their keys. */
async function everything({ table }: World): Promise<Item[]> {
  const { Items = [], LastEvaluatedKey } = await table.client.send(
    new ScanCommand({ TableName: table.name, ConsistentRead: true }),
  );
  if (LastEvaluatedKey !== undefined) throw new Error('a run left more than one page of items');
  const keyOf = ({ pk, sk }: Item) => `${pk} ${sk}`;
  return (Items as Item[]).sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}
