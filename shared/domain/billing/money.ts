import { decimal, format, multiply } from '../../kit/decimal.ts';

/** Both rails count in cents of US dollars; interfaces show dollars, as decimal strings (SPEC 2). */
export const currency = 'usd';

const cent = decimal('0.01');
const hundred = decimal('100');

/** 14933 cents are "149.33". */
export const dollars = (cents: number): string => format(multiply(decimal(String(cents)), cent));

/** The cents of an amount such as "149.33"; undefined when it has a part of a cent. */
export function centsOf(amount: string): number | undefined {
  const text = format(multiply(decimal(amount), hundred));
  return /^-?\d{1,15}$/.test(text) ? Number(text) : undefined;
}
