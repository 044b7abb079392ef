import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { keys } from '../../../shared/adapters/dynamo/keys.ts';
import { memberItem, memberWrites } from '../../../shared/adapters/dynamo/members.ts';
import type { Member } from '../../../shared/domain/tenants/member.ts';
import type { MemberPorts, PeoplePool } from '../../../shared/domain/tenants/members.ts';
import { userIdOf } from '../../../shared/domain/tenants/standing.ts';
import { ulidFromCause } from '../../../shared/kit/ids.ts';
import { aroundTable } from '../../world/memory/around.ts';
import { MemoryTable } from '../../world/memory/table.ts';

export const tenantId = 'ten_01HF7YAT00000000000000000A';
export const now = Date.UTC(2026, 0, 5);
export const seedOf = (cause: string): string => ulidFromCause(now, cause);

/** Stands before and after every call that leaves the process: may wait, or throw as a crash there would. */
export type Gate = (what: string) => Promise<void>;
const open: Gate = async () => undefined;

interface PoolUser {
  readonly subject: string;
  readonly confirmed: boolean;
}

/** A tenant's members on the table in memory, through the real adapter, and a pool of people that remembers what was asked. */
export class World {
  readonly memory = new MemoryTable();
  readonly users = new Map<string, PoolUser>();
  readonly mails: string[] = [];
  readonly signedOut: string[] = [];
  readonly followers = new Set<string>();

  /** Ports as a request has them; `gate` stands around each of its calls. */
  ports(request: { seed: string; by?: string }, gate: Gate = open): MemberPorts {
    const around = async <T>(what: string, act: () => T | Promise<T>): Promise<T> => {
      await gate(`before ${what}`);
      const result = await act();
      await gate(`after ${what}`);
      return result;
    };
    const table = aroundTable(this.memory.asTable('members'), (_, go) => around('a call of the table', go));
    const { seed, by = 'owner' } = request;
    return {
      ...memberWrites(table, { by, request_id: 'r', event_id: seed }),
      clock: () => now,
      pool: this.pool(around),
      ownsFollower: async (_, followerId) => this.followers.has(followerId),
    };
  }

  private pool(around: <T>(what: string, act: () => T | Promise<T>) => Promise<T>): PeoplePool {
    return {
      ensure: (email) =>
        around('making a person', () => {
          const known = this.users.get(email);
          if (known !== undefined) return { ...known, created: false };
          const made = { subject: `sub of ${email}`, confirmed: false };
          this.users.set(email, made);
          this.mails.push(email);
          return { ...made, created: true };
        }),
      inviteAgain: (email) => around('inviting again', () => void this.mails.push(email)),
      signOut: (subject) => around('signing out', () => void this.signedOut.push(subject)),
    };
  }

  /** Puts a member there, as an earlier request did. */
  seat(subject: string, role: Member['role'], more: Partial<Member> = {}): Member {
    const times = { created_at: '2026-01-01T00:00:00.000Z', updated_at: '2026-01-01T00:00:00.000Z' };
    const who = { tenant_id: tenantId, user_id: userIdOf(tenantId, subject), subject, role };
    const member: Member = { ...who, email: `${subject}@example.com`, status: 'active', ver: 1, ...times, ...more };
    this.put(memberItem(member));
    this.put({ ...keys.subject(subject), tenant_id: member.tenant_id });
    return member;
  }

  private put(Item: Record<string, unknown>): void {
    this.memory.execute(new PutCommand({ TableName: 'members', Item }));
  }

  members(): Record<string, unknown>[] {
    return this.memory.partition(`T#${tenantId}`).filter(({ sk }) => String(sk).startsWith('USER#'));
  }
  owners = (): number => this.members().filter((m) => m['role'] === 'owner' && m['status'] === 'active').length;
  events(userId: string): unknown[] {
    return this.memory.partition(`T#${tenantId}#AUDIT#${userId}`).map((item) => item['action']);
  }
}

export class Crash extends Error {}

/** A gate that crashes at one place, the places being counted from 0. */
export function crashingAt(place: number): { gate: Gate; reached: () => boolean } {
  let at = 0;
  const gate = async (what: string) => {
    if (at++ === place) throw new Crash(what);
  };
  return { gate, reached: () => at > place };
}
