export type Colour = 'red' | 'green' | 'yellow' | 'dim' | 'bold';
const codes: Readonly<Record<Colour, number>> = { red: 31, green: 32, yellow: 33, dim: 2, bold: 1 };

/** Colours a text, or leaves it as it is where nobody would see the colour. */
export type Paint = (colour: Colour | undefined, text: string) => string;

export const painted: Paint = (colour, text) => (colour === undefined ? text : `\u001b[${codes[colour]}m${text}\u001b[0m`);
export const unpainted: Paint = (_colour, text) => text;

const meanings: Readonly<Record<Colour, readonly string[]>> = {
  green: ['completed', 'ack', 'confirmed', 'open', 'active', 'ok', 'accepted', 'delivered', 'verified', 'redriven', 'yes'],
  yellow: [
    'planned',
    'sent',
    'retry',
    'partially_filled',
    'expanding',
    'dispatched',
    'maintenance',
    'invited',
    'leaving',
    'pending',
  ],
  red: [
    'refused',
    'rejected',
    'dead_lettered',
    'unresolved',
    'halted',
    'halt',
    'stopped',
    'degraded',
    'failed',
    'down',
    'unknown',
  ],
  dim: ['skipped', 'shadowed', 'canceled', 'expired', 'ended', 'left', 'closed', 'suspended', 'duplicate'],
  bold: [],
};
const byWord = new Map(
  (Object.entries(meanings) as [Colour, readonly string[]][]).flatMap(([colour, words]) => words.map((word) => [word, colour])),
);

/** A state's colour, the same wherever the word stands. */
export const colourOf = (word: string): Colour | undefined => byWord.get(word);
