import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { auditedMember, type Member } from '../../domain/tenants/member.ts';
import { type MemberPorts, takesSeat } from '../../domain/tenants/members.ts';
import { userIdOf } from '../../domain/tenants/standing.ts';
import { milliseconds } from '../../kit/clock.ts';
import { ulidFromCause } from '../../kit/ids.ts';
import { limits } from '../../wiring/limits.ts';
import { stored, type Table, transacted } from './client.ts';
import { type Key, keys, partitions, prefixes } from './keys.ts';
import { getItem } from './lookups.ts';
import { isText, type Page, type PageRequest, pageOf, queryRange, readCursor } from './pages.ts';
import { queryAll, withPrefix } from './query-all.ts';
import { isMarked, requestMark } from './request-mark.ts';

type Item = Record<string, unknown>;
const keyOf = (m: Member): Key => keys.user(m.tenant_id, m.user_id);
export const memberItem = (member: Member): Item => ({ ...keyOf(member), ...member });

function memberOf(item: Item | undefined): Member | undefined {
  if (item === undefined) return undefined;
  const { pk: _pk, sk: _sk, ttl: _ttl, ...member } = item;
  return stored<Member>(member);
}

/** Makes a subject a member of its tenant, as an accepted invitation does. Saying it again changes nothing. */
export async function putMember(
  table: Table,
  { tenant_id, subject, role, email, follower_id }: Pick<Member, 'tenant_id' | 'subject' | 'role' | 'email' | 'follower_id'>,
  now: string,
): Promise<void> {
  const user_id = userIdOf(tenant_id, subject);
  const given = Object.entries({ user_id, tenant_id, subject, role, email, follower_id }).filter(([, v]) => v !== undefined);
  const once = { status: 'active', created_at: now, updated_at: now, ver: 1 };
  const sets = [
    ...given.map(([name]) => `#${name} = :${name}`),
    ...Object.keys(once).map((name) => `#${name} = if_not_exists(#${name}, :${name})`),
  ];
  const values = [...given, ...Object.entries(once)];
  await table.client.send(
    new UpdateCommand({
      TableName: table.name,
      Key: keys.user(tenant_id, user_id),
      UpdateExpression: `SET ${sets.join(', ')}`,
      ExpressionAttributeNames: Object.fromEntries(values.map(([name]) => [`#${name}`, name])),
      ExpressionAttributeValues: Object.fromEntries(values.map(([name, value]) => [`:${name}`, value])),
    }),
  );
}

export async function findMember(table: Table, tenantId: string, userId: string): Promise<Member | undefined> {
  return memberOf(await getItem(table, keys.user(tenantId, userId)));
}

/** The membership of a subject: two reads, because nobody but the subject's row knows its tenant. */
export async function membershipOf(table: Table, subject: string): Promise<Member | undefined> {
  const tenantId = (await getItem(table, keys.subject(subject)))?.['tenant_id'] as string | undefined;
  return tenantId === undefined ? undefined : findMember(table, tenantId, userIdOf(tenantId, subject));
}

export async function listMembers(table: Table, tenantId: string, { limit, cursor }: PageRequest): Promise<Page<Member>> {
  const after = cursor === undefined ? undefined : readCursor(cursor, isText);
  const items = await queryRange(table, { pk: partitions.tenant(tenantId), prefix: prefixes.user, after, limit });
  return pageOf(items, limit, (item) => memberOf(item) as Member);
}

/** Who did it, and by which request: the event's id follows from it. */
export interface Doing {
  readonly by: string;
  readonly request_id?: string;
  readonly event_id: string;
}

const put = (table: Table, item: Item) => ({ Put: { TableName: table.name, Item: item } });

function audited(table: Table, what: { action: string; before?: Member; after?: Member; at: string }, doing: Doing) {
  const { action, before, after, at } = what;
  const { tenant_id, user_id } = (after ?? before) as Member;
  const { event_id, ...who } = doing;
  const states = { ...(before && { before: auditedMember(before) }), ...(after && { after: auditedMember(after) }) };
  return put(table, { ...keys.audit(tenant_id, user_id, at, event_id), action, ...who, ...states });
}

/** Writes a member over what was read of it, if that still stands. */
const over = (table: Table, next: Member, before: Member) => ({
  Put: {
    TableName: table.name,
    Item: memberItem(next),
    ConditionExpression: 'ver = :read',
    ExpressionAttributeValues: { ':read': before.ver },
  },
});

/** Holds while another member is an active owner. */
const stillOwner = (table: Table, standIn: Member | undefined) =>
  standIn === undefined
    ? []
    : [
        {
          ConditionCheck: {
            TableName: table.name,
            Key: keyOf(standIn),
            ConditionExpression: '#role = :owner AND #status = :active',
            ExpressionAttributeNames: { '#role': 'role', '#status': 'status' },
            ExpressionAttributeValues: { ':owner': 'owner', ':active': 'active' },
          },
        },
      ];

