/** Sums as DynamoDB computes them: in decimal, so that 0.1 + 0.2 is 0.3. */
export function plus(a: number | bigint, b: number | bigint): number | bigint {
  if (Number.isSafeInteger(a) && Number.isSafeInteger(b)) {
    const sum = (a as number) + (b as number);
    if (Number.isSafeInteger(sum)) return sum;
  }
  const [x, y] = [scaled(a), scaled(b)];
  const places = Math.max(x.places, y.places);
  return numberOf(x.units * 10n ** BigInt(places - x.places) + y.units * 10n ** BigInt(places - y.places), places);
}

export const minus = (a: number | bigint, b: number | bigint): number | bigint => plus(a, -b);

interface Scaled {
  readonly units: bigint;
  /** How many of its digits stand behind the point. */
  readonly places: number;
}

function scaled(value: number | bigint): Scaled {
  const [mantissa = '0', exponent = '0'] = String(value).split('e');
  const [whole = '0', fraction = ''] = mantissa.split('.');
  const places = fraction.length - Number(exponent);
  const units = BigInt(whole + fraction);
  return places < 0 ? { units: units * 10n ** BigInt(-places), places: 0 } : { units, places };
}

/** As the document client reads a number: what is no safe integer becomes a bigint, which takes whole numbers only. */
function numberOf(units: bigint, places: number): number | bigint {
  const value = Number(`${units}e-${places}`);
  if (Math.abs(value) <= Number.MAX_SAFE_INTEGER) return value;
  const one = 10n ** BigInt(places);
  if (units % one !== 0n) throw new Error(`${value} can't be converted to BigInt.`);
  return units / one;
}
