import type { Counted, CountedPersona } from '../../domain/overlays/counted.ts';

/**
 * The overlays that counted, as one text of a claim's column: `flip/ovl_x/0.35 persona/ares/ovl_y/0/turned`. Without quotes, so that
 * writing it needs no escapes.
 */
const textOf = (o: Counted): string =>
  o.kind === 'flip'
    ? `flip/${o.overlay_id}/${o.amplify}`
    : `persona/${o.persona}/${o.overlay_id}/${o.boost}${o.invert ? '/turned' : ''}`;

/** The followers of a shard mostly count the same ones: the last are at hand, written and read. */
let written: { readonly of: readonly Counted[]; readonly text: string } | undefined;
let read: { readonly text: string; readonly are: readonly Counted[] } | undefined;

export function overlaysText(overlays: readonly Counted[] | undefined): string {
  if (overlays === undefined) return '';
  if (written?.of !== overlays) written = { of: overlays, text: overlays.map(textOf).join(' ') };
  return written.text;
}

export function overlaysOf(text: string): readonly Counted[] {
  if (read?.text !== text) read = { text, are: text.split(' ').map(overlayOf) };
  return read.are;
}

function overlayOf(text: string): Counted {
  const [kind, first = '', second = '', third = '', turned] = text.split('/');
  if (kind === 'flip') return { kind, overlay_id: first, amplify: second };
  // As textOf writes it.
  return {
    kind: 'persona',
    persona: first as CountedPersona['persona'],
    overlay_id: second,
    boost: third,
    invert: turned === 'turned',
  };
}
