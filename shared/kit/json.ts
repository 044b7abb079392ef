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

/** A string as it stands between quotes in JSON. Plain ASCII, as ids and numbers are, stands as it is; what may need an escape is left to JSON. */
export function escaped(text: string): string {
  for (let i = 0; i < text.length; i += 1) {
    const c = text.charCodeAt(i);
    if (c < firstPlain || c > lastPlain || c === quote || c === backslash) return JSON.stringify(text).slice(1, -1);
  }
  return text;
}

/** A string as JSON text. */
export const quoted = (text: string): string => `"${escaped(text)}"`;
