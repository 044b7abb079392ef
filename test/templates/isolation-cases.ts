import type { Scope } from '../../shared/domain/tenants/scope.ts';
import type { Card } from '../../shared/wiring/card.ts';
import { noTag, type Reach, type ReachName } from '../../shared/wiring/reach.ts';

const ulid = '01JZ0000000000000000000001';
const another = '01JZ0000000000000000000002';
export const ids = {
  ulid,
  own: `ten_${ulid}`,
  other: `ten_${another}`,
  vault: `vlt_${ulid}`,
  otherVault: `vlt_${another}`,
  follower: `fol_${ulid}`,
  otherFollower: `fol_${another}`,
} as const;

/** One question to a tenant role, with its answer. `tags` in place of a scope: sessions that the runtime never makes. */
export interface Case {
  readonly why: string;
  readonly scope: Scope;
  readonly tags?: Readonly<Record<string, string>>;
  readonly action: string;
  readonly keys: readonly string[];
  readonly allowed: boolean;
}

const own = `T#${ids.own}`;
const other = `T#${ids.other}`;
const crossed = `${other}#V#${ids.vault}`;
const plain: Scope = { tenantId: ids.own };
const place = { tenant_id: ids.other, vault_id: ids.vault };
const crossing: Scope = { tenantId: ids.own, vault: place };
const looking: Scope = { tenantId: ids.own, lookedAt: place };
const stopping: Scope = { tenantId: ids.own, follower: { tenant_id: ids.other, follower_id: ids.follower } };

const ownKeys = [own, `${own}#V#${ids.vault}`, `${own}#V#${ids.vault}#S#00001`, `${own}#F#${ids.follower}`, `${own}#DEAD`];
const foreignKeys = [
  other,
  `${other}#V#${ids.vault}`,
  `${other}#V#${ids.vault}#S#00001`,
  `${other}#F#${ids.follower}`,
  `${other}#DEAD`,
  `${other}#AUDIT#${ids.follower}`,
  // Whose names only begin or end like the own one's, and what belongs to nobody or to everybody.
  `T#${ids.own}X`,
  `T#${ids.own}X#V#${ids.vault}`,
  `T#X${ids.own}`,
  `XT#${ids.own}`,
  `T#ten_`,
  `T#${noTag}`,
  `T#*`,
  '*',
  '',
  `IDEM#${ids.other}#abc`,
  `RATE#${ids.other}#ann`,
  'RATE#-#ann',
  'ID#SUB#ann',
  'INBOX#stripe',
];

/** A key of each kind that a card may reach, and the scope in which it may. */
const reached: Readonly<Record<ReachName, { readonly scope: Scope; readonly keys: readonly string[] }>> = {
  person: { scope: { subject: 'ann' }, keys: ['ID#SUB#ann'] },
  vaultReference: { scope: plain, keys: [`ID#${ids.vault}`] },
  followerReference: { scope: plain, keys: [`ID#${ids.follower}`] },
  orderReference: { scope: plain, keys: [`ID#mo_${ulid}`] },
  askReference: { scope: plain, keys: [`ID#ask_${ulid}`] },
  publicVaults: { scope: plain, keys: ['PUBLIC#VAULTS'] },
  vaultList: { scope: plain, keys: ['VAULTS#7'] },
  customerReference: { scope: plain, keys: ['ID#cus_NffrFeUfNV2Hib'] },
  customerList: { scope: plain, keys: ['CUSTOMERS#3'] },
  open: { scope: plain, keys: ['OPEN#7'] },
  vault: { scope: crossing, keys: [crossed, `${crossed}#S#00001`, `${crossed}#P#000000000001`] },
  vaultDead: { scope: crossing, keys: [`${other}#DEAD`] },
  lookedAt: { scope: looking, keys: [crossed, `${crossed}#S#00001`] },
  followerTrail: { scope: stopping, keys: [`${other}#AUDIT#${ids.follower}`] },
};

/** What must stay shut although something beside it was opened. */
const beside: Readonly<Partial<Record<ReachName, readonly string[]>>> = {
  person: ['ID#SUB#anna', 'ID#SUB#an', 'ID#SUB#*', own],
  vault: [
    other,
    `${other}#V#${ids.otherVault}`,
    `${other}#V#${ids.otherVault}#S#00001`,
    `${crossed}X`,
    `${crossed}X#S#00001`,
    `${other}#F#${ids.follower}`,
    `${other}#AUDIT#${ids.vault}`,
  ],
  lookedAt: [other, `${other}#V#${ids.otherVault}`, `${crossed}X#S#00001`, `${crossed}#P#000000000001`, `${other}#DEAD`],
  followerTrail: [
    other,
    `${other}#AUDIT#${ids.otherFollower}`,
    `${other}#AUDIT#${ids.follower}X`,
    `${other}#F#${ids.follower}`,
    `${other}#V#${ids.vault}`,
  ],
};

