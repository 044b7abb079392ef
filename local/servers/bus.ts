import { randomUUID } from 'node:crypto';
import { compilePattern, type Matcher } from '../runtime/patterns.ts';
import type { BusSpec, RuleSpec, TargetSpec } from '../template/model.ts';

/** What a rule or a schedule may deliver to. */
export interface Delivery {
  /** Stores the message before it returns. */
  toQueue(arn: string, body: string, groupId: string | undefined): void;
  toFunction(arn: string, event: unknown): void;
}

/** One action of an AWS JSON service: takes the request's body, answers the response's. Throws an AwsError to refuse. */
export type Action = (input: Record<string, unknown>) => unknown;

interface Entry {
  readonly Source?: string;
  readonly DetailType?: string;
  readonly Detail?: string;
  readonly EventBusName?: string;
  readonly Time?: number | string;
  readonly Resources?: readonly string[];
}

interface BusOptions {
  readonly buses: readonly BusSpec[];
  readonly rules: readonly RuleSpec[];
  readonly region: string;
  readonly account: string;
  readonly delivery: Delivery;
  refuse(code: string, message: string): Error;
}

const maximumEntries = 10;
const maximumBytes = 1024 * 1024;

/**
 * EventBridge's PutEvents and DescribeEventBus. An event is in its target queues before PutEvents answers: after a
 * kill -9 whoever had an answer finds it delivered, whoever had none sends again.
 */
export function createBus(options: BusOptions): {
  actions: Readonly<Record<string, Action>>;
  deliver(target: TargetSpec, event: unknown): void;
} {
  const rules = options.rules.map((rule) => ({ ...rule, matches: compilePattern(rule.pattern) }));
  const deliver = (target: TargetSpec, event: unknown) => deliverTo(options.delivery, target, event);
  return {
    deliver,
    actions: {
      PutEvents: ({ Entries }) => putEvents(options, rules, deliver, Entries),
      DescribeEventBus({ Name = 'default' }) {
        const bus = options.buses.find(({ name, arn }) => name === Name || arn === Name);
        if (bus === undefined) throw options.refuse('ResourceNotFoundException', `Event bus ${String(Name)} does not exist.`);
        return { Name: bus.name, Arn: bus.arn };
      },
    },
  };
}

type CompiledRule = RuleSpec & { readonly matches: Matcher };

function putEvents(
  options: BusOptions,
  rules: readonly CompiledRule[],
  deliver: (t: TargetSpec, e: unknown) => void,
  entries: unknown,
) {
  if (!Array.isArray(entries) || entries.length === 0 || entries.length > maximumEntries) {
    throw options.refuse('ValidationException', `Entries must have 1 to ${maximumEntries} members.`);
  }
  if (entries.reduce((sum: number, entry: Entry) => sum + sizeOf(entry), 0) > maximumBytes) {
    throw options.refuse('ValidationException', 'Total size of the entries in the request is over the limit.');
  }
  const results = entries.map((entry: Entry) => {
    const fault = faultOf(options, entry);
    if (fault !== undefined) return fault;
    const bus = busName(entry);
    const event = toEvent(options, entry);
    for (const rule of rules) {
      if (rule.bus === bus && rule.matches(event)) for (const target of rule.targets) deliver(target, event);
    }
    return { EventId: event.id };
  });
  return { FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length, Entries: results };
}

function faultOf({ buses }: BusOptions, entry: Entry): { ErrorCode: string; ErrorMessage: string } | undefined {
  const invalid = (ErrorMessage: string) => ({ ErrorCode: 'InvalidArgument', ErrorMessage });
  if (!entry.Source) return invalid('Parameter Source is not valid. Reason: Source is a required argument.');
  if (!entry.DetailType) return invalid('Parameter DetailType is not valid. Reason: DetailType is a required argument.');
  if (!entry.Detail) return invalid('Parameter Detail is not valid. Reason: Detail is a required argument.');
  if (!isJsonObject(entry.Detail)) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  const bus = busName(entry);
  if (bus === 'default' || buses.some(({ name }) => name === bus)) return undefined;
  return { ErrorCode: 'ResourceNotFoundException', ErrorMessage: `Event bus ${bus} does not exist.` };
}

function busName({ EventBusName = 'default' }: Entry): string {
  return EventBusName.slice(EventBusName.lastIndexOf('/') + 1);
}

function toEvent({ account, region }: BusOptions, entry: Entry) {
  const time = entry.Time === undefined ? new Date() : new Date(typeof entry.Time === 'number' ? entry.Time * 1000 : entry.Time);
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': entry.DetailType,
    source: entry.Source,
    account,
    time: `${time.toISOString().slice(0, 19)}Z`,
    region,
    resources: entry.Resources ?? [],
    detail: JSON.parse(entry.Detail ?? '{}') as unknown,
  };
}

/** AWS counts an entry so: 14 bytes for its time, the rest as UTF-8. */
function sizeOf({ Time, Source = '', DetailType = '', Detail = '', Resources = [] }: Entry): number {
  const text = [Source, DetailType, Detail, ...Resources].reduce((sum, part) => sum + Buffer.byteLength(part), 0);
  return text + (Time === undefined ? 0 : 14);
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

function deliverTo(delivery: Delivery, target: TargetSpec, event: unknown): void {
  const input = target.input === undefined ? select(event, target.inputPath) : (JSON.parse(target.input) as unknown);
  if (target.arn.includes(':sqs:')) delivery.toQueue(target.arn, JSON.stringify(input), target.messageGroupId);
  else if (target.arn.includes(':lambda:')) delivery.toFunction(target.arn, input);
  else throw new Error(`a target that is neither a queue nor a function: ${target.arn}`);
}

/** `$.detail.x` of the event; without a path all of it. */
function select(event: unknown, path = '$'): unknown {
  const names = path.split('.').slice(1);
  return names.reduce((value, name) => (value as Record<string, unknown> | undefined)?.[name], event);
}
