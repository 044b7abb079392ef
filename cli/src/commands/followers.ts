import type { Command } from 'commander';
import type { Input, Result } from '../../../client/src/index.ts';
import { add, choice, group, list, option, required, type Shell } from '../command.ts';
import type { Context } from '../context.ts';
import { type ExitCode, exitCodes, usage } from '../exit.ts';
import { given } from '../given.ts';
import { type ListOptions, listOptions, pageOf, printList } from '../listing.ts';
import type { Column, Field } from '../output/table.ts';

type AnyFollower = Result<'getFollower'>;
type Follower = Extract<AnyFollower, { tenant_id: string }>;
type Body = Input<'createFollower'>['body'];
type Change = NonNullable<Input<'updateFollower'>['body']>;

/** A manager sees only a part of other tenants' followers. */
const own = <T>(f: AnyFollower, of: (follower: Follower) => T): T | undefined => ('tenant_id' in f ? of(f) : undefined);

/** Why it takes no part, or only a part, in what the vault does. */
export function switchesOf(f: AnyFollower): string {
  const on = [
    f.kill_switch && 'kill',
    own(f, (o) => o.reduce_only) && 'reduce-only',
    f.close_only && 'close-only by the platform',
  ];
  return on.filter((word) => word).join(', ') || 'none';
}

const columns: readonly Column<AnyFollower>[] = [
  { title: 'FOLLOWER', of: (f) => f.follower_id },
  { title: 'LABEL', of: (f) => own(f, (o) => o.label) },
  { title: 'MODE', of: (f) => f.mode },
  { title: 'SCALE', of: (f) => own(f, (o) => o.scale), right: true },
  { title: 'CAP USD', of: (f) => own(f, (o) => o.max_pos_usd), right: true },
  { title: 'STATUS', of: (f) => f.status, state: true },
  { title: 'SWITCHES', of: switchesOf },
];

export const followerFields = (f: AnyFollower): Field[] => [
  ['follower', f.follower_id],
  ['label', own(f, (o) => o.label)],
  ['vault', f.vault_id],
  ['status', f.status],
  ['switches', switchesOf(f)],
  ['mode', f.mode],
  ['scale', own(f, (o) => `${o.scale} (${o.scale_basis})`)],
  ['cap', own(f, (o) => o.max_pos_usd && `${o.max_pos_usd} USD`)],
  ['allowed', own(f, (o) => o.symbols?.allow?.join(' '))],
  ['denied', own(f, (o) => o.symbols?.deny?.join(' '))],
  ['shorts', own(f, (o) => o.allow_short)],
  ['webhook', own(f, (o) => o.webhook.url)],
  ['tenant', own(f, (o) => o.tenant_id)],
  ['updated', own(f, (o) => o.updated_at)],
];

interface SettingOptions {
  readonly mode?: Body['mode'];
  readonly scale?: string;
  readonly url?: string;
  readonly label?: string;
  readonly basis?: 'fixed' | 'nav';
  readonly cap?: string;
  readonly allow?: string[];
  readonly deny?: string[];
  readonly short?: boolean;
  readonly join?: 'next_order' | 'sync';
}
const modes = ['proportional', 'capped', 'shadow'];
const settings = [
  option('--label <label>', 'its name'),
  choice('--basis <basis>', 'of the scale: fixed, or by NAV', ['fixed', 'nav']),
  option('--cap <usd>', 'most in one symbol; needed by mode capped'),
  list('--allow <symbols>', 'only these'),
  list('--deny <symbols>', 'not these'),
  option('--short', 'it may be short (the default)'),
  option('--no-short', 'it may not'),
  choice('--join <how>', 'sync goes to the present target at once', ['next_order', 'sync']),
];

export function addFollowers(program: Command, shell: Shell): void {
  const followers = group(program, 'followers', 'accounts that mirror a vault');
  addReading(followers, shell);
  addJoining(followers, shell);
  addSettings(followers, shell);
  addSwitches(followers, shell);
  addKeys(followers, shell);
}

