/** NAV snapshots that VANTA OS reports on the bus: recorded by the rules of the API, or audited as refused. */
import { type Clock, milliseconds, timestamp } from '../../kit/clock.ts';
import { ulidFromCause } from '../../kit/ids.ts';
import { Refusal } from '../../kit/refusal.ts';
import type { AuditEvent } from '../audit/event.ts';
import { navAt, requireSameNav } from './nav-rules.ts';
import { busNav, type NavSnapshot } from './vault.ts';

export interface NavEvent {
  readonly id: string;
  readonly time: string;
  readonly detail: unknown;
}
interface VaultOf {
  readonly tenant_id: string;
  readonly vault_id: string;
}
/** Who recorded it, and the id of its audit event. */
export interface NavBy {
  readonly by: string;
  readonly event_id: string;
}

export interface NavEventPorts {
  readonly clock: Clock;
  /** As for the API: stores it if there is none of its time, and gives the one that stands there. */
  readonly put: (vault: VaultOf, snapshot: NavSnapshot, by: NavBy) => Promise<NavSnapshot>;
  readonly audit: (event: AuditEvent) => Promise<void>;
  readonly report: (what: { code: string; detail: string; vault_id: string }) => void;
}

/** Records a snapshot from the bus; told again it changes nothing. Everything but an outage ends recorded or audited. */
export async function recordNavEvent(event: NavEvent, vault: VaultOf, ports: NavEventPorts): Promise<void> {
  const by = `bus:${event.id}`;
  const event_id = ulidFromCause(milliseconds(event.time), `${vault.vault_id}/${event.id}/nav`);
  try {
    const parsed = busNav.safeParse(event.detail);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      throw new Refusal(400, 'validation_failed', `/${issue?.path.join('/') ?? ''} ${issue?.message ?? 'not valid'}`);
    }
    const snapshot = { vault_id: vault.vault_id, ...navAt(parsed.data, ports.clock()) };
    requireSameNav(snapshot, await ports.put(vault, snapshot, { by, event_id }));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { code, message: detail } = error;
    ports.report({ code, detail, vault_id: vault.vault_id });
    await ports.audit({
      tenant_id: vault.tenant_id,
      entity: vault.vault_id,
      action: 'vault.nav_refused',
      by,
      // The event's own time: told again it is the same row.
      at: timestamp(milliseconds(event.time)),
      event_id,
      why: code,
      after: { detail: detail.slice(0, 500) },
    });
  }
}
