import { type Paint, painted, unpainted } from './paint.ts';
import { type Column, type Field, recordLines, tableLines } from './table.ts';

export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  /** Of a terminal: characters in a line. */
  readonly columns?: number | undefined;
}

/** Where results go: tables for people, JSON for programs. Both on standard output, and nothing else is. */
export class Printer {
  readonly json: boolean;
  readonly paint: Paint;
  readonly #out: Output;
  readonly #err: Output;
  #drawn = 0;

  constructor(out: Output, err: Output, { json, noColor }: { json: boolean; noColor: boolean }) {
    this.json = json;
    this.paint = out.isTTY === true && !noColor && !json ? painted : unpainted;
    this.#out = out;
    this.#err = err;
  }

  get redraws(): boolean {
    return this.#out.isTTY === true && !this.json;
  }

  /** One thing. */
  record(value: unknown, fields: readonly Field[]): void {
    this.#print(value, () => recordLines(fields, this.paint));
  }

  /** Several things of a kind. */
  table<Row>(rows: readonly Row[], columns: readonly Column<Row>[], none: string): void {
    this.#print(rows, () => (rows.length === 0 ? [this.paint('dim', none)] : tableLines(columns, rows, this.paint)));
  }

  /** One of many that come one after the other: a JSON Line, or a line that was made for people. */
  streamed(value: unknown, line: string): void {
    this.#out.write(`${this.json ? JSON.stringify(value) : line}\n`);
  }

  /** The same table again, in the place of the one before. On a terminal only. */
  redraw<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): void {
    const lines = tableLines(columns, rows, this.paint);
    const up = this.#drawn === 0 ? '' : `\u001b[${this.#drawn}A\u001b[J`;
    this.#out.write(`${up}${lines.join('\n')}\n`);
    // A line that is too long for the terminal takes several of its own.
    const { columns: across = Number.POSITIVE_INFINITY } = this.#out;
    const lengths = tableLines(columns, rows, unpainted).map((line) => line.length);
    this.#drawn = lengths.reduce((sum, length) => sum + Math.max(1, Math.ceil(length / across)), 0);
  }

  text(value: unknown, text: string): void {
    this.#print(value, () => [text]);
  }

  /** Said beside the result. */
  note(text: string): void {
    this.#err.write(`${text}\n`);
  }

  #print(value: unknown, lines: () => readonly string[]): void {
    const text = this.json ? JSON.stringify(value, null, 2) : lines().join('\n');
    this.#out.write(`${text}\n`);
  }
}
