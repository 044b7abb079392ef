import type { Table } from '../../shared/adapters/dynamo/client.ts';
import { followerOwner } from '../../shared/adapters/dynamo/lookups.ts';
import { listMembers, memberWrites } from '../../shared/adapters/dynamo/members.ts';
import { type Member, type MemberBody, type MemberPatch, memberTag, memberView } from '../../shared/domain/tenants/member.ts';
import {
  changeMember,
  inviteMember,
  type MemberPorts,
  type PeoplePool,
  removeMember,
} from '../../shared/domain/tenants/members.ts';
import { actingTenant } from '../../shared/domain/tenants/policy.ts';
import type { Principal } from '../../shared/domain/tenants/principal.ts';
import { clock } from '../edge/entropy.ts';
import { pageOfQuery } from '../edge/paging.ts';
import type { ApiAnswer, ApiRequest } from '../edge/request.ts';

interface Means {
  readonly table: Table;
  readonly pool: PeoplePool;
}

const shown = (member: Member): ApiAnswer => ({ body: memberView(member), etag: memberTag(member) });

function portsFor({ table, pool }: Means, { principal, seed, requestId }: ApiRequest): MemberPorts {
  return {
    ...memberWrites(table, { by: (principal as Principal).subject, request_id: requestId, event_id: seed }),
    clock,
    pool,
    ownsFollower: async (tenantId, followerId) => (await followerOwner(table, followerId)) === tenantId,
  };
}

/** The routes of a tenant's members. */
export function members(means: Means) {
  return {
    async listUsers({ principal, query }: ApiRequest): Promise<ApiAnswer> {
      const page = await listMembers(means.table, actingTenant(principal as Principal), pageOfQuery(query));
      return { body: { items: page.items.map(memberView), next_cursor: page.next_cursor } };
    },
    async createUser(request: ApiRequest<MemberBody>): Promise<ApiAnswer> {
      const { body, seed } = request;
      return shown(await inviteMember({ principal: request.principal as Principal, seed, body }, portsFor(means, request)));
    },
    async updateUser(request: ApiRequest<MemberPatch>): Promise<ApiAnswer> {
      const { body: patch, params, seed, ifMatch } = request;
      const principal = request.principal as Principal;
      const change = { principal, userId: params['user_id'] as string, patch, seed, ifMatch };
      return shown(await changeMember(change, portsFor(means, request)));
    },
    async deleteUser(request: ApiRequest): Promise<ApiAnswer> {
      const removal = { principal: request.principal as Principal, userId: request.params['user_id'] as string };
      return shown(await removeMember(removal, portsFor(means, request)));
    },
  };
}
