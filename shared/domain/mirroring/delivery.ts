import { escaped, quoted } from '../../kit/json.ts';
import type { Follower } from '../followers/follower.ts';
import type { Child, ChildKey } from './child.ts';
import { atOf, canceledChildId, causeOf, childIdOf, type LineEntry, orderIdOf } from './entry.ts';
import type { Reason } from './order.ts';
import type { ClaimRow, PlannedRow } from './plan.ts';
import { positionAfter, reasonsOf } from './plan-line.ts';

/** What one attempt changes in the bytes of a delivery (SPEC 6.4): everything else is the same at every attempt. */
export interface Attempt {
  readonly number: number;
  readonly at: string;
  readonly lastError?: string;
}

/** Of a quantity as `format` writes it: a minus stands first, and not before zero. */
export const sideOf = (signedQty: string): 'buy' | 'sell' => (signedQty.startsWith('-') ? 'sell' : 'buy');
export const sizeOf = (signedQty: string): string => (signedQty.startsWith('-') ? signedQty.slice(1) : signedQty);

/** What names a child's own row: which child it is, whose, and where its follower and its entry stand. */
export function identityOf(entry: LineEntry, { place }: Pick<ClaimRow, 'place'>, f: Follower): ChildIdentity {
  const manager_order_id = orderIdOf(entry);
  return {
    follower_order_id: childIdOf(entry, f.shard, place),
    follower_id: f.follower_id,
    tenant_id: f.tenant_id,
    vault_tenant_id: f.vault_tenant_id,
    vault_id: f.vault_id,
    shard: f.shard,
    place,
    ...atOf(entry),
    ...(entry.kind === 'order' ? {} : { kind: entry.kind }),
    ...(manager_order_id === undefined ? {} : { manager_order_id }),
    symbol: entry.order.symbol,
  };
}
type ChildIdentity = ChildKey & Pick<Child, 'manager_order_id' | 'kind' | 'symbol'>;

/** What every child of an entry says alike, as JSON text: written once per entry, not once per child. Each part ends where a child's own begins. */
interface Common {
  readonly toBuy: string;
  readonly toSell: string;
  readonly toPosition: string;
  readonly toScale: string;
  readonly toDag: string;
  readonly end: string;
  /** From the DAG's id to the end, of a first attempt. */
  readonly first: string;
}
/** Children of one entry are written one after the other: the last one's is at hand. */
let lastCommon: { readonly of: LineEntry; readonly common: Common } | undefined;

/** A JSON object's members without its braces. */
const members = (value: object): string => JSON.stringify(value).slice(1, -1);

/** One text: pieces that are only added are kept as a tree, which every child's body would have to walk through again. */
const whole = (...pieces: string[]): string => pieces.join('');

function commonOf(entry: LineEntry): Common {
  if (lastCommon?.of === entry) return lastCommon.common;
  const { order } = entry;
  const { symbol, venue = null, order_type, limit_price = null, time_in_force, reason_vector = [], conviction = null } = order;
  const order_id = orderIdOf(entry);
  const toSide = `",${members({ vault_id: entry.vault_id, seq: entry.seq, symbol, venue })},"side":`;
  const toDag = `]},"audit":{${members({ dag_id: order_id ?? causeOf(entry) })},"dispatch_attempts":`;
  const end = `},${members({ provenance: order.provenance ?? {} })}}`;
  const common = {
    toBuy: whole(toSide, '"buy","qty":"'),
    toSell: whole(toSide, '"sell","qty":"'),
    toPosition: whole('",', members({ order_type, limit_price, time_in_force }), ',"position_after":"'),
    toScale: whole(
      '",',
      members({ reason_vector, conviction }),
      `,"meta":{${members({ manager_order_id: order_id ?? null })},"scale":"`,
    ),
    toDag: whole(toDag),
    end: whole(end),
    first: whole(toDag, '1,"last_error":null,"state":"planned"', end),
  };
  lastCommon = { of: entry, common };
  return common;
}

