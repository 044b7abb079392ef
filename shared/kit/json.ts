/** JSON text as a value; undefined when it is not well-formed (JSON itself has no undefined). */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
