import type { Queue } from '../../shared/adapters/sqs/queue.ts';
import { sendTimer } from '../../shared/adapters/sqs/timer.ts';
import type { FlipKey } from '../../shared/domain/overlays/ended.ts';
import type { VaultStop } from '../../shared/domain/overlays/revert.ts';
import { milliseconds } from '../../shared/kit/clock.ts';
import { clock } from './entropy.ts';
import { logger } from './observe.ts';

/** What the timer is told: a flip that will be over, or a vault whose flips are. */
export type TimerMessage = { readonly flip: FlipKey } | { readonly stop: VaultStop };

/** Sets the timer for a flip. Best effort: what TTL deletes, and the sweep, find what this loses. */
export const revertLater = (timer: Queue, flip: FlipKey, at: string): Promise<void> =>
  told(timer, { flip }, milliseconds(at) - clock());

/** A vault stopped: its flips are over now. */
export const stopNow = (timer: Queue, stop: VaultStop): Promise<void> => told(timer, { stop }, 0);

const told = (timer: Queue, message: TimerMessage, ms: number): Promise<void> =>
  sendTimer(timer, message, ms).catch((error: Error) => logger.warn('the timer was not set', { error }));
