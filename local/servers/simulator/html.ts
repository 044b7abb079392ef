/** HTML that was made by `markup`, and needs no further escaping. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (value: unknown): string => {
  if (value instanceof Markup) return value.text;
  if (Array.isArray(value)) return value.map(escaped).join('');
  return String(value ?? '').replace(/[&<>"']/g, (character) => entities[character] ?? '');
};

/** A template whose values are escaped, unless they are markup themselves. */
export function markup(parts: TemplateStringsArray, ...values: readonly unknown[]): Markup {
  return new Markup(parts.reduce((text, part, at) => text + escaped(values[at - 1]) + part));
}

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0 auto; padding: 1.5rem 1rem 3rem; max-width: 34rem; box-sizing: border-box; overflow-wrap: anywhere; }
.banner { border: 1px solid; border-radius: .5rem; padding: .25rem .75rem; font-size: .875rem; }
h1 { font-size: 1.4rem; line-height: 1.25; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .3rem .5rem .3rem 0; vertical-align: top; }
.total { font-size: 1.75rem; font-weight: 600; margin: .25rem 0 1rem; }
label { display: block; margin: .75rem 0 .25rem; }
input, select { font: inherit; width: 100%; box-sizing: border-box; padding: .6rem; border: 1px solid #767676; border-radius: .4rem; }
.two { display: grid; grid-template-columns: 1fr 1fr; gap: .75rem; }
button { font: inherit; font-weight: 600; min-height: 2.75rem; padding: .5rem 1rem; margin: 1rem .5rem 0 0; border-radius: .4rem;
  border: 1px solid #1f4fd1; background: #1f4fd1; color: #fff; cursor: pointer; }
button.quiet { background: transparent; color: inherit; border-color: currentColor; }
[role=alert] { border-left: .3rem solid #b3261e; padding: .5rem .75rem; margin: 1rem 0; }
:focus-visible { outline: 3px solid #f4a100; outline-offset: 2px; }`;

/** A whole page. Every page says that no money moves here. */
export function page(title: string, body: Markup): string {
  const head = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title>`;
  const view = '<meta name="viewport" content="width=device-width, initial-scale=1">';
  const banner = '<p class="banner">Simulator: no money moves here.</p>';
  return `${head}${view}<style>${style}</style></head><body>${banner}<main>${body.text}</main></body></html>`;
}
