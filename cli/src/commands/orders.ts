import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import type { Input } from '../../../client/src/index.ts';
import { add, choice, group, option, required, type Shell } from '../command.ts';
import type { Context } from '../context.ts';
import { type ExitCode, exitCodes, usage } from '../exit.ts';
import { given } from '../given.ts';
import { type ListOptions, listOptions, pageOf, printList } from '../listing.ts';
import { childColumns, childFields, orderColumns, orderFields } from '../order-view.ts';
import { watchOrder, watchVault } from './watch.ts';

type Body = Input<'createManagerOrder'>['body'];
const since = option('--since <seq|time>', 'from this sequence number or time on');

export function addOrders(program: Command, shell: Shell): void {
  const orders = group(program, 'orders', 'a manager’s orders, and what followers did of them');
  addSending(orders, shell);
  addLists(orders, shell);
  addWatching(orders, shell);
}

interface SendOptions {
  readonly symbol: string;
  readonly side: Body['side'];
  readonly qty: string;
  readonly price: string;
  readonly type?: Body['order_type'];
  readonly limitPrice?: string;
  readonly tif: Body['time_in_force'];
  readonly externalId?: string;
  readonly prev?: string;
  readonly ts?: string;
  readonly venue?: string;
  readonly nav?: string;
  readonly reduceOnly?: true;
  readonly watch?: true;
}

function addSending(orders: Command, shell: Shell): void {
  add<SendOptions>(orders, shell, {
    usage: 'send <vault>',
    about: 'send an order to all followers of a vault',
    example: 'vanta orders send vlt_... --symbol AAPL --side buy --qty 10 --price 190.5 --watch',
    options: [
      required('--symbol <symbol>', 'such as AAPL or BTC/USD'),
      choice('--side <side>', 'buy or sell', ['buy', 'sell']).makeOptionMandatory(),
      required('--qty <decimal>', 'how much'),
      required('--price <decimal>', 'the reference price: what caps and sizes are computed with'),
      choice('--type <type>', 'default limit with --limit-price, else market', ['market', 'limit']),
      option('--limit-price <decimal>', 'of a limit order'),
      choice('--tif <how>', 'time in force', ['day', 'gtc', 'ioc', 'fok']).default('day'),
      option('--external-id <id>', 'your own id: the same one is the same order; default a new one'),
      option('--prev <id>', 'external id of the order that must come before'),
      option('--ts <time>', 'when it was decided (UTC); default now'),
      option('--venue <venue>', 'where'),
      option('--nav <usd>', 'the vault’s net asset value then'),
      option('--reduce-only', 'never across zero'),
      option('--watch', 'follow it until it is completed'),
    ],
    run: send,
  });
  add<{ filled?: string }>(orders, shell, {
    usage: 'cancel <order>',
    about: 'take an order back, but for what was filled',
    example: 'vanta orders cancel mo_... --filled 3.5',
    options: [option('--filled <decimal>', 'what the manager’s venue filled; default 0')],
    run: async ({ client, call, print }, [manager_order_id = ''], { filled }) => {
      const body = given({ filled_qty: filled });
      const made = await client.cancelManagerOrder({ ...call, path: { manager_order_id }, body });
      print.record(made, [
        ['cancel', made.manager_order_id],
        ['seq', made.seq],
      ]);
    },
  });
}