function addReading(followers: Command, shell: Shell): void {
  add<ListOptions>(followers, shell, {
    usage: 'list <vault>',
    about: 'list the followers of a vault',
    example: 'vanta followers list vlt_... --all --json',
    options: listOptions,
    run: async (context, [vault_id = ''], options) => {
      const items = context.client.iterate.listFollowers({ ...context.call, path: { vault_id }, query: pageOf(options) });
      await printList(context, items, options, { columns, none: 'no followers' });
    },
  });
  add(followers, shell, {
    usage: 'show <follower>',
    about: 'show a follower',
    example: 'vanta followers show fol_...',
    run: async ({ client, call, print }, [follower_id = '']) => {
      const follower = await client.getFollower({ ...call, path: { follower_id } });
      print.record(follower, followerFields(follower));
    },
  });
  add<ListOptions>(followers, shell, {
    usage: 'positions <follower>',
    about: 'what it should hold, was told, and reported',
    example: 'vanta followers positions fol_...',
    options: listOptions,
    run: async (context, [follower_id = ''], options) => {
      const items = context.client.iterate.listPositions({ ...context.call, path: { follower_id }, query: pageOf(options) });
      await printList(context, items, options, { columns: positionColumns, none: 'no positions' });
    },
  });
  add<{ order?: string }>(followers, shell, {
    usage: 'preview <follower>',
    about: 'an order’s size for it, with every step; default the latest order',
    example: 'vanta followers preview fol_... --order mo_...',
    options: [option('--order <id>', 'the manager order')],
    run: preview,
  });
}

type Position = Result<'listPositions'>['items'][number];
const positionColumns: readonly Column<Position>[] = [
  { title: 'SYMBOL', of: (p) => p.symbol },
  { title: 'TARGET', of: (p) => p.target, right: true },
  { title: 'WANT', of: (p) => p.want, right: true },
  { title: 'TOLD', of: (p) => p.told, right: true },
  { title: 'HELD', of: (p) => p.held, right: true },
  { title: 'AVERAGE', of: (p) => p.average_price, right: true },
  { title: 'REALISED', of: (p) => p.realised_pnl, right: true },
  { title: 'UNKNOWN', of: (p) => p.unknown.length, right: true },
];

async function preview({ client, call, print }: Context, [follower_id = '']: readonly string[], { order }: { order?: string }) {
  const seen = await client.previewFollower({ ...call, path: { follower_id }, query: given({ manager_order_id: order }) });
  print.record(seen, [
    ['order', `${seen.manager_order_id} (seq ${seen.seq})`],
    ['does', seen.code === undefined ? `${seen.side} ${seen.qty} ${seen.symbol}` : `nothing: ${seen.code}`],
    ['position after', seen.position_after],
    ['target', `${seen.before.target} -> ${seen.after.target}`],
    ['want', `${seen.before.want} -> ${seen.after.want}`],
    ['told', seen.before.told],
    ['because', seen.reasons.map((r) => `${r.rule}: ${r.before} -> ${r.after}`)],
  ]);
}

function addJoining(followers: Command, shell: Shell): void {
  add<SettingOptions & { mode: Body['mode']; scale: string; url: string; kill?: true }>(followers, shell, {
    usage: 'add <vault>',
    about: 'register a follower; its signing secret is shown once',
    example: 'vanta followers add vlt_... --mode capped --scale 0.33 --cap 25000 --url https://me.example.com/orders',
    options: [
      choice('--mode <mode>', 'how it mirrors', modes).default('proportional'),
      required('--scale <factor>', 'its share of the manager’s quantity'),
      required('--url <url>', 'its webhook'),
      option('--kill', 'register it with its kill switch on'),
      ...settings,
    ],
    run: async ({ client, call, print }, [vault_id = ''], { mode, scale, url, kill, ...more }) => {
      const body = { ...settingsOf(more), mode, scale, webhook: { url }, ...given({ kill_switch: kill }) };
      const follower = await client.createFollower({ ...call, path: { vault_id }, body });
      print.record(follower, [...followerFields(follower), ['signing secret', follower.signing_secret]]);
      if (!print.json) print.note('the secret is not shown again');
    },
  });
  add<{ flatten?: true }>(followers, shell, {
    usage: 'leave <follower>',
    about: 'stop mirroring, for good',
    example: 'vanta followers leave fol_... --flatten',
    options: [option('--flatten', 'close its positions first; else they are kept')],
    run: async ({ client, call, print }, [follower_id = ''], { flatten }) => {
      const query = { positions: flatten ? 'flatten' : 'keep' } as const;
      const follower = await client.deleteFollower({ ...call, path: { follower_id }, query });
      print.record(follower, followerFields(follower));
    },
  });
}