/** A member's first token, or its address, written down; whoever else wrote it meanwhile has said the same or more. */
export async function noteMember(table: Table, next: Member, before: Member): Promise<void> {
  const action = before.status === 'invited' ? 'member.activated' : 'member.address_noted';
  const event_id = ulidFromCause(milliseconds(next.updated_at), `${next.user_id} ${next.ver}`);
  const event = audited(table, { action, before, after: next, at: next.updated_at }, { by: next.subject, event_id });
  await transacted(table, [over(table, next, before), event]);
}

/** The writes of the members' use cases; each is one transaction with its audit event. */
export function memberWrites(
  table: Table,
  doing: Doing,
): Pick<MemberPorts, 'all' | 'find' | 'removed' | 'seatsTaken' | 'add' | 'made' | 'replace' | 'remove'> {
  return {
    all: (tenantId) => allMembers(table, tenantId),
    seatsTaken: async (tenantId) => Number((await getItem(table, keys.seats(tenantId)))?.['taken'] ?? 0),
    find: (tenantId, userId) => findMember(table, tenantId, userId),
    removed: async (tenantId, userId) => memberOf(await getItem(table, keys.removedUser(tenantId, userId))),
    add: (member, seats) => addMember(table, member, seats, doing),
    made: (tenantId, seed) => isMarked(table, keys.tenantChanged(tenantId, seed)),
    replace: (next, before, { standIn, seats }) => {
      const event = audited(table, { action: 'member.changed', before, after: next, at: next.updated_at }, doing);
      const mark = put(table, requestMark(keys.tenantChanged(next.tenant_id, doing.event_id), next.updated_at));
      const held = [...stillOwner(table, standIn), ...seatTaken(table, next.tenant_id, seats)];
      return transacted(table, [over(table, next, before), event, mark, ...held]);
    },
    remove: async (member, at, standIn) => {
      const event = audited(table, { action: 'member.removed', before: member, at }, doing);
      toLookUp(table, member);
      const named = (await getItem(table, keys.subject(member.subject)))?.['tenant_id'] === member.tenant_id;
      return transacted(table, [...goneFrom(table, member, at, named), event, ...stillOwner(table, standIn)]);
    },
  };
}

async function allMembers(table: Table, tenantId: string): Promise<Member[]> {
  const items = await queryAll(table, withPrefix(partitions.tenant(tenantId), prefixes.user));
  return items.map((item) => memberOf(item) as Member);
}

/** The members that take a seat. */
export const listSeats = async (table: Table, tenantId: string): Promise<Member[]> =>
  (await allMembers(table, tenantId)).filter(takesSeat);

/** Of two who take the last seat at once one is told to count again. */
const seatTaken = (table: Table, tenantId: string, read: number | undefined) =>
  read === undefined
    ? []
    : [
        {
          Put: {
            TableName: table.name,
            Item: { ...keys.seats(tenantId), taken: read + 1 },
            ConditionExpression: 'attribute_not_exists(taken) OR taken = :read',
            ExpressionAttributeValues: { ':read': read },
          },
        },
      ];

/** The look-up of a subject is the subject's; who writes a member of its own tenant writes that with it. */
function toLookUp(table: Table, { tenant_id, subject }: Member): void {
  if (table.cross?.({ to: 'member', tenant_id, subject }) === false) throw new Error('a member of another tenant');
}

/** Names the subject's tenant, adds the member, and tells the trail. */
async function addMember(
  table: Table,
  member: Member,
  seats: number | undefined,
  doing: Doing,
): Promise<'added' | 'member' | 'elsewhere' | 'again'> {
  const { tenant_id, subject, created_at } = member;
  toLookUp(table, member);
  const fresh = (item: Item) => ({ Put: { ...put(table, item).Put, ConditionExpression: 'attribute_not_exists(pk)' } });
  const event = audited(table, { action: 'member.added', after: member, at: created_at }, doing);
  const rows = [fresh({ ...keys.subject(subject), tenant_id }), fresh(memberItem(member)), event];
  const items = [...rows, ...seatTaken(table, tenant_id, seats)];
  if (await transacted(table, items)) return 'added';
  const there = (await getItem(table, keys.subject(subject)))?.['tenant_id'];
  if (there !== undefined && there !== tenant_id) return 'elsewhere';
  const isThere = there !== undefined || (await findMember(table, tenant_id, member.user_id)) !== undefined;
  return isThere ? 'member' : 'again';
}

/**
 * The member goes, and its subject's tenant where that is this one; a note of it stays for a day, so that a repeated request
 * finds whom it removed.
 */
function goneFrom(table: Table, member: Member, at: string, named: boolean) {
  const { tenant_id, user_id, subject, ver } = member;
  const ttl = Math.floor(milliseconds(at) / 1000) + limits.removedHours * 3600;
  const gone = (Key: Key, ConditionExpression: string, value: unknown) => ({
    Delete: { TableName: table.name, Key, ConditionExpression, ExpressionAttributeValues: { ':read': value } },
  });
  return [
    gone(keyOf(member), 'ver = :read', ver),
    ...(named ? [gone(keys.subject(subject), 'tenant_id = :read', tenant_id)] : []),
    put(table, { ...member, ...keys.removedUser(tenant_id, user_id), ttl }),
  ];
}
