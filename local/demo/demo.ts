import { openEndpoints } from './endpoints.ts';
import { gather } from './evidence.ts';
import { playFlip } from './flip.ts';
import { openMarket } from './market.ts';
import { mixOf } from './mix.ts';
import { type Bus, batchesOf, play } from './os.ts';
import { loadPrices } from './prices.ts';
import { report } from './report.ts';
import { decide } from './strategy.ts';
import { judge } from './verdict.ts';

export interface DemoOptions {
  readonly api: string;
  readonly bus: Bus;
  /** How long to wait for what is missing after the last order. */
  readonly minutes?: number;
  readonly followers?: number;
  /** The default goes from the last rise through the crash to the recovery: some seventy orders. */
  readonly firstMonth?: string;
  /** Between two months: long enough that what is measured is an order's way and not the length of a queue. */
  readonly paceMs?: number;
  /** Whether one follower goes into flip mode beside the months. */
  readonly flips?: boolean;
}

const usual = { minutes: 1, followers: 100, firstMonth: '2006-07', paceMs: 350, flips: true };

/**
 * Plays a manager's strategy over real prices on a running platform and prints what its followers received. It knows
 * the platform over HTTP and the bus only, waits only so long, and says in plain words what is not right.
 */
export async function runDemo(options: DemoOptions): Promise<void> {
  const { api, bus, minutes, followers, firstMonth, paceMs, flips } = { ...usual, ...options };
  const wishes = mixOf(followers);
  const batches = batchesOf(decide(loadPrices(), firstMonth));
  const sent = batches.flat();
  const endpoints = await openEndpoints(followers);
  try {
    say(`registering ${followers} followers with a vault`);
    const market = await openMarket(api, wishes, endpoints);
    say(`sending ${sent.length} orders of ${batches.length} months as VANTA OS would, a month every ${paceMs} ms`);
    const flipped = flips ? playFlip(market.manager, minutes) : Promise.resolve([]);
    // Awaited below, behind what else may fail.
    flipped.catch(() => undefined);
    await play(bus, { vaultId: market.vaultId, batches, paceMs });
    const untilMs = Date.now() + minutes * 60_000;
    const evidence = await gather({ market, wishes, inboxes: endpoints.inboxes, sent }, untilMs);
    process.stdout.write(`${report(evidence, judge(evidence), await flipped)}\n`);
  } finally {
    await endpoints.close();
  }
}

const say = (line: string): void => void process.stdout.write(`demo: ${line}\n`);
