import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import type { FlipKey } from '../../../shared/domain/overlays/ended.ts';
import type { TableChange } from '../memory/calls.ts';
import * as flips from './flips.ts';
import type { World } from './world.ts';

/** A batch of the stream that fails comes again. */
const streamTries = 12;
const streamTimeoutMs = 30_000;

/** TTL deletes a flip's alarm at its time, or much later, or never in this run; then the stream tells of it. */
export function deleteInTime(world: World, { key, before, after }: TableChange): void {
  const lateMs = world.story.overlaid === undefined ? 0 : world.story.overlaid.nets.ttlLateMs;
  if (!key.sk.startsWith('ALARM#') || before !== undefined || lateMs === undefined) return;
  world.scheduler.after(Number(after?.['ttl']) * 1000 - world.scheduler.now + lateMs, () => {
    const item = world.storage.memory.peek(key);
    if (item === undefined) return;
    world.log(() => `TTL deletes ${key.sk}`);
    world.storage.memory.execute(new DeleteCommand({ TableName: 'sim', Key: { ...key } }));
    // The item carries the flip's key beside its own.
    void tell(world, item as unknown as FlipKey);
  });
}

async function tell(world: World, flip: FlipKey): Promise<void> {
  for (let attempt = 1; attempt <= streamTries; attempt += 1) {
    const done = await world.invoke('stream', streamTimeoutMs, (means) => flips.expired(flip, means));
    if ('value' in done) return;
  }
}
