/** What a run of reconciliation found of one vault, and what it did (SPEC 6.6). */
import { z } from 'zod';
import { idOf, symbolField, time } from '../contract/fields.ts';

/** Why a follower, or one of its symbols, was not compared this time. */
export const notComparedCodes = [
  'shard_behind',
  'left',
  'stopped',
  'shadow',
  'kill_switch',
  'vault_halted',
  'vault_maintenance',
  'under_way',
  'position_unknown',
  'too_soon',
  'not_traded',
] as const;
export type NotCompared = (typeof notComparedCodes)[number];

/** What was done about a difference, or why nothing was. */
export const outcomes = [
  /** A fix-up was asked for. */
  'fixup',
  /** told was set to what is held, as the vault's policy says, and a fix-up asked for where one is needed. */
  'corrected',
  /** There was one within the cool-down. */
  'cooling_down',
  /** A fix-up would have nothing to trade: it is at its cap, below the minimum, or may only reduce. */
  'nothing_to_trade',
  /** A child that is not reported to its end accounts for it. */
  'explained',
  /** Nobody knows why: people have to look. */
  'unexplained',
] as const;
export type OutcomeOfFinding = (typeof outcomes)[number];

const finding = z.strictObject({
  follower_id: idOf('fol'),
  symbol: symbolField,
  /** `want`: told is not what it should be. `held`: the account does not hold what it was told. */
  kind: z.enum(['want', 'held']),
  outcome: z.enum(outcomes),
  why: z.string().optional(),
  /** Left out where the follower is another tenant's. */
  want: z.string().optional(),
  told: z.string().optional(),
  held: z.string().optional(),
  /** Signed: what the fix-up trades, as far as it can be said before its turn in the line. */
  qty: z.string().optional(),
});

export const reconciliationRecord = z
  .strictObject({
    vault_id: idOf('vlt'),
    run_at: time,
    finished_at: time,
    shards: z.int(),
    followers: z.int(),
    /** Followers x symbols. */
    compared: z.int(),
    not_compared: z.partialRecord(z.enum(notComparedCodes), z.int()),
    drift: z.int().meta({ description: 'Followers x symbols with a difference, of either kind' }),
    fixups: z.int(),
    unexplained: z.int(),
    unknown: z.strictObject({
      children: z.int(),
      oldest_at: time.nullable(),
      probed: z.int().meta({ description: 'Followers whose endpoint was asked with a test event' }),
      answered: z.int().meta({ description: 'Of those that answered: their unknown children go out again' }),
    }),
    rung: z.int().meta({ description: 'Shards that were behind, and were rung' }),
    findings: z.array(finding),
    findings_left_out: z.int(),
  })
  .meta({ id: 'Reconciliation' });
export type ReconciliationRecord = z.infer<typeof reconciliationRecord>;

/** As the platform has it: with the tenant of each follower, whose numbers others do not see. */
export type Finding = z.infer<typeof finding> & { readonly tenant_id: string };
export type Report = Omit<ReconciliationRecord, 'findings'> & {
  readonly tenant_id: string;
  readonly findings: readonly Finding[];
};
/** A report that is not finished yet: page by page. */
export type Sum = Omit<Report, 'finished_at'>;

/** More are counted, and left out of the list. */
const mostFindings = 200;

export const emptySum = (vault: { tenant_id: string; vault_id: string }, run_at: string): Sum => ({
  ...vault,
  run_at,
  shards: 0,
  followers: 0,
  compared: 0,
  not_compared: {},
  drift: 0,
  fixups: 0,
  unexplained: 0,
  unknown: { children: 0, oldest_at: null, probed: 0, answered: 0 },
  rung: 0,
  findings: [],
  findings_left_out: 0,
});

/** What one shard adds. */
export interface Part {
  readonly followers: number;
  readonly compared: number;
  readonly notCompared: readonly NotCompared[];
  readonly findings: readonly Finding[];
  readonly unknown: Sum['unknown'];
  readonly rung: number;
}

const earlier = (a: string | null, b: string | null): string | null => (a === null || (b !== null && b < a) ? b : a);

export function withPart(sum: Sum, part: Part): Sum {
  const not_compared: Partial<Record<NotCompared, number>> = { ...sum.not_compared };
  for (const why of part.notCompared) not_compared[why] = (not_compared[why] ?? 0) + 1;
  const all = [...sum.findings, ...part.findings];
  const places = new Set(part.findings.map(({ follower_id, symbol }) => `${follower_id} ${symbol}`));
  const count = (...which: OutcomeOfFinding[]) => part.findings.filter(({ outcome }) => which.includes(outcome)).length;
  const corrected = part.findings.filter(({ outcome, qty }) => outcome === 'corrected' && qty !== undefined).length;
  return {
    ...sum,
    shards: sum.shards + 1,
    followers: sum.followers + part.followers,
    compared: sum.compared + part.compared,
    not_compared,
    drift: sum.drift + places.size,
    fixups: sum.fixups + count('fixup') + corrected,
    unexplained: sum.unexplained + count('unexplained', 'corrected'),
    unknown: {
      children: sum.unknown.children + part.unknown.children,
      oldest_at: earlier(sum.unknown.oldest_at, part.unknown.oldest_at),
      probed: sum.unknown.probed + part.unknown.probed,
      answered: sum.unknown.answered + part.unknown.answered,
    },
    rung: sum.rung + part.rung,
    findings: all.slice(0, mostFindings),
    findings_left_out: sum.findings_left_out + Math.max(0, all.length - mostFindings),
  };
}

/** Where a run's report is kept: by vault and time. */
export const reportObjectKey = ({ tenant_id, vault_id, run_at }: Pick<Report, 'tenant_id' | 'vault_id' | 'run_at'>): string =>
  `audit/reconciliation/${tenant_id}/${vault_id}/${run_at}.json`;

/** As the vault's manager sees it: of another tenant's follower that something differs, and no numbers (SPEC 3). */
export function reconciliationView({ tenant_id, findings, ...report }: Report): ReconciliationRecord {
  const shown = findings.map(({ tenant_id: own, ...f }) => {
    if (own === tenant_id) return f;
    const { follower_id, symbol, kind, outcome } = f;
    return { follower_id, symbol, kind, outcome };
  });
  return { ...report, findings: shown };
}
