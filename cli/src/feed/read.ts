import { usage } from '../exit.ts';

/** Orders of one vault that are decided in their order. What an order says is the platform's to judge, not ours. */
export interface Batch {
  readonly vault_id: string;
  readonly orders: readonly unknown[];
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * The batches of a feed: an autotrade_queue `{vault_id, orders[]}`, a list of such or of orders, or JSON Lines of either.
 * Orders of one vault that follow each other are one batch.
 */
export function batchesOf(text: string, vaultId: string | undefined): Batch[] {
  const batches: { vault_id: string; orders: unknown[]; loose: boolean }[] = [];
  for (const [where, value] of itemsOf(text)) {
    const batch = batchOf(where, value, vaultId);
    const last = batches.at(-1);
    const joins = batch.loose && last?.loose === true && last.vault_id === batch.vault_id;
    if (joins) last.orders.push(...batch.orders);
    else batches.push({ ...batch, orders: [...batch.orders] });
  }
  if (batches.length === 0) throw usage('there is no order in it');
  return batches.map(({ vault_id, orders }) => ({ vault_id, orders }));
}

/** What stands in the text, each with where it stands. */
function itemsOf(text: string): [where: string, value: unknown][] {
  const whole = parsed(text);
  if (Array.isArray(whole)) return whole.map((value, i) => [`item ${i + 1}`, value]);
  if (whole !== undefined) return [['the file', whole]];
  return text.split('\n').flatMap((line, i): [string, unknown][] => {
    if (line.trim() === '') return [];
    const value = parsed(line);
    if (value === undefined) throw usage(`line ${i + 1} is not JSON`);
    return [[`line ${i + 1}`, value]];
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The caller names the line, or reads the file line by line.
    return undefined;
  }
}

function batchOf(where: string, value: unknown, vaultId: string | undefined): Batch & { readonly loose: boolean } {
  const fields: Fields = typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
  const { vault_id: named, orders, ...rest } = fields;
  const vault_id = named ?? vaultId;
  if (typeof vault_id !== 'string') throw usage(`${where} names no vault: give --vault`);
  if (vaultId !== undefined && vault_id !== vaultId) throw usage(`${where} is for ${vault_id}, not for --vault`);
  if (orders === undefined) return { vault_id, orders: [named === undefined ? value : rest], loose: true };
  const [more] = Object.keys(rest);
  if (more !== undefined) throw usage(`${where} has ${more} beside vault_id and orders`);
  if (!Array.isArray(orders) || orders.length === 0) throw usage(`${where}: orders is no list of orders`);
  return { vault_id, orders, loose: false };
}

/** The order with `ts` as its time: where it has none, or in any case. What is no order stays what it is. */
export function stamped(order: unknown, ts: string, always: boolean): unknown {
  if (!isOrder(order) || (!always && order['ts'] !== undefined)) return order;
  return { ...order, ts };
}

export const isOrder = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

export function externalIdOf(order: unknown): string | undefined {
  const value = isOrder(order) ? order['external_id'] : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
}
