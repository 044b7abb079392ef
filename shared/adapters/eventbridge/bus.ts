import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';

export interface Bus {
  readonly client: EventBridgeClient;
  readonly name: string;
}
export const openBus = (name: string): Bus => ({ client: new EventBridgeClient({ maxAttempts: 3 }), name });

export interface OutgoingEvent {
  readonly source: string;
  readonly type: string;
  readonly detail: unknown;
  readonly traceparent?: string;
}

/** PutEvents takes ten entries a call (Amazon EventBridge API reference). Throws when the bus refused any. */
export async function putEvents(bus: Bus, events: readonly OutgoingEvent[]): Promise<void> {
  for (let i = 0; i < events.length; i += 10) {
    const Entries = events.slice(i, i + 10).map((e) => ({
      EventBusName: bus.name,
      Source: e.source,
      DetailType: e.type,
      Detail: JSON.stringify(e.detail),
    }));
    const { FailedEntryCount, Entries: results } = await bus.client.send(new PutEventsCommand({ Entries }));
    if ((FailedEntryCount ?? 0) > 0)
      throw new Error(`the bus refused ${FailedEntryCount} events: ${results?.find((r) => r.ErrorCode)?.ErrorCode}`);
  }
}