function addSettings(followers: Command, shell: Shell): void {
  add<SettingOptions>(followers, shell, {
    usage: 'update <follower>',
    about: 'change settings; nothing moves by itself, but for --join sync',
    example: 'vanta followers update fol_... --scale 0.5 --join sync',
    options: [
      choice('--mode <mode>', 'how it mirrors', modes),
      option('--scale <factor>', 'its share of the manager’s quantity'),
      option('--url <url>', 'its webhook'),
      ...settings,
    ],
    run: async (context, [id = ''], options) => {
      const body: Change = settingsOf(options);
      if (Object.keys(body).length === 0) throw usage('nothing to change: see vanta followers update --help');
      const follower = await changed(context, id, body);
      context.print.record(follower, followerFields(follower));
    },
  });
}

function settingsOf({ mode, scale, url, label, basis, cap, allow, deny, short, join }: SettingOptions) {
  const symbols = allow === undefined && deny === undefined ? undefined : given({ allow, deny });
  const webhook = url === undefined ? undefined : { url };
  const rest = { mode, scale, label, symbols, webhook, join };
  return given({ ...rest, scale_basis: basis, max_pos_usd: cap, allow_short: short });
}

const changed = ({ client, call }: Context, follower_id: string, body: Change): Promise<AnyFollower> =>
  client.updateFollower({ ...call, path: { follower_id }, body });

function addSwitches(followers: Command, shell: Shell): void {
  const flip = (usage: string, about: string, example: string, change: (off: boolean) => Change) =>
    add<{ off?: true }>(followers, shell, {
      usage,
      about,
      example,
      options: usage.startsWith('close-only') ? [option('--off', 'lift it')] : [],
      run: async (context, ids, { off }) => {
        const done: AnyFollower[] = [];
        for (const id of ids) done.push(await changed(context, id, change(off === true)));
        const [one] = done;
        if (done.length === 1 && one !== undefined) context.print.record(one, followerFields(one));
        else context.print.table(done, columns, 'no followers');
        for (const f of done) if (f.close_only) context.print.note(`${f.follower_id} is close-only by the platform's word`);
      },
    });
  flip('kill <followers...>', 'stop at once: no new order after a second', 'vanta followers kill fol_...', () => ({
    kill_switch: true,
  }));
  flip('resume <followers...>', 'lift the kill switch', 'vanta followers resume fol_...', () => ({ kill_switch: false }));
  flip(
    'close-only <followers...>',
    'skip increases, take part in reductions only',
    'vanta followers close-only fol_... ; vanta followers close-only --off fol_...',
    (off) => ({ reduce_only: !off }),
  );
}

function addKeys(followers: Command, shell: Shell): void {
  add(followers, shell, {
    usage: 'rotate-key <follower>',
    about: 'a new signing secret, shown once; the old one holds for a day',
    example: 'vanta followers rotate-key fol_...',
    run: async ({ client, call, print }, [follower_id = '']) => {
      const rotated = await client.rotateFollowerKey({ ...call, path: { follower_id } });
      print.record(rotated, [
        ['follower', rotated.follower_id],
        ['signing secret', rotated.signing_secret],
        ['old one holds until', rotated.old_secret_valid_until],
      ]);
    },
  });
  add(followers, shell, {
    usage: 'test <follower>',
    about: 'send a signed test event to its webhook; exit code 1 if it did not arrive',
    example: 'vanta followers test fol_...',
    run: async ({ client, call, print }, [follower_id = '']): Promise<ExitCode> => {
      const result = await client.testFollower({ ...call, path: { follower_id } });
      print.record(result, [
        ['result', result.delivered ? 'delivered' : 'failed'],
        ['status', result.status],
        ['error', result.error],
        ['took', `${result.latency_ms} ms`],
        ['delivery', result.delivery_id],
      ]);
      return result.delivered ? exitCodes.ok : exitCodes.refused;
    },
  });
}
