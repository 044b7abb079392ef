import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { components, Input, Result } from '../../../client/src/index.ts';
import { add, group, list, option, required, type Shell, whole } from '../command.ts';
import type { Context } from '../context.ts';
import { usage } from '../exit.ts';
import { given } from '../given.ts';
import { type ListOptions, listOptions, pageOf, printList } from '../listing.ts';
import type { Column, Field } from '../output/table.ts';

type AnyVault = Result<'getVault'>;
type Vault = components['schemas']['Vault'];
type Nav = components['schemas']['NavSnapshot'];
type Body = Input<'createVault'>['body'];
type Change = NonNullable<Input<'updateVault'>['body']>;

/** Of a public vault of others only a part is shown. */
const own = <T>(v: AnyVault, of: (vault: Vault) => T): T | undefined => ('tenant_id' in v ? of(v) : undefined);

const columns: readonly Column<AnyVault>[] = [
  { title: 'VAULT', of: (v) => v.vault_id },
  { title: 'LABEL', of: (v) => v.label },
  { title: 'STATUS', of: (v) => own(v, (o) => o.status), state: true },
  { title: 'RAILS', of: (v) => v.rails.join('+') },
  { title: 'PUBLIC', of: (v) => v.public },
  { title: 'SEQ', of: (v) => own(v, (o) => o.seq), right: true },
  { title: 'FOLLOWERS', of: (v) => own(v, (o) => o.followers), right: true },
];

export const vaultFields = (v: AnyVault): Field[] => [
  ['vault', v.vault_id],
  ['label', v.label],
  ['status', own(v, (o) => o.status)],
  ['rails', v.rails.join('+')],
  ['personas', v.personas.join(' ') || undefined],
  ['public', v.public],
  ['tenant', own(v, (o) => o.tenant_id)],
  ['seq', own(v, (o) => o.seq)],
  ['followers', own(v, (o) => `${o.followers} in ${o.shards} shards`)],
  ['max age', own(v, (o) => `${o.max_age_s} s`)],
  ['instruments', own(v, instrumentsIn)],
  ['updated', own(v, (o) => o.updated_at)],
];

const instrumentsIn = ({ instruments }: Vault): string[] =>
  instruments === undefined ? ['every symbol'] : Object.entries(instruments).map(([symbol, i]) => `${symbol} by ${i.increment}`);

interface SettingOptions {
  readonly label?: string;
  readonly rails?: Body['rails'];
  readonly personas?: Body['personas'];
  readonly public?: boolean;
  readonly maxAge?: number;
  readonly instruments?: string;
}
const settings = [
  list('--personas <names>', 'athena, apollo, ares, nemesis'),
  option('--public', 'others may see and follow it'),
  option('--no-public', 'nobody else may'),
  whole('--max-age <seconds>', 'how old an order may be'),
  option('--instruments <file>', 'a JSON file {"AAPL": {"increment": "1"}}; other symbols are then refused'),
];

export function addVaults(program: Command, shell: Shell): void {
  const vaults = group(program, 'vaults', 'managers’ books');
  add<ListOptions>(vaults, shell, {
    usage: 'list',
    about: 'list your vaults, then the public ones of others',
    example: 'vanta vaults list',
    options: listOptions,
    run: async (context, _args, options) => {
      const items = context.client.iterate.listVaults({ ...context.call, query: pageOf(options) });
      await printList(context, items, options, { columns, none: 'no vaults' });
    },
  });
  add(vaults, shell, {
    usage: 'show <vault>',
    about: 'show a vault',
    example: 'vanta vaults show vlt_...',
    run: async ({ client, call, print }, [vault_id = '']) => {
      const vault = await client.getVault({ ...call, path: { vault_id } });
      print.record(vault, vaultFields(vault));
    },
  });
  addSettings(vaults, shell);
}

