/** Foreign JSON that we carry and store. Without recursion: the depth of what outside systems send is not ours to trust. */
const deepest = 16;
const longestName = 64;
/** DynamoDB holds 38 digits between 1E-130 and 1E+126; JSON's own numbers are exact up to 2^53 only. */
const smallest = 1e-100;

/** Why a JSON value cannot be carried, or undefined: depth, names, or numbers that the table could not keep as they are. */
export function whyNotPlain(value: unknown): string | undefined {
  const open: { value: unknown; depth: number }[] = [{ value, depth: 1 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const fault = faultOf(next.value, next.depth);
    if (fault !== undefined) return fault;
    if (typeof next.value !== 'object' || next.value === null) continue;
    for (const inner of Object.values(next.value)) open.push({ value: inner, depth: next.depth + 1 });
  }
  return undefined;
}

function faultOf(value: unknown, depth: number): string | undefined {
  if (depth > deepest) return `must not be nested deeper than ${deepest} levels`;
  if (typeof value === 'number')
    return isKept(value) ? undefined : 'has a number outside of what is kept exactly: send it as text';
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.keys(value).every(isName) ? undefined : `has a name that is empty, longer than ${longestName} or __proto__`;
}

const isKept = (n: number): boolean => n === 0 || (Math.abs(n) >= smallest && Math.abs(n) <= Number.MAX_SAFE_INTEGER);
const isName = (name: string): boolean => name.length > 0 && name.length <= longestName && name !== '__proto__';

/** JSON text of a foreign value, cut to so many characters; a value too deep to be written at all gives a note. */
export function boundedText(value: unknown, characters: number): string {
  if (whyNotPlain(value) === `must not be nested deeper than ${deepest} levels`) return '(nested too deeply to be kept)';
  return (JSON.stringify(value) ?? 'null').slice(0, characters);
}