/** All questions to the tenant role of one card. */
export function casesOf(card: Card): Case[] {
  const words = card.needs.table ?? [];
  const reach: Reach = card.reach ?? {};
  return [
    ...words.flatMap(ordinary),
    ...words.flatMap((word) => (Object.keys(reached) as ReachName[]).flatMap((name) => reaching(word, name, reach))),
    ...['Scan', 'BatchWriteItem', 'PartiQLSelect', 'DescribeTable', 'DeleteTable'].flatMap((word) => never(word)),
  ];
}

const ask = (why: string, action: string, keys: readonly string[], allowed: boolean, scope: Scope = plain): Case => ({
  why,
  scope,
  action,
  keys,
  allowed,
});

function ordinary(word: string): Case[] {
  const unsaid = (why: string, tags: Readonly<Record<string, string>>, key: string): Case => ({
    ...ask(why, word, [key], false),
    tags,
  });
  const all = { tenant_id: '*', subject: '*', vault_tenant_id: '*', vault_id: '*', look_tenant_id: '*', look_vault_id: '*' };
  return [
    ...ownKeys.map((key) => ask('own', word, [key], true)),
    ask('several of its own', word, ownKeys, true),
    ...foreignKeys.map((key) => ask('not its own', word, [key], false)),
    ...foreignKeys.map((key) => ask('one that is not its own among several', word, [own, key], false)),
    ask('no key', word, [], false),
    ...ownKeys.map((key) => unsaid('a session without tags', {}, key)),
    // A tag's value is text: of all keys it opens only the one that has an asterisk for a tenant.
    ...[...ownKeys, ...foreignKeys].filter((key) => key !== 'T#*').map((key) => unsaid('a wildcard as a tag', all, key)),
    unsaid('half a tenant as a tag', { ...all, tenant_id: 'ten_' }, own),
    ask('no tenant', word, [own], false, { subject: 'ann' }),
    ask('nobody', word, [own], false, {}),
    ask('nobody, its placeholder', word, ['ID#SUB#ann'], false, {}),
    ...doors(word),
  ];
}

/** What the door writes for everybody: answers by Idempotency-Key, and buckets. */
function doors(word: string): Case[] {
  const keeps = word === 'PutItem' || word === 'UpdateItem';
  const counts = word === 'BatchGetItem' || word === 'UpdateItem';
  const person: Scope = { subject: 'ann' };
  return [
    ask('its answers', word, [`IDEM#${ids.own}#abc`], keeps),
    ask('its bucket', word, [`RATE#${ids.own}#ann`], counts),
    ask('standing and bucket in one', word, [own, own, own, `RATE#${ids.own}#ann`], counts),
    ask('the answers of a person', word, ['IDEM#ann#abc'], keeps, person),
    ask('the answers of another person', word, ['IDEM#anna#abc'], false, person),
    ask('the bucket of a person', word, ['RATE#-#ann'], counts, person),
    ask('the bucket of another person', word, ['RATE#-#anna'], false, person),
  ];
}

function reaching(word: string, name: ReachName, reach: Reach): Case[] {
  const { scope, keys } = reached[name];
  const given: readonly string[] = reach[name] ?? [];
  // A look-up goes on with GetItem where a crossing has it too; what is asked here is this kind alone.
  const allowed = given.includes(word);
  const opened = keys.map((key) => ask(`reach ${name}`, word, [key], allowed, scope));
  const shut = (beside[name] ?? []).map((key) => ask(`beside ${name}`, word, [key], false, scope));
  const together =
    allowed && scope.tenantId !== undefined ? [ask(`with its own, ${name}`, word, [own, ...keys], true, scope)] : [];
  const unopened = scope === plain ? [] : keys.map((key) => ask(`${name} that nobody opened`, word, [key], false));
  return [...opened, ...shut, ...together, ...unopened];
}

const never = (word: string): Case[] => [
  ask('a word of no card', word, [own], false),
  ask('a word of no card, without a key', word, [], false),
];
