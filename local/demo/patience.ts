import { setTimeout as sleep } from 'node:timers/promises';

/** Looks again and again until `done` or until the time is up; answers which. */
export async function waitUntil(
  done: () => boolean | Promise<boolean>,
  limits: { everyMs: number; untilMs: number },
): Promise<boolean> {
  for (;;) {
    if (await done()) return true;
    if (Date.now() + limits.everyMs > limits.untilMs) return false;
    await sleep(limits.everyMs);
  }
}

/** Works the list off with at most `width` at a time, and keeps its order in the answer. */
export async function inParallel<T, R>(items: readonly T[], width: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const at = next++;
      results[at] = await work(items[at] as T);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  return results;
}
