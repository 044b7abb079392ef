import { commitEntry, readForAccept } from '../../shared/adapters/dynamo/accept-store.ts';
import type { Table } from '../../shared/adapters/dynamo/client.ts';
import { readEntry } from '../../shared/adapters/dynamo/line-reads.ts';
import { bellMessage, nodeMessage, type Queue, ringAll } from '../../shared/adapters/sqs/queue.ts';
import type { PlanId } from '../../shared/domain/entitlements/plans.ts';
import type { AcceptPorts } from '../../shared/domain/mirroring/accept.ts';
import { backOff, clock, freshUlid } from './entropy.ts';
import { logger } from './observe.ts';

interface AcceptMeans {
  readonly table: Table;
  readonly shards: Queue;
  readonly shardNodes: Queue;
  readonly defaultPlan: PlanId | null;
}

/** Accept's ports, the same for the API and for the bus. */
export function acceptPorts({ table, shards, shardNodes, defaultPlan }: AcceptMeans): AcceptPorts {
  return {
    clock,
    backOff,
    read: (request, at) => readForAccept(table, request, at, { now: clock(), defaultPlan }),
    commit: (entry, read) => commitEntry(table, entry, read),
    entry: (vault, seq) => readEntry(table, vault, seq),
    ring: async ({ bells, nodes }, again) => {
      const run = again ? freshUlid() : '';
      try {
        await ringAll(
          shards,
          bells.map((bell) => bellMessage(bell, run)),
        );
        await ringAll(
          shardNodes,
          nodes.map((node) => nodeMessage(node, run)),
        );
      } catch (error) {
        // The order is committed and its OPEN row stands: sweep rings what this did not.
        logger.warn('shards were not rung', { error: error as Error, seq: (bells[0] ?? nodes[0])?.seq });
      }
    },
  };
}
