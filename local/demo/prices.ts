import { readFileSync } from 'node:fs';

/** Monthly closes of one stock, oldest first. */
export interface Close {
  /** `2007-01`. */
  readonly month: string;
  /** As printed in the file: it becomes an order's `ref_price` without passing through a float. */
  readonly text: string;
  readonly price: number;
}
export type History = ReadonlyMap<string, readonly Close[]>;

const monthNames = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** The monthly closes of MSFT, AMZN, IBM, GOOG and AAPL from 2000 to 2010, out of the `vega-datasets` package. */
export function loadPrices(): History {
  // The package exports its entry only; its data lies beside the folder of that entry.
  const file = new URL('../data/stocks.csv', import.meta.resolve('vega-datasets'));
  return parsePrices(readFileSync(file, 'utf8'));
}

/** Reads `symbol,date,price` lines with dates as `Jan 1 2000`. */
export function parsePrices(csv: string): History {
  const history = new Map<string, Close[]>();
  for (const line of csv.trim().split(/\r?\n/).slice(1)) {
    const [symbol = '', date = '', price = ''] = line.split(',');
    const closes = history.get(symbol) ?? [];
    closes.push({ month: monthOf(date), text: plainDecimal(price), price: Number(price) });
    history.set(symbol, closes);
  }
  return history;
}

function monthOf(date: string): string {
  const [name = '', , year = ''] = date.split(' ');
  const number = monthNames.indexOf(name) + 1;
  if (number === 0 || !/^\d{4}$/.test(year)) throw new Error(`not a month: ${date}`);
  return `${year}-${String(number).padStart(2, '0')}`;
}

/** Decimals are written without trailing zeros (SPEC 2). */
const plainDecimal = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);
