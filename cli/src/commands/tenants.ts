import type { Command } from 'commander';
import type { components } from '../../../client/src/index.ts';
import { add, choice, group, option, required, type Shell } from '../command.ts';
import type { Context } from '../context.ts';
import { usage } from '../exit.ts';
import { given } from '../given.ts';
import { type ListOptions, listOptions, pageOf, printList } from '../listing.ts';
import type { Column, Field } from '../output/table.ts';
import { claimsIn } from '../session.ts';

type Tenant = components['schemas']['Tenant'];
type Member = components['schemas']['Member'];

const tenantFields = (t: Tenant): Field[] => [
  ['tenant', t.tenant_id],
  ['name', t.name],
  ['kind', t.kind],
  ['status', t.status],
  ['created', t.created_at],
];

export function addTenants(program: Command, shell: Shell): void {
  const tenants = group(program, 'tenants', 'your organisation');
  add<{ name: string; kind: 'manager' | 'client' }>(tenants, shell, {
    usage: 'create',
    about: 'create a tenant; you become its owner',
    example: 'vanta tenants create --name "Ann Capital" --kind manager',
    options: [
      required('--name <name>', 'its name'),
      choice('--kind <kind>', 'manager: owns vaults; client: follows them', ['manager', 'client']).makeOptionMandatory(),
    ],
    run: createTenant,
  });
  add(tenants, shell, {
    usage: 'show [tenant]',
    about: 'show a tenant; without an id yours',
    example: 'vanta tenants show',
    run: async (context, [named]) => {
      const tenant_id = named ?? (await ownTenant(context));
      const tenant = await context.client.getTenant({ ...context.call, path: { tenant_id } });
      context.print.record(tenant, tenantFields(tenant));
    },
  });
  add(tenants, shell, {
    usage: 'rename <name>',
    about: 'rename your tenant',
    example: 'vanta tenants rename "Ann & Sons"',
    run: async (context, [name = '']) => {
      const tenant_id = await ownTenant(context);
      const tenant = await context.client.updateTenant({ ...context.call, path: { tenant_id }, body: { name } });
      context.print.record(tenant, tenantFields(tenant));
    },
  });
}

/** What a token says does not change by itself: a new one is fetched, or it is said how to get one. */
async function createTenant(
  { client, call, print, session, profile: { local } }: Context,
  _args: readonly string[],
  body: { name: string; kind: 'manager' | 'client' },
): Promise<void> {
  const tenant = await client.createTenant({ ...call, body });
  print.record(tenant, tenantFields(tenant));
  if (await session.renew()) return;
  const { sub } = claimsIn(await session.token());
  const again =
    local === undefined ? 'sign in again' : `vanta token --sub ${String(sub)} --tenant ${tenant.tenant_id} --role owner`;
  print.note(`your token does not know it yet: ${again}`);
}

async function ownTenant({ client, call }: Context): Promise<string> {
  const { tenant_id } = await client.getMe(call);
  if (tenant_id === null) throw usage('you have no tenant yet: vanta tenants create');
  return tenant_id;
}

const memberColumns: readonly Column<Member>[] = [
  { title: 'USER', of: (m) => m.user_id },
  { title: 'E-MAIL', of: (m) => m.email },
  { title: 'ROLE', of: (m) => m.role },
  { title: 'STATUS', of: (m) => m.status, state: true },
  { title: 'FOLLOWER', of: (m) => m.follower_id },
  { title: 'SINCE', of: (m) => m.created_at },
];
const memberFields = (m: Member): Field[] => memberColumns.map(({ title, of }) => [title.toLowerCase(), of(m)]);

type Role = 'owner' | 'ops' | 'auditor' | 'follower';
const roles: readonly Role[] = ['owner', 'ops', 'auditor', 'follower'];
const follower = option('--follower <id>', 'of role follower: whose person');

export function addUsers(program: Command, shell: Shell): void {
  const users = group(program, 'users', 'members of your tenant');
  add<ListOptions>(users, shell, {
    usage: 'list',
    about: 'list the members',
    example: 'vanta users list',
    options: listOptions,
    run: async (context, _args, options) => {
      const items = context.client.iterate.listUsers({ ...context.call, query: pageOf(options) });
      await printList(context, items, options, { columns: memberColumns, none: 'no members' });
    },
  });
  add<{ role: Role; follower?: string }>(users, shell, {
    usage: 'invite <email>',
    about: 'invite somebody by e-mail',
    example: 'vanta users invite bob@example.com --role ops',
    options: [choice('--role <role>', 'what it may do', roles).makeOptionMandatory(), follower],
    run: async ({ client, call, print }, [email = ''], options) => {
      const body = given({ email, role: options.role, follower_id: options.follower });
      const member = await client.createUser({ ...call, body });
      print.record(member, memberFields(member));
    },
  });
  addMembership(users, shell);
}

function addMembership(users: Command, shell: Shell): void {
  add<{ follower?: string }>(users, shell, {
    usage: 'role <user> <role>',
    about: 'change a member’s role, from the next request on',
    example: 'vanta users role usr_... auditor',
    options: [follower],
    run: async ({ client, call, print }, [user_id = '', role = ''], options) => {
      if (!roles.includes(role as Role)) throw usage(`a role is one of ${roles.join(', ')}`);
      const body = given({ role: role as Role, follower_id: options.follower });
      const member = await client.updateUser({ ...call, path: { user_id }, body });
      print.record(member, memberFields(member));
    },
  });
  add(users, shell, {
    usage: 'remove <user>',
    about: 'remove a member and end its sessions',
    example: 'vanta users remove usr_...',
    run: async ({ client, call, print }, [user_id = '']) => {
      const member = await client.deleteUser({ ...call, path: { user_id } });
      print.record(member, memberFields(member));
    },
  });
}
