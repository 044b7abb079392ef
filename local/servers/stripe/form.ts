/** A value of a form: text, or nested ones. */
export type FormValue = string | FormValue[] | { [key: string]: FormValue };

/** Decodes a form or a query whose keys nest with brackets: `items[0][price]=p`, `expand[]=customer`. */
export function decodeForm(text: string): Record<string, FormValue> {
  const root: Tree = new Map();
  for (const [key, value] of new URLSearchParams(text)) plant(root, pathOf(key), value);
  return Object.fromEntries([...root].map(([key, value]) => [key, plain(value)]));
}

type Tree = Map<string, string | Tree>;

function pathOf(key: string): string[] {
  const first = key.split('[', 1)[0] ?? '';
  return [first, ...[...key.slice(first.length).matchAll(/\[([^\]]*)\]/g)].map((match) => match[1] ?? '')];
}

function plant(tree: Tree, [head = '', ...rest]: readonly string[], value: string): void {
  const key = head === '' ? String(tree.size) : head;
  if (rest.length === 0) {
    tree.set(key, value);
    return;
  }
  const under = tree.get(key);
  const branch: Tree = under instanceof Map ? under : new Map();
  tree.set(key, branch);
  plant(branch, rest, value);
}

function plain(value: string | Tree): FormValue {
  if (typeof value === 'string') return value;
  const keys = [...value.keys()];
  if (keys.length > 0 && keys.every((key) => /^\d+$/.test(key))) return [...value.values()].map(plain);
  return Object.fromEntries([...value].map(([key, inner]) => [key, plain(inner)]));
}
