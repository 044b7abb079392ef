/** Where nothing failed but endpoints, what became of each child follows from what they answered. */
import type { Arrival } from './endpoints.ts';
import type { Check } from './invariants.ts';
import { type Ended, where } from './snapshot.ts';
import { delays } from './wiring.ts';

const retryable = new Set(['408', '425', '429', '500', '503', 'cut', 'timeout', 'refused']);
const certain = new Set(['425', '429', 'refused']);

interface Verdict {
  readonly ends: 'ack' | 'rejected' | 'unresolved' | 'open';
  readonly unknown: boolean;
}

function verdict(requests: readonly Arrival[]): Verdict {
  let unknown = false;
  let ends: Verdict['ends'] = 'open';
  for (const { answer } of requests) {
    if (answer === '200' || (answer === '409' && unknown)) return { ends: 'ack', unknown: false };
    if (!retryable.has(answer)) ends = unknown ? 'unresolved' : 'rejected';
    else unknown ||= !certain.has(answer);
  }
  return { ends, unknown };
}

const givenUp = new Set(['dead_lettered', 'expired', 'skipped', 'canceled']);

const happened = new Set(['ack', 'partially_filled', 'confirmed']);

/** What went out again ends by the first answer that says so; nothing is said of when. */
function wrongAgain(e: Ended, requests: readonly Arrival[]): string[] {
  const { ends, unknown } = verdict(requests);
  const back = e.state === 'canceled' && !e.unknown;
  const fits = back || (happened.has(e.state) === (ends === 'ack') && e.unknown === unknown);
  return fits ? [] : [`after ${requests.map((r) => r.answer).join(', ')} and again it is ${e.state}, unknown ${e.unknown}`];
}

function wrongIn(e: Ended, requests: readonly Arrival[]): string[] {
  const { ends, unknown } = verdict(requests);
  const answers = requests.map((r) => r.answer).join(', ');
  // What was unknown may have been taken back by the order's cancel.
  const back = e.state === 'canceled' && !e.unknown && unknown;
  const fits = back || (ends === 'open' ? givenUp.has(e.state) : e.state === ends);
  const late = requests.filter((r, i) => {
    const before = requests[i - 1];
    return before !== undefined && r.at - before.at < Math.max(before.retryAfterMs, (delays[i - 1] ?? 0) * 1000);
  });
  const expiry = Date.parse(e.entry.accepted_at) + e.entry.pinned.max_age_s * 1000;
  const old = e.entry.kind !== 'cancel' && e.row.phase !== 'reduce' && requests.some((r) => r.at > expiry + 1000);
  return [
    ...(fits && (back || e.unknown === unknown) ? [] : [`after ${answers} it is ${e.state}, unknown ${e.unknown}`]),
    ...(requests.some((r, i) => r.attempt !== i + 1) ? [`attempts ${requests.map((r) => r.attempt).join()}`] : []),
    ...(requests.length > delays.length + 1 ? [`${requests.length} attempts`] : []),
    ...(ends === 'open' && e.state === 'dead_lettered' && requests.length <= delays.length ? ['given up too early'] : []),
    ...(late.length === 0 ? [] : ['a retry came too early']),
    ...(old ? ['it was sent after its time'] : []),
  ];
}

/** Only where all clocks agree, no process, call or message was hurt, and nobody reported, settled or asked for it again. */
export const heard: Check = ({ play, ended, touched }) => {
  const { faults, endpoints, rates } = play.world;
  const hurt = [...faults.struck.keys()].some((what) => what !== 'late message');
  if (hurt || rates.skewMs > 0) return [];
  const byId = Map.groupBy(endpoints.arrivals, (a) => a.id);
  return ended.flatMap((e) => {
    const requests = byId.get(e.id) ?? [];
    if (requests.length === 0 || play.reporters.touched.has(e.id)) return [];
    return (touched.has(e.id) ? wrongAgain : wrongIn)(e, requests).map((text) => `${where(e)}: ${text}`);
  });
};