function addSettings(vaults: Command, shell: Shell): void {
  add<SettingOptions & Pick<Body, 'label' | 'rails'>>(vaults, shell, {
    usage: 'create',
    about: 'create a vault',
    example: 'vanta vaults create --label Growth --rails fiat,crypto',
    options: [
      required('--label <label>', 'its name'),
      list('--rails <rails>', 'fiat, crypto').makeOptionMandatory(),
      ...settings,
    ],
    run: async ({ client, call, print, world }, _args, options) => {
      const body = { ...settingsOf(options, world.cwd), label: options.label, rails: options.rails };
      const vault = await client.createVault({ ...call, body });
      print.record(vault, vaultFields(vault));
    },
  });
  add<SettingOptions>(vaults, shell, {
    usage: 'update <vault>',
    about: 'change a vault’s settings, for orders accepted after it',
    example: 'vanta vaults update vlt_... --max-age 60 --public',
    options: [option('--label <label>', 'its name'), list('--rails <rails>', 'fiat, crypto'), ...settings],
    run: (context, [id = ''], options) => change(context, id, settingsOf(options, context.world.cwd)),
  });
  add(vaults, shell, {
    usage: 'close <vault>',
    about: 'close a vault, for good',
    example: 'vanta vaults close vlt_...',
    run: (context, [id = '']) => change(context, id, { status: 'closed' }),
  });
}

async function change({ client, call, print }: Context, vault_id: string, body: Change): Promise<void> {
  if (Object.keys(body).length === 0) throw usage('nothing to change: see vanta vaults update --help');
  const vault = await client.updateVault({ ...call, path: { vault_id }, body });
  print.record(vault, vaultFields(vault));
}

function settingsOf({ label, rails, personas, maxAge, instruments, public: isPublic }: SettingOptions, cwd: string) {
  const fields = { label, rails, personas, public: isPublic, max_age_s: maxAge };
  return given({ ...fields, instruments: instruments === undefined ? undefined : instrumentsOf(resolve(cwd, instruments)) });
}

function instrumentsOf(file: string): NonNullable<Body['instruments']> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as NonNullable<Body['instruments']>;
  } catch (error) {
    throw usage(`--instruments: ${(error as Error).message}`);
  }
}

const navColumns: readonly Column<Nav>[] = [
  { title: 'TIME', of: (n) => n.ts },
  { title: 'NAV USD', of: (n) => n.nav, right: true },
  { title: 'RECORDED', of: (n) => n.recorded_at },
];

export function addNav(program: Command, shell: Shell): void {
  const nav = group(program, 'nav', 'net asset values of a vault');
  add<{ ts?: string }>(nav, shell, {
    usage: 'record <vault> <usd>',
    about: 'record a vault’s net asset value',
    example: 'vanta nav record vlt_... 1000000.50',
    options: [option('--ts <time>', 'of which time (UTC); default now')],
    run: async ({ client, call, print, world }, [vault_id = '', value = ''], { ts }) => {
      const body = { nav: value, ts: ts ?? new Date(world.now()).toISOString() };
      const snapshot = await client.recordNav({ ...call, path: { vault_id }, body });
      print.record(
        snapshot,
        navColumns.map(({ title, of }): Field => [title.toLowerCase(), of(snapshot)]),
      );
    },
  });
  add<ListOptions & { since?: string }>(nav, shell, {
    usage: 'list <vault>',
    about: 'list them, the newest first',
    example: 'vanta nav list vlt_... --limit 5',
    options: [...listOptions, option('--since <time>', 'not older than this')],
    run: async (context, [vault_id = ''], options) => {
      const query = { ...pageOf(options), ...given({ since: options.since }) };
      const items = context.client.iterate.listNav({ ...context.call, path: { vault_id }, query });
      await printList(context, items, options, { columns: navColumns, none: 'no net asset values' });
    },
  });
}

type Overlay = Result<'createOverlay'>;
const overlayColumns: readonly Column<Overlay>[] = [
  { title: 'OVERLAY', of: (o) => o.overlay_id },
  { title: 'KIND', of: (o) => o.kind, state: true },
  { title: 'STATUS', of: (o) => o.status, state: true },
  { title: 'WHAT', of: (o) => o.amplify ?? o.persona },
  { title: 'FOLLOWER', of: (o) => o.follower_id },
  { title: 'FROM', of: (o) => o.starts_at },
  { title: 'UNTIL', of: (o) => o.ended_at ?? o.expires_at },
  { title: 'BY', of: (o) => o.by },
  { title: 'WHY', of: (o) => o.why },
];
const overlayFields = (o: Overlay): Field[] => overlayColumns.map(({ title, of }) => [title.toLowerCase(), of(o)]);

