/** JSON text as a value; undefined when it is not well-formed (JSON itself has no undefined). */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const firstPlain = 0x20;
const lastPlain = 0x7e;
const quote = 0x22;
const backslash = 0x5c;

/** A string as JSON text. Plain ASCII, as ids and numbers are, is put in quotes; what may need an escape is left to JSON itself. */
export function quoted(text: string): string {
  for (let i = 0; i < text.length; i += 1) {
    const c = text.charCodeAt(i);
    if (c < firstPlain || c > lastPlain || c === quote || c === backslash) return JSON.stringify(text);
  }
  return `"${text}"`;
}