async function send(context: Context, [vault_id = '']: readonly string[], options: SendOptions): Promise<ExitCode> {
  const { client, call, print, world } = context;
  const now = new Date(world.now()).toISOString();
  const { symbol, side, qty, price, limitPrice, tif, externalId, prev, ts, venue, nav, reduceOnly } = options;
  const body: Body = {
    external_id: externalId ?? `cli-${now.replace(/\D/g, '')}-${randomBytes(4).toString('hex')}`,
    symbol,
    side,
    qty,
    order_type: options.type ?? (limitPrice === undefined ? 'market' : 'limit'),
    time_in_force: tif,
    ref_price: price,
    ts: ts ?? now,
    ...given({ limit_price: limitPrice, prev_external_id: prev, venue, nav, reduce_only: reduceOnly }),
  };
  const { manager_order_id, seq } = await client.createManagerOrder({ ...call, path: { vault_id }, body });
  if (options.watch) return watchOrder(context, manager_order_id);
  const sent = { manager_order_id, seq, external_id: body.external_id };
  print.record(sent, [
    ['order', manager_order_id],
    ['seq', seq],
    ['external id', body.external_id],
  ]);
  return exitCodes.ok;
}

function addLists(orders: Command, shell: Shell): void {
  add<ListOptions & { since?: string; refused?: true }>(orders, shell, {
    usage: 'list <vault>',
    about: 'list a vault’s orders in sequence',
    example: 'vanta orders list vlt_... --since 2026-03-02T00:00:00Z',
    options: [...listOptions, since, option('--refused', 'those of the bus that were refused')],
    run: async (context, [vault_id = ''], options) => {
      if (options.refused && options.since !== undefined) throw usage('refused orders have no sequence: leave --since out');
      const state = options.refused ? ('refused' as const) : undefined;
      const query = { vault_id, ...pageOf(options), ...given({ since: options.since, state }) };
      const items = context.client.iterate.listManagerOrders({ ...context.call, query });
      await printList(context, items, options, { columns: orderColumns, none: 'no orders' });
    },
  });
  add(orders, shell, {
    usage: 'show <order>',
    about: 'show a manager’s order, or a child order (fo_...)',
    example: 'vanta orders show mo_...',
    run: async ({ client, call, print }, [id = '']) => {
      if (id.startsWith('fo_')) {
        const child = await client.getFollowerOrder({ ...call, path: { follower_order_id: id } });
        return print.record(child, childFields(child));
      }
      const order = await client.getManagerOrder({ ...call, path: { manager_order_id: id } });
      print.record(order, orderFields(order));
    },
  });
  add<ListOptions & { since?: string }>(orders, shell, {
    usage: 'children <follower>',
    about: 'list a follower’s child orders in sequence',
    example: 'vanta orders children fol_... --since 42',
    options: [...listOptions, since],
    run: async (context, [follower_id = ''], options) => {
      const query = { follower_id, ...pageOf(options), ...given({ since: options.since }) };
      const items = context.client.iterate.listFollowerOrders({ ...context.call, query });
      await printList(context, items, options, { columns: childColumns, none: 'no child orders' });
    },
  });
}

function addWatching(orders: Command, shell: Shell): void {
  add<{ untilDone?: true }>(orders, shell, {
    usage: 'watch <order|vault>',
    about: 'follow an order until it is completed, or a vault until Ctrl-C',
    example: 'vanta orders watch mo_... ; vanta orders watch vlt_... --until-done',
    options: [option('--until-done', 'of a vault: until no order of it is under way')],
    run: (context, [id = ''], { untilDone }) => {
      if (id.startsWith('mo_')) return watchOrder(context, id);
      if (id.startsWith('vlt_')) return watchVault(context, id, untilDone === true);
      throw usage('watch an order (mo_...) or a vault (vlt_...)');
    },
  });
  add<{ happened?: true; didNotHappen?: true }>(orders, shell, {
    usage: 'settle <child>',
    about: 'say whether a child of which nobody knows it happened',
    example: 'vanta orders settle fo_... --happened',
    options: [option('--happened', 'it did'), option('--did-not-happen', 'it did not')],
    run: async ({ client, call, print }, [follower_order_id = ''], { happened, didNotHappen }) => {
      if (happened === didNotHappen) throw usage('say --happened or --did-not-happen');
      const body = { happened: happened === true };
      const child = await client.settleFollowerOrder({ ...call, path: { follower_order_id }, body });
      print.record(child, childFields(child));
    },
  });
}
