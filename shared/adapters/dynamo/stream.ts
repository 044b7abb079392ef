import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Recorded } from '../../domain/audit/line.ts';
import type { OrderEntry } from '../../domain/mirroring/order.ts';
import type { FlipKey } from '../../domain/overlays/ended.ts';
import type { OverlayNews } from '../../domain/overlays/events.ts';
import type { Overlay } from '../../domain/overlays/overlay.ts';
import { childOf } from './child-item.ts';
import { claimOf } from './claim-item.ts';
import { prefixes } from './keys.ts';

/** A record of the table's stream, as far as we read it (Lambda's DynamoDB stream event). */
export interface Change {
  readonly id: string;
  /** When it was written, in ms; the stream knows seconds. */
  readonly at: number;
  readonly pk: string;
  readonly sk: string;
  readonly inserted: boolean;
  readonly item: Record<string, unknown>;
}

export interface StreamRecord {
  readonly eventID?: string | undefined;
  readonly eventName?: string | undefined;
  readonly dynamodb?:
    | {
        readonly NewImage?: unknown;
        readonly OldImage?: unknown;
        readonly ApproximateCreationDateTime?: number | undefined;
        readonly SequenceNumber?: string | undefined;
      }
    | undefined;
}

/** The new image of a record; undefined for a removal. */
export function changeOf(record: StreamRecord): Change | undefined {
  const image = record.dynamodb?.NewImage as Record<string, AttributeValue> | undefined;
  if (image === undefined) return undefined;
  const item = unmarshall(Object.fromEntries(Object.entries(image).map(([name, value]) => [name, withBytes(value)])));
  return {
    id: record.eventID ?? record.dynamodb?.SequenceNumber ?? '',
    at: (record.dynamodb?.ApproximateCreationDateTime ?? 0) * 1000,
    pk: item['pk'] as string,
    sk: item['sk'] as string,
    inserted: record.eventName === 'INSERT',
    item,
  };
}

/** Lambda hands stream images over as JSON, in which binary is base64 text (AWS Lambda developer guide, DynamoDB streams). */
function withBytes(value: AttributeValue): AttributeValue {
  const text: unknown = value.B;
  return typeof text === 'string' ? { B: Buffer.from(text, 'base64') } : value;
}

/** What TTL deleted: a flip that is over, if that is what stood there. */
export function expiredFlip({ eventName, dynamodb }: StreamRecord): FlipKey | undefined {
  const image = dynamodb?.OldImage as Record<string, AttributeValue> | undefined;
  if (eventName !== 'REMOVE' || image === undefined) return undefined;
  const { sk, tenant_id, vault_id, overlay_id } = unmarshall(image);
  return typeof sk === 'string' && sk.startsWith(prefixes.alarm) ? { tenant_id, vault_id, overlay_id } : undefined;
}

/** What a change says of an overlay, if it is the audit event of one: it is written once. */
export function overlayNews({ sk, inserted, item }: Change): OverlayNews | undefined {
  const { action, vault_tenant_id } = item;
  if (!inserted || !sk.startsWith(prefixes.audit) || vault_tenant_id === undefined) return undefined;
  return { action: String(action), tenant_id: String(vault_tenant_id), overlay: item['after'] as Overlay };
}

/** The log entry that a change stored, if it stored one. */
export const newEntry = ({ sk, inserted, item }: Change): OrderEntry | undefined =>
  inserted && sk.startsWith(prefixes.entry) ? (item['entry'] as OrderEntry) : undefined;

/** What the audit trail keeps of a change. */
export function recordedIn({ sk, item }: Change): Recorded {
  if (sk.startsWith(prefixes.entry)) return { kind: 'order', record: item['entry'] as OrderEntry };
  if (sk.startsWith(prefixes.child)) return { kind: 'child', record: childOf(item) };
  if (sk.startsWith(prefixes.result) && item['state'] !== 'barrier') {
    const record = claimOf(item);
    return { kind: record.state === 'done' ? 'result' : 'claim', record };
  }
  const { pk: _pk, sk: _sk, ...record } = item;
  return { kind: 'event', record };
}