export function addOverlays(program: Command, shell: Shell): void {
  const overlays = group(program, 'overlays', 'maintenance and halt of a vault, flips, personas');
  add<ListOptions>(overlays, shell, {
    usage: 'list <vault>',
    about: 'list a vault’s overlays, the ended ones too',
    example: 'vanta overlays list vlt_...',
    options: listOptions,
    run: async (context, [vault_id = ''], options) => {
      const items = context.client.iterate.listOverlays({ ...context.call, path: { vault_id }, query: pageOf(options) });
      await printList(context, items, options, { columns: overlayColumns, none: 'no overlays' });
    },
  });
  add<{ ttl?: number; why?: string }>(overlays, shell, {
    usage: 'start <vault> <kind>',
    about: 'maintenance refuses what increases, halt refuses all',
    example: 'vanta overlays start vlt_... halt --ttl 600 --why "venue is down"',
    options: [whole('--ttl <seconds>', 'ends by itself after this long; default not'), option('--why <text>', 'for the trail')],
    run: async ({ client, call, print }, [vault_id = '', kind = ''], { ttl, why }) => {
      if (kind !== 'maintenance' && kind !== 'halt') throw usage('an overlay is maintenance or halt');
      const body = { kind, ...given({ ttl_seconds: ttl, why }) } as const;
      const overlay = await client.createOverlay({ ...call, path: { vault_id }, body });
      print.record(overlay, overlayFields(overlay));
    },
  });
  addShaping(overlays, shell);
  add(overlays, shell, {
    usage: 'end <vault> <overlay>',
    about: 'end an overlay now; a flip gives its extra back',
    example: 'vanta overlays end vlt_... ovl_...',
    run: async ({ client, call, print }, [vault_id = '', overlay_id = '']) => {
      const overlay = await client.deleteOverlay({ ...call, path: { vault_id, overlay_id } });
      print.record(overlay, overlayFields(overlay));
    },
  });
}

/** Overlays that shape sizes rather than switch the vault. */
function addShaping(overlays: Command, shell: Shell): void {
  add<{ amplify?: string; ttl?: number; follower?: string; why?: string }>(overlays, shell, {
    usage: 'flip <vault>',
    about: 'amplify exposure for a while, then give the extra back',
    example: 'vanta overlays flip vlt_... --amplify 0.35 --ttl 1800 --follower fol_...',
    options: [
      option('--amplify <factor>', 'added to every increase'),
      whole('--ttl <seconds>', 'how long'),
      option('--follower <follower>', 'this one; default the whole vault'),
      option('--why <text>', 'for the trail'),
    ],
    run: async ({ client, call, print }, [vault_id = ''], { amplify, ttl, follower, why }) => {
      if (amplify === undefined || ttl === undefined) throw usage('a flip needs --amplify and --ttl');
      const body = { kind: 'flip', amplify, ttl_seconds: ttl, ...given({ follower_id: follower, why }) } as const;
      const overlay = await client.createOverlay({ ...call, path: { vault_id }, body });
      print.record(overlay, overlayFields(overlay));
    },
  });
  add<{ boost?: string; ttl?: number; invert?: true; why?: string }>(overlays, shell, {
    usage: 'persona <vault> <persona>',
    about: 'athena, apollo, ares or nemesis shapes what comes',
    example: 'vanta overlays persona vlt_... apollo --boost 0.1',
    options: [
      option('--boost <factor>', "default the persona's own"),
      option('--invert', 'trade the other way'),
      whole('--ttl <seconds>', 'ends by itself after this long; default not'),
      option('--why <text>', 'for the trail'),
    ],
    run: async ({ client, call, print }, [vault_id = '', name = ''], { boost, ttl, invert, why }) => {
      const persona = personas.find((p) => p === name);
      if (persona === undefined) throw usage(`a persona is one of ${personas.join(', ')}`);
      const body = { kind: 'persona', persona, ...given({ boost, invert, ttl_seconds: ttl, why }) } as const;
      const overlay = await client.createOverlay({ ...call, path: { vault_id }, body });
      print.record(overlay, overlayFields(overlay));
    },
  });
}
const personas = ['athena', 'apollo', 'ares', 'nemesis'] as const;
