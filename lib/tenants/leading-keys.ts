import type { Reach, ReachName, SessionTag } from '../../shared/wiring/reach.ts';

// Only that which every tenant writes under its own name stands here as a pattern of everything; all else ends where its
// session's tag ends. Ids have no '#', so that T#ten_A# never begins a key of ten_AB.
const tag = (name: SessionTag): string => `\${aws:PrincipalTag/${name}}`;
const tenant = tag('tenant_id');
const crossed = `T#${tag('vault_tenant_id')}`;
const lookedAt = `T#${tag('look_tenant_id')}#V#${tag('look_vault_id')}`;
const withShards = (vault: string): string[] => [vault, `${vault}#*`];

/** The caller's own, for every word: all partitions of its tenant. */
const ownKeys = [`T#${tenant}`, `T#${tenant}#*`] as const;
/** The caller's stored answers and its buckets; who has no tenant has them as a person. */
const besides: Readonly<Record<string, readonly string[]>> = {
  answers: [`IDEM#${tenant}#*`, `IDEM#${tag('subject')}#*`],
  buckets: [`RATE#${tenant}#*`, `RATE#-#${tag('subject')}`],
};
const doorWords: Readonly<Record<string, readonly string[]>> = {
  BatchGetItem: ['buckets'],
  PutItem: ['answers'],
  UpdateItem: ['answers', 'buckets'],
};

/** The partition keys of each kind, as patterns of `dynamodb:LeadingKeys` (shared/adapters/dynamo/keys.ts builds them). */
const keysOf: Readonly<Record<ReachName, readonly string[]>> = {
  person: [`ID#SUB#${tag('subject')}`],
  vaultReference: ['ID#vlt_*'],
  followerReference: ['ID#fol_*'],
  orderReference: ['ID#mo_*'],
  askReference: ['ID#ask_*'],
  publicVaults: ['PUBLIC#VAULTS'],
  vaultList: ['VAULTS#*'],
  customerReference: ['ID#cus_*'],
  customerList: ['CUSTOMERS#*'],
  open: ['OPEN#*'],
  vault: withShards(`${crossed}#V#${tag('vault_id')}`),
  vaultDead: [`${crossed}#DEAD`],
  lookedAt: [lookedAt, `${lookedAt}#S#*`],
  followerTrail: [`T#${tag('follower_tenant_id')}#AUDIT#${tag('follower_id')}`],
};

/** The keys for each word, where only a reach gives any. */
export function keysByWord(words: readonly string[], reach: Reach): ReadonlyMap<string, readonly string[]> {
  const kinds = Object.entries(reach) as [ReachName, readonly string[]][];
  return new Map(words.map((word) => [word, kinds.flatMap(([kind, its]) => (its.includes(word) ? keysOf[kind] : []))]));
}

/** The keys for each word of a function that acts for a tenant. */
export function tenantKeys(words: readonly string[], reach: Reach): ReadonlyMap<string, readonly string[]> {
  const beside = keysByWord(words, reach);
  const ofTheDoor = (word: string) => (doorWords[word] ?? []).flatMap((kind) => besides[kind] ?? []);
  return new Map(words.map((word) => [word, [...ownKeys, ...ofTheDoor(word), ...(beside.get(word) ?? [])]]));
}
