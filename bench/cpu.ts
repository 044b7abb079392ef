/**
 * Where the CPU of a run went: V8's sampling profiler over the run, each sample given to the innermost frame that is known,
 * scaled by what the thread's CPU clock says. So the parts are those of the real handlers at work, not of loops made for it.
 */
import { type Profiler, Session } from 'node:inspector/promises';

/** Our own code, by the function that the part begins with; its callees count with it. What has no name here is `rest`. */
const stages: Readonly<Record<string, string>> = {
  load: 'rows read',
  followerOf: 'rows read',
  rosterRow: 'rows read',
  readRoster: 'rows read',
  cursorOf: 'rows read',
  claimOf: 'rows read',
  unpackClaim: 'rows read',
  unpackLedger: 'rows read',
  unpackOutcomes: 'rows read',
  planEntry: 'plan',
  planRow: 'plan',
  packClaim: 'claim packed',
  putClaim: 'claim packed',
  servingOrder: 'serving order',
  dispatchRows: 'dispatch',
  writeOne: 'dispatch',
  attemptOne: 'dispatch',
  deliver: 'dispatch',
  verdictOn: 'URL checked',
  post: 'sending',
  childIdOf: 'child ids',
  childOrderBody: 'body',
  deliveryHeaders: 'signatures',
  checkUrl: 'URL checked',
  takeAnswer: 'ledger and result',
  outcomeOf: 'ledger and result',
  resultOf: 'sending',
  afterDispatch: 'ledger and result',
  ledgerAfter: 'ledger and result',
  packLedger: 'ledger and result',
  writeFinish: 'ledger and result',
  packOutcomes: 'ledger and result',
  countsOf: 'ledger and result',
  happenedIn: 'ledger and result',
  mark: 'ledger and result',
  version: 'keys looked up',
  deriveKey: 'keys derived',
  noted: 'sending',
  'handler.onRequestStart': 'sending',
  observeAttempt: 'metrics',
};
/** Lines of their own: crypto over the finished bodies, the request around them, and what comes after it. All else that is ours is the expansion. */
const notExpansion = new Set(['signatures', 'keys looked up', 'keys derived', 'sending', 'ledger and result', 'metrics']);

const signingParts = new Set(['signatures', 'keys looked up', 'keys derived']);

export interface CpuSplit {
  /** Microseconds of the thread without what stands for AWS and the endpoints. */
  readonly total: number;
  readonly sdk: number;
  readonly http: number;
  readonly runtime: number;
  readonly own: Readonly<Record<string, number>>;
  /** All of ours from the rows read to the bytes of the bodies: what is held against the budget. */
  readonly expansion: number;
  /** The two signatures of every child, and keys where they are not in the cache. */
  readonly signing: number;
}

type Node = Profiler.ProfileNode;

/** The part that a frame begins, `inherit` for one that belongs to whoever called it. */
export function partOf({ url, functionName }: { url: string; functionName: string }): string {
  if (/\/node_modules\/(@aws-sdk|@smithy|@aws-crypto)\//.test(url)) return 'sdk';
  if (url.includes('/node_modules/undici/')) return 'http';
  if (url.includes('/bench/peers/')) return 'own: peer';
  if (url.includes('/bench/')) return 'bench';
  if (functionName === '(garbage collector)') return 'collector';
  if (functionName === '(idle)') return 'idle';
  // The library that writes them, whoever of ours called it: publishing them is called by the handler itself.
  if (url.includes('/node_modules/@aws-lambda-powertools/metrics/')) return 'own: metrics';
  if (!/\/(shared|functions)\//.test(url)) return 'inherit';
  const stage = stages[functionName];
  return stage === undefined ? 'own' : `own: ${stage}`;
}

/** Samples by part. A frame of ours without a name of its own stays with the part of ours that called it. */
export function samplesByPart(nodes: readonly Node[], samples: readonly number[]): Map<string, number> {
  const parents = new Map(nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node.id] as const)));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parts = new Map<number, string>();
  const resolve = (id: number): string => {
    const known = parts.get(id);
    if (known !== undefined) return known;
    const parent = parents.get(id);
    const above = parent === undefined ? 'runtime' : resolve(parent);
    const own = partOf((byId.get(id) as Node).callFrame);
    const unnamed = own === 'own' ? (above.startsWith('own: ') ? above : 'own: rest') : own;
    const part = own === 'inherit' ? above : unnamed;
    parts.set(id, part);
    return part;
  };
  const counts = new Map<string, number>();
  for (const id of samples) counts.set(resolve(id), (counts.get(resolve(id)) ?? 0) + 1);
  return counts;
}

/** Runs something under the profiler. */
export async function profiled(work: () => Promise<void>): Promise<CpuSplit> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 1000 });
  await session.post('Profiler.start');
  const before = process.threadCpuUsage();
  await work();
  const used = process.threadCpuUsage(before);
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  return split(samplesByPart(profile.nodes, profile.samples ?? []), used.user + used.system);
}

/** Idle samples are no CPU; the collector's are shared out over all parts alike. */
export function split(counts: ReadonlyMap<string, number>, micros: number): CpuSplit {
  const worked = [...counts].filter(([part]) => part !== 'idle' && part !== 'collector');
  const samples = worked.reduce((sum, [, n]) => sum + n, 0);
  const share = (part: string) => ((counts.get(part) ?? 0) / samples) * micros;
  const names = worked.map(([part]) => part).filter((part) => part.startsWith('own: '));
  const own = Object.fromEntries(names.map((part) => [part.slice('own: '.length), share(part)]));
  const sumOf = (isIn: (stage: string) => boolean) =>
    Object.entries(own).reduce((sum, [stage, us]) => (isIn(stage) ? sum + us : sum), 0);
  return {
    total: micros - share('bench'),
    sdk: share('sdk'),
    http: share('http'),
    runtime: share('runtime'),
    own,
    expansion: sumOf((stage) => !notExpansion.has(stage)),
    signing: sumOf((stage) => signingParts.has(stage)),
  };
}

/** The same for each of so many children. */
export function perChild({ own, ...sums }: CpuSplit, children: number): CpuSplit {
  const divided = <T extends object>(of: T) =>
    Object.fromEntries(Object.entries(of).map(([name, us]) => [name, us / children])) as T;
  return { ...divided(sums), own: divided(own) };
}

/** What the one that took least took, divided as all of them together were: one run has too few samples to be divided by. */
export function least(splits: readonly CpuSplit[]): CpuSplit {
  const all = splits.reduce(plus);
  const total = Math.min(...splits.map((split) => split.total));
  return perChild(all, all.total / total);
}

/** One after the other. A part that only one of them has counts all the same. */
function plus({ own: ofA, ...a }: CpuSplit, { own: ofB, ...b }: CpuSplit): CpuSplit {
  const added = <T extends Readonly<Record<string, number>>>(x: T, y: T): T => {
    const names = new Set([...Object.keys(x), ...Object.keys(y)]);
    return Object.fromEntries([...names].map((name) => [name, (x[name] ?? 0) + (y[name] ?? 0)])) as T;
  };
  return { ...added(a, b), own: added(ofA, ofB) };
}
