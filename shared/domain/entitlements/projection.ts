import { type Clock, milliseconds, timestamp } from '../../kit/clock.ts';
import { canonicalJson } from '../../kit/hash.ts';
import type { Subscription } from '../billing/subscription.ts';
import type { Allowed, Follower } from '../followers/follower.ts';
import { effective } from './effective.ts';
import { type Place, placed, startOf, type Terms, takesPart, termsOf, type Walk } from './places.ts';
import type { PlanId } from './plans.ts';

/** Asks for a tenant's followers to stand as its plan says. What it says besides only spares work: the present decides. */
export interface ProjectionMessage {
  readonly tenant_id: string;
  /** Something became free: nothing to do where nobody was closed. */
  readonly recheck?: true;
  /** It was sent because of this moment: to the projection it is not earlier, whatever its clock says. */
  readonly due_at?: string;
  /** Where an earlier part of a run stopped; void when another run began since. */
  readonly resume?: { readonly cursor: string; readonly run: string; readonly walk: Walk };
}

/** By which terms a tenant's followers were last gone through, all of them unless `running`. */
export interface Projected {
  readonly terms: string;
  readonly closed: number;
  readonly running: boolean;
  readonly run: string;
}

export interface ProjectionPorts {
  readonly clock: Clock;
  readonly defaultPlan: PlanId | null;
  readonly load: (tenantId: string) => Promise<{
    readonly status: 'active' | 'suspended' | 'closed' | undefined;
    readonly subscription: Subscription | undefined;
    readonly projected: Projected | undefined;
  }>;
  /** The oldest open vaults of the tenant's own. */
  readonly ownVaults: (tenantId: string, most: number) => Promise<readonly string[]>;
  /** The oldest first. */
  readonly followers: (
    tenantId: string,
    cursor: string | undefined,
  ) => Promise<{ readonly items: readonly Follower[]; readonly next_cursor: string | null }>;
  readonly follower: (followerId: string) => Promise<Follower | undefined>;
  /** Writes what the plan makes of it, with its event; false when it changed since it was read. */
  readonly put: (follower: Follower, place: Place, at: string) => Promise<boolean>;
  /** Ends the follower's own flip, if it has one that is on: its plan has none any more. */
  readonly endFlip: (follower: Follower) => Promise<void>;
  /** Ends what shapes the tenant's own vaults and is not in its plan any more. */
  readonly endOverlays: (tenantId: string, allowed: Allowed) => Promise<void>;
  readonly note: (tenantId: string, projected: Projected) => Promise<void>;
  /** Keeps the moment at which it is to be asked again. */
  readonly due: (tenantId: string, at: string) => Promise<void>;
  /** True when too little of the run's time is left for another page. */
  readonly late: () => boolean;
  readonly goOn: (message: ProjectionMessage) => Promise<void>;
}

/**
 * Makes a tenant's followers stand as its plan and its status say now (SPEC 5): the oldest within the limits mirror, the others
 * only reduce. The one writer of `close_only`. It may run at any time, twice, late, or be cut off anywhere: it reads the
 * present, and writes only what differs from it.
 */
export async function project(message: ProjectionMessage, messageId: string, ports: ProjectionPorts): Promise<void> {
  const { tenant_id, recheck, due_at, resume } = message;
  const now = Math.max(ports.clock(), due_at === undefined ? 0 : milliseconds(due_at));
  const { status, subscription, projected } = await ports.load(tenant_id);
  const has = effective(subscription, { now, defaultPlan: ports.defaultPlan });
  if (has.changes_at !== undefined) await ports.due(tenant_id, has.changes_at);
  const terms = termsOf(has, status === 'suspended' || status === 'closed');
  const text = canonicalJson(terms);
  if (resume !== undefined && goesOn(projected, text, resume.run))
    return walkOn(tenant_id, { walk: resume.walk, cursor: resume.cursor, terms, text, run: resume.run }, ports);
  if (isDone(projected, text, recheck === true)) return;
  await ports.note(tenant_id, { terms: text, closed: 0, running: true, run: messageId });
  if (!terms.allowed.flip_mode || !terms.allowed.persona_boosts) await ports.endOverlays(tenant_id, terms.allowed);
  const own = terms.vaults === null ? [] : await ports.ownVaults(tenant_id, terms.vaults);
  await walkOn(tenant_id, { walk: startOf(own), cursor: undefined, terms, text, run: messageId }, ports);
}

/** Only the newest run goes on, and only while its terms hold: what it counted may be gone. */
const goesOn = (projected: Projected | undefined, terms: string, run: string): boolean =>
  projected?.running === true && projected.run === run && projected.terms === terms;

/** Where all stand by the same terms there is nothing to do, unless a place became free that somebody waits for. */
const isDone = (projected: Projected | undefined, terms: string, recheck: boolean): boolean =>
  projected?.terms === terms && !projected.running && !(recheck && projected.closed > 0);

interface Leg {
  readonly walk: Walk;
  readonly cursor: string | undefined;
  readonly terms: Terms;
  readonly text: string;
  readonly run: string;
}

async function walkOn(tenantId: string, leg: Leg, ports: ProjectionPorts): Promise<void> {
  const { terms, text, run } = leg;
  let { walk, cursor } = leg;
  do {
    if (cursor !== undefined && ports.late()) return ports.goOn({ tenant_id: tenantId, resume: { cursor, run, walk } });
    const page = await ports.followers(tenantId, cursor);
    const places: [Follower, Place][] = [];
    for (const follower of page.items.filter(takesPart)) {
      const [place, next] = placed(walk, follower, terms);
      walk = next;
      places.push([follower, place]);
    }
    await Promise.all(places.map(([follower, place]) => settled(follower, place, ports)));
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  await ports.note(tenantId, { terms: text, closed: walk.closed, running: false, run });
}

const writeTries = 10;

async function settled(first: Follower, place: Place, ports: ProjectionPorts): Promise<void> {
  let follower: Follower | undefined = first;
  for (let attempt = 1; follower !== undefined && attempt <= writeTries; attempt += 1) {
    if (!takesPart(follower) || stands(follower, place)) break;
    if (await ports.put(follower, place, timestamp(ports.clock()))) break;
    follower = await ports.follower(follower.follower_id);
    if (attempt === writeTries)
      throw new Error(`follower ${first.follower_id} was written by others ${writeTries} times in a row`);
  }
  // Behind the row: from then on no order counts it, and its end takes back what it had added.
  if (!place.allowed.flip_mode && follower?.flip !== undefined) await ports.endFlip(follower);
}

const stands = ({ close_only, close_only_why, allowed }: Follower, { why, allowed: given }: Place): boolean =>
  close_only === (why !== undefined) &&
  close_only_why === why &&
  allowed?.flip_mode === given.flip_mode &&
  allowed.persona_boosts === given.persona_boosts;
