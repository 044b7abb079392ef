import { clock } from '../edge/entropy.ts';
import { logger } from '../edge/observe.ts';

/** Asks every dependency at once; one that fails or is slower than two seconds counts as not answering. */
export function probeAll(probes: Record<string, () => Promise<unknown>>) {
  return Promise.all(Object.entries(probes).map(([name, ask]) => probe(name, ask)));
}

async function probe(name: string, ask: () => Promise<unknown>) {
  const started = clock();
  try {
    await Promise.race([ask(), timeout(2000)]);
    return { name, ok: true, ms: clock() - started };
  } catch (error) {
    logger.warn('dependency does not answer', { dependency: name, error: error as Error });
    return { name, ok: false, ms: clock() - started };
  }
}

async function timeout(ms: number): Promise<never> {
  await new Promise((resolve) => setTimeout(resolve, ms).unref());
  throw new Error(`no answer within ${ms} ms`);
}
