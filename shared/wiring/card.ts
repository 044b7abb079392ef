import type { Reach } from './reach.ts';
import type { Needs, QueueName } from './resources.ts';
import type { ApiRoom } from './routes.ts';
import type { SettingName } from './settings.ts';

/** The stage's setting that says how many pollers stand by for a queue; without it Lambda starts at five and adds slowly. */
export type PollerSetting = 'shards' | 'shardNodes';

/** What makes a function run. The infrastructure builds event sources from it and nothing else. */
export type Trigger =
  | { readonly kind: 'http'; readonly room: ApiRoom }
  | { readonly kind: 'queue'; readonly queue: QueueName; readonly batchSize: number; readonly provisionedPollers?: PollerSetting }
  | {
      readonly kind: 'stream';
      readonly batchSize: number;
      /** What was written under these. */
      readonly sortKeyPrefixes: readonly string[];
      /** What TTL deleted under these. */
      readonly expiredPrefixes: readonly string[];
    }
  | { readonly kind: 'schedule'; readonly everyMinutes: number }
  /** A URL of its own, without API Gateway: the function itself checks who calls. `most` runs at a time. */
  | { readonly kind: 'functionUrl'; readonly most: number }
  /** Asked by the user pool before it makes a token. The pool waits five seconds. */
  | { readonly kind: 'preToken' };

/**
 * A Lambda's card: all that infrastructure must know of it. Exactly the needs become environment variables and
 * grants; the handler can read exactly those (env.ts).
 */
export interface Card {
  /** The handler's file; it exports `handler`. */
  readonly entry: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly needs: Needs;
  readonly settings: readonly SettingName[];
  readonly trigger: Trigger;
  /** A program that writes more files into the function's bundle; it is given the folder. */
  readonly files?: string;
  /**
   * With `tenantRole` among its needs, the words for the table are not the function's own: they are its tenant role's, for the
   * caller's partitions, and for these keys beside them.
   */
  readonly reach?: Reach;
  /** What the function's own role may do with the table, before it is known who calls. */
  readonly unnamed?: Reach;
}
