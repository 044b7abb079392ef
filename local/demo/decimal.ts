/** Decimal strings as whole numbers of 10^-18: enough for every quantity and price of the contract, and exact. */
export type Exact = bigint;

const places = 18;
export const one: Exact = 10n ** BigInt(places);
const shape = /^(-?)(\d{1,18})(?:\.(\d{1,18}))?$/;

/** Throws on anything but a decimal string of SPEC 2: what followers receive is checked by this too. */
export function exact(text: string): Exact {
  const [, sign, whole = '', fraction = ''] = shape.exec(text) ?? [];
  if (sign === undefined) throw new Error(`not a decimal: ${text}`);
  const value = BigInt(whole + fraction.padEnd(places, '0'));
  return sign === '-' ? -value : value;
}

/** Whole shares of a product, rounded toward zero. */
export const wholeProduct = (a: Exact, b: Exact): Exact => ((a * b) / (one * one)) * one;

/** Whole shares of a quotient, rounded toward zero. */
export const wholeQuotient = (a: Exact, b: Exact): Exact => (a / b) * one;

/** With commas and without trailing zeros, for people. */
export function show(value: Exact): string {
  const digits = (value < 0n ? -value : value).toString().padStart(places + 1, '0');
  const whole = digits.slice(0, -places).replace(/\B(?=(\d{3})+$)/g, ',');
  const fraction = digits.slice(-places).replace(/0+$/, '');
  return `${value < 0n ? '-' : ''}${whole}${fraction && `.${fraction}`}`;
}
