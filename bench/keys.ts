import { deriveKey } from '../shared/adapters/secrets/signing-keys.ts';
import { median } from './meter/growth.ts';

const [keys, rounds] = [5_000, 5] as const;

/** What a key takes that is not in the cache yet: microseconds, the median of some rounds after a first that warms up. */
export function microsOfKey(): number {
  const times = Array.from({ length: rounds + 1 }, (_, round) => {
    const before = process.threadCpuUsage();
    for (let i = 0; i < keys; i += 1) deriveKey('a master secret of more than thirty-two characters', `fol_${round}_${i}`, 1);
    const { user, system } = process.threadCpuUsage(before);
    return (user + system) / keys;
  });
  return median(times.slice(1));
}
