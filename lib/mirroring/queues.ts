import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { limits } from '../../shared/wiring/limits.ts';
import { type QueueName, queueNames } from '../../shared/wiring/resources.ts';
import {
  endOfLine,
  FifoQueue,
  type FifoQueueProps,
  fifoDeadLetters,
  shelvedQueue,
  standardDeadLetters,
} from '../constructs/fifo-queue.ts';
import type { Shelf } from '../constructs/grants.ts';
import { StandardQueue } from '../constructs/standard-queue.ts';
import type { StageName } from '../stages.ts';

/** Queues by their physical names, for alarms and the dashboard. */
export interface WatchedQueues {
  readonly working: readonly string[];
  /** Those whose messages wait on purpose, and how long at most, in seconds. */
  readonly delayed: Readonly<Record<string, number>>;
  readonly deadLetter: readonly string[];
}

type StandardName = 'shardNodes' | 'overlayTimer' | 'reconcile' | 'notices';
type FifoName = Exclude<QueueName, 'dispatchDlx' | StandardName>;

const working: Record<FifoName, Omit<FifoQueueProps, 'name'>> = {
  // EventBridge gives no deduplication id, so the queue makes one from the body.
  vaultIntents: {
    visibilitySeconds: limits.intentVisibilitySeconds,
    maxReceives: limits.intentMaxReceives,
    contentBased: true,
  },
  tenantStatus: {
    visibilitySeconds: limits.tenantStatusVisibilitySeconds,
    maxReceives: limits.tenantStatusMaxReceives,
    contentBased: true,
  },
  entitlements: {
    visibilitySeconds: limits.entitlementsVisibilitySeconds,
    maxReceives: limits.entitlementsMaxReceives,
  },
  shards: { visibilitySeconds: limits.shardVisibilitySeconds, maxReceives: limits.netMaxReceives },
  followerRetry: { visibilitySeconds: limits.retryVisibilitySeconds, maxReceives: limits.netMaxReceives },
  billing: { visibilitySeconds: limits.billingVisibilitySeconds, maxReceives: limits.billingMaxReceives },
};

const standard: Record<StandardName, Omit<FifoQueueProps, 'name' | 'contentBased'>> = {
  shardNodes: { visibilitySeconds: limits.nodeVisibilitySeconds, maxReceives: limits.nodeMaxReceives },
  overlayTimer: { visibilitySeconds: limits.timerVisibilitySeconds, maxReceives: limits.timerMaxReceives },
  reconcile: { visibilitySeconds: limits.reconcileVisibilitySeconds, maxReceives: limits.reconcileMaxReceives },
  notices: { visibilitySeconds: limits.noticeVisibilitySeconds, maxReceives: limits.noticeMaxReceives },
};

/** The queues of the straight line, each with its dead letters, and those of what feeds it. */
export class MirroringQueues extends Construct {
  readonly byName: Readonly<Record<QueueName, Queue>>;
  readonly shelf: Pick<Shelf, QueueName>;
  readonly watched: WatchedQueues;
  /** Events that a rule could not deliver. */
  readonly ruleDeadLetters: Queue;
  /** Stream records that the router could not route: where they stand, not what they say. */
  readonly streamDeadLetters: Queue;

  constructor(scope: Construct, id: string, stage: StageName) {
    super(scope, id);
    const physical = (name: string) => `${stage}-${name}`;
    const line = (name: FifoName) => new FifoQueue(this, name, { name: physical(queueNames[name]), ...working[name] });
    const lines = {
      vaultIntents: line('vaultIntents'),
      tenantStatus: line('tenantStatus'),
      entitlements: line('entitlements'),
      shards: line('shards'),
      followerRetry: line('followerRetry'),
      billing: line('billing'),
    };
    const plains = this.#standard(physical);
    const dlxName = physical(queueNames.dispatchDlx);
    const [ruleName, streamName] = [physical('rule-targets-dlq'), physical('stream-router-dlq')];
    this.byName = {
      vaultIntents: lines.vaultIntents.queue,
      tenantStatus: lines.tenantStatus.queue,
      entitlements: lines.entitlements.queue,
      shardNodes: plains.shardNodes.queue,
      shards: lines.shards.queue,
      followerRetry: lines.followerRetry.queue,
      reconcile: plains.reconcile.queue,
      billing: lines.billing.queue,
      notices: plains.notices.queue,
      overlayTimer: plains.overlayTimer.queue,
      dispatchDlx: endOfLine(fifoDeadLetters(this, 'dispatchDlx', dlxName)),
    };
    this.ruleDeadLetters = standardDeadLetters(this, 'RuleDeadLetters', ruleName);
    this.streamDeadLetters = standardDeadLetters(this, 'StreamDeadLetters', streamName);
    this.shelf = Object.fromEntries(
      Object.entries(this.byName).map(([name, queue]) => [name, shelvedQueue(queue)]),
    ) as typeof this.shelf;
    const all = [...Object.values(lines), ...Object.values(plains)];
    this.watched = {
      working: all.map((q) => q.name),
      delayed: { [plains.overlayTimer.name]: limits.timerHopSeconds },
      deadLetter: [...all.map((q) => q.deadLetterName), dlxName, ruleName, streamName],
    };
  }

  #standard(physical: (name: string) => string): Record<StandardName, StandardQueue> {
    const queue = (name: StandardName) => new StandardQueue(this, name, { name: physical(queueNames[name]), ...standard[name] });
    return {
      shardNodes: queue('shardNodes'),
      overlayTimer: queue('overlayTimer'),
      reconcile: queue('reconcile'),
      notices: queue('notices'),
    };
  }
}