const toSizing = ',"kill_switch":false},"sizing":{"baseline":"';
const withoutCap = `","max_pos_usd":null${toSizing}`;

/**
 * The body of a child's delivery (SPEC 6.4). It follows from the entry and the claim alone, and so never changes. Written as text: a
 * shard writes hundreds of these, of which all but some numbers is the same.
 */
export function childOrderBody(
  entry: LineEntry,
  row: PlannedRow,
  follower: Pick<Follower, 'follower_id' | 'shard'>,
  attempt: Attempt,
): string {
  const { toBuy, toSell, toPosition, toScale, toDag, first, end } = commonOf(entry);
  const { inputs, before, after, qty } = row;
  // One text, not a tree of pieces that whoever signs it would have to put together first; and few pieces, as each costs more than its
  // characters do. Decimals are as `format` writes them, and times as `timestamp` does: they have nothing to escape.
  const pieces = [
    openingOf(entry, row, follower.shard, attempt.at),
    childIdOf(entry, follower.shard, row.place),
    '","follower_id":"',
    escaped(follower.follower_id),
    (qty === '0' ? entry.order.side : sideOf(qty)) === 'buy' ? toBuy : toSell,
    sizeOf(qty),
    toPosition,
    positionAfter(entry, row),
    toScale,
    inputs.scale,
    inputs.cap === undefined ? withoutCap : `","max_pos_usd":"${inputs.cap}"${toSizing}`,
    after.baseline,
    '","target":"',
    after.target,
    '","want":"',
    after.want,
    '","told":"',
    before.told,
    inputs.nav === undefined ? '","reasons":[' : `","nav":${JSON.stringify(inputs.nav)},"reasons":[`,
  ];
  addReasons(pieces, reasonsOf(entry, row));
  if (attempt.number === 1 && attempt.lastError === undefined) pieces.push(first);
  else pieces.push(toDag, attemptText(attempt), end);
  return pieces.join('');
}

/** To the child's id: when, and what it is, a child order or the taking back of one that happened or may have. */
function openingOf(entry: LineEntry, { inputs, place }: ClaimRow, shard: number, at: string): string {
  if (entry.kind === 'cancel' && inputs.was !== undefined)
    return `{"ts":"${at}","type":"cancel","cancels":"${canceledChildId(entry, shard, place)}","follower_order_id":"`;
  if (lastOpening.at !== at) lastOpening = { at, text: whole('{"ts":"', at, '","type":"child_order","follower_order_id":"') };
  return lastOpening.text;
}
/** The children of a shard go out at one time: the last opening is at hand. */
let lastOpening = { at: '', text: '' };

/** How a reason of a rule begins. */
interface Opening {
  readonly first: string;
  readonly later: string;
}
/** Rules are few, but for those that name an overlay. */
const openings = new Map<string, Opening>();
const openingsKept = 256;

function openingOfReason(rule: string): Opening {
  const known = openings.get(rule);
  if (known !== undefined) return known;
  if (openings.size >= openingsKept) openings.clear();
  const first = whole('{"rule":', quoted(rule), ',"before":"');
  const opening = { first, later: whole('"},', first) };
  openings.set(rule, opening);
  return opening;
}

function addReasons(pieces: string[], reasons: readonly Reason[]): void {
  for (let n = 0; n < reasons.length; n += 1) {
    const { rule, before, after } = reasons[n] as Reason;
    const opening = openingOfReason(rule);
    pieces.push(n === 0 ? opening.first : opening.later, before, '","after":"', after);
  }
  if (reasons.length > 0) pieces.push('"}');
}

const attemptText = ({ number, lastError }: Attempt): string =>
  `${number},"last_error":${lastError === undefined ? 'null' : quoted(lastError)},"state":"${number === 1 ? 'planned' : 'retry'}"`;
