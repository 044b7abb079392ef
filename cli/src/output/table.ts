import { type Colour, colourOf, type Paint } from './paint.ts';

export type Cell = string | number | boolean | null | undefined;

export interface Column<Row> {
  readonly title: string;
  readonly of: (row: Row) => Cell;
  /** Numbers stand under each other by their last digit. */
  readonly right?: true;
  /** The cell is a state, and coloured as such. */
  readonly state?: true;
}

/**
 * A cell as text. What others wrote must not steer the terminal: control characters (escape sequences begin with one), and
 * those that turn the direction of a text, are shown as what they are not.
 */
export function textOf(cell: Cell): string {
  if (cell === undefined || cell === null) return '-';
  if (typeof cell === 'boolean') return cell ? 'yes' : 'no';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  return String(cell).replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
}

interface Laid {
  readonly text: string;
  readonly colour: Colour | undefined;
}

/** Lines of a table: a head and a line for each row, as wide as its widest cell needs. */
export function tableLines<Row>(columns: readonly Column<Row>[], rows: readonly Row[], paint: Paint): string[] {
  const head = columns.map(({ title }): Laid => ({ text: title, colour: 'dim' }));
  const body = rows.map((row) =>
    columns.map(({ of, state }): Laid => {
      const text = textOf(of(row));
      return { text, colour: state === true ? colourOf(text) : undefined };
    }),
  );
  const widths = columns.map((_, i) => Math.max(...[head, ...body].map((cells) => cells[i]?.text.length ?? 0)));
  return [head, ...body].map((cells) => lineOf(cells, columns, widths, paint));
}

function lineOf(
  cells: readonly Laid[],
  columns: readonly { readonly right?: true }[],
  widths: readonly number[],
  paint: Paint,
): string {
  const padded = cells.map(({ text, colour }, i) => {
    const space = ' '.repeat((widths[i] ?? 0) - text.length);
    const last = i === cells.length - 1;
    if (columns[i]?.right === true) return space + paint(colour, text);
    return paint(colour, text) + (last ? '' : space);
  });
  return padded.join('  ');
}

export type Field = readonly [name: string, value: Cell | readonly string[]];

/** Lines of one thing: a name and its value each. Without a value there is no line. */
export function recordLines(fields: readonly Field[], paint: Paint): string[] {
  const given = fields.filter(([, value]) => value !== undefined && value !== null);
  const width = Math.max(0, ...given.map(([name]) => name.length));
  return given.flatMap(([name, value]) => {
    const texts = Array.isArray(value) ? (value as readonly string[]).map(textOf) : [textOf(value as Cell)];
    return (texts.length === 0 ? ['-'] : texts).map(
      (text, i) => `${paint('dim', (i === 0 ? name : '').padEnd(width))}  ${paint(colourOf(text), text)}`,
    );
  });
}
