/** What one process has of the world: its table, its queues, its way to the endpoints. */
import type { SendMessageBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Queue } from '../../../shared/adapters/sqs/queue.ts';
import type { Delivery, Dispatcher } from '../../../shared/domain/mirroring/attempt.ts';
import { followerIdOf } from './cast.ts';
import { messagesIn } from './lines.ts';
import type { Process } from './process.ts';
import { tableOf } from './store.ts';
import type { Means, QueueName } from './wiring.ts';
import type { World } from './world.ts';

export function meansOf(world: World, process: Process): Means {
  return {
    clock: process.clock,
    freshUlid: () => world.freshUlid(),
    pause: (ms) => process.pause(ms),
    table: tableOf(world.storage, process),
    dispatcher: dispatcherOf(world, process),
    queues: {
      intents: queueOf('intents', world, process),
      shards: queueOf('shards', world, process),
      lanes: queueOf('lanes', world, process),
      dlx: queueOf('dlx', world, process),
      timers: queueOf('timers', world, process),
    },
  };
}

function dispatcherOf(world: World, process: Process): Dispatcher {
  const later = (ms: number, run: () => void) => world.scheduler.after(ms, run);
  const deliver = (delivery: Delivery) => {
    world.watcher.leaves(delivery, process);
    const treatment = world.endpoints.treat(delivery.follower.follower_id);
    const name = world.story.followers.find((f) => followerIdOf(f.name) === delivery.follower.follower_id)?.name;
    return process.call({
      kind: 'deliver',
      label: `${name} ${delivery.deliveryId.slice(24)} attempt ${delivery.attempt} (${JSON.stringify(treatment.mood ?? 'well')})`,
      effect: () => world.endpoints.answer(delivery, treatment, world.scheduler.now, later),
      answersMs: (result) => result.ms,
    });
  };
  return { deliver, ready: () => process.call({ kind: 'secret', label: 'master', effect: () => undefined }) };
}

function queueOf(name: QueueName, world: World, process: Process): Queue {
  const send = async (command: SendMessageCommand | SendMessageBatchCommand) => {
    const all = messagesIn(command);
    const label = `${name} ${all.map((m) => m.deduplicationId.slice(-14)).join(' ')}`;
    return process.call({
      kind: 'send',
      label,
      effect: (mode) => {
        // Of a batch some were not taken.
        const taken = mode === 'partial' && all.length > 1 ? all.slice(0, -1) : all;
        world.lines[name].send(taken);
        return taken === all ? {} : { Failed: [{ Message: 'not taken' }] };
      },
    });
  };
  // The adapters call nothing of the client but `send`.
  return { client: { send } as unknown as SQSClient, url: name };
}
