/**
 * `npm run bench:load`: 2,000 webhook followers on one vault of the local platform, 50 orders back to back. Every delivery
 * must arrive once and in order, and the platform's memory must stay bounded. Only 127.0.0.1; ends by itself.
 */
import { parseArgs } from 'node:util';
import { newOwner, post } from './load/client.ts';
import { Receivers } from './load/endpoint.ts';
import { memoryOf, quarterTable, type Sample } from './load/memory.ts';
import { LocalPlatform, platformProcess } from './load/platform.ts';
import { quantile } from './meter/growth.ts';
import { writeSection } from './results.ts';

const { values: options } = parseArgs({
  options: { followers: { type: 'string', default: '2000' }, orders: { type: 'string', default: '50' } },
});
const followers = Number(options.followers);
const orders = Number(options.orders);
const registersAtOnce = 8;
/** All deliveries must have arrived by then. */
const patienceMs = 15 * 60_000;
const sampleEveryMs = 1000;
/** What comes twice may come late: a message that was not finished is seen again after 30 s (limits.shardVisibilitySeconds). */
const lateMs = 35_000;

const platform = new LocalPlatform();
const receivers = new Receivers();
const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

async function registerAll(api: string, vaultId: string, token: string): Promise<void> {
  for (let i = 0; i < followers; i += registersAtOnce) {
    const some = Array.from({ length: Math.min(registersAtOnce, followers - i) }, (_, n) => i + n);
    await Promise.all(some.map((n) => register(api, vaultId, token, n)));
  }
}

async function register(api: string, vaultId: string, token: string, n: number): Promise<void> {
  const name = `f${n}`;
  const scale = (0.5 + (n % 1500) / 1000).toFixed(4);
  const body = { mode: 'proportional', scale, webhook: { url: receivers.url(name) } };
  const { signing_secret } = await post<{ signing_secret: string }>(api, `/v1/vaults/${vaultId}/followers`, body, token);
  receivers.join(name, signing_secret);
}

/** Every order is a buy that gives every follower a child. Gives when each was sent, by its id. */
async function sendOrders(api: string, vaultId: string, token: string): Promise<Map<string, number>> {
  const sent = new Map<string, number>();
  for (let n = 1; n <= orders; n += 1) {
    const at = Date.now();
    const terms = { symbol: 'AAPL', side: 'buy', qty: '10', order_type: 'market', time_in_force: 'day', ref_price: '187.35' };
    const order = { external_id: `load-${n}`, ...terms, ts: new Date(at).toISOString() };
    const path = `/v1/vaults/${vaultId}/manager-orders`;
    const { manager_order_id } = await post<{ manager_order_id: string }>(api, path, order, token);
    sent.set(manager_order_id, at);
  }
  return sent;
}

async function watch(until: () => boolean): Promise<Sample[]> {
  const samples: Sample[] = [];
  const end = Date.now() + patienceMs;
  while (!until() && Date.now() < end && receivers.faults.length < 1000) {
    samples.push({ at: Date.now(), arrived: receivers.arrivals.length, resident: platform.residentBytes() });
    await sleep(sampleEveryMs);
  }
  return samples;
}

/** What is wrong with the run; empty when it held. */
function faultsOf(samples: readonly Sample[]): string[] {
  const lost = followers * orders - receivers.arrivals.length;
  const memory = memoryOf(samples.map((s) => ({ n: s.arrived, bytes: s.resident[platformProcess] ?? 0 })));
  return [...(lost <= 0 ? [] : [`${lost} deliveries are missing`]), ...receivers.faults.slice(0, 20), ...memory.faults];
}

function waitsText(sent: ReadonlyMap<string, number>): string {
  const waits = receivers.arrivals.map(({ order, at }) => at - (sent.get(order) ?? at));
  const began = Math.min(...sent.values());
  const last = receivers.arrivals.reduce((most, { at }) => Math.max(most, at), 0);
  const seconds = (last - began) / 1000;
  const { length } = receivers.arrivals;
  return (
    `${followers} followers, ${orders} orders back to back: ${length} deliveries in ${seconds.toFixed(1)} s, ` +
    `${(length / seconds).toFixed(0)} a second. From sending the order to arrival: p50 ${quantile(waits, 0.5)} ms, ` +
    `p95 ${quantile(waits, 0.95)} ms (orders wait for those before them). Platform, database and endpoints share the machine.`
  );
}

function textOf(samples: readonly Sample[], sent: ReadonlyMap<string, number>, faults: readonly string[]): string {
  const points = samples.map((s) => ({ n: s.arrived, bytes: s.resident[platformProcess] ?? 0 }));
  return [
    waitsText(sent),
    faults.length === 0 ? 'Every delivery came once, in order and signed.' : `**Failed:** ${faults.join('; ')}`,
    'Resident memory (MB): before the first order, and the most in each quarter of the orders. DynamoDB Local keeps its data in memory and grows with it.',
    quarterTable(samples, followers * orders),
    memoryOf(points).text,
  ].join('\n\n');
}

try {
  await receivers.listen();
  const api = await platform.ready();
  const manager = await newOwner(api, 'manager', 'load-manager');
  const vaultBody = { label: 'Load', rails: ['fiat'], public: true, max_age_s: 3600 };
  const { vault_id } = await post<{ vault_id: string }>(api, '/v1/vaults', vaultBody, manager);
  const began = Date.now();
  await registerAll(api, vault_id, await newOwner(api, 'client', 'load-client'));
  process.stdout.write(`${followers} followers registered in ${((Date.now() - began) / 1000).toFixed(0)} s\n`);
  const watched = watch(() => receivers.arrivals.length >= followers * orders);
  const sent = await sendOrders(api, vault_id, manager);
  const samples = await watched;
  await sleep(lateMs);
  const faults = faultsOf(samples);
  const text = textOf(samples, sent, faults);
  process.stdout.write(`${text}\n`);
  if (followers === 2000 && orders === 50) writeSection('Local load', text);
  process.exitCode = faults.length === 0 ? 0 : 1;
} finally {
  await platform.stop();
  await receivers.close();
}
