import { describe, expect, it } from 'vitest';
import { painted, unpainted } from '../../cli/src/output/paint.ts';
import { Printer } from '../../cli/src/output/printer.ts';
import { recordLines, tableLines } from '../../cli/src/output/table.ts';
import { machine } from './support/shell.ts';

const esc = '\u001b';

interface Row {
  readonly name: string;
  readonly qty: string | undefined;
  readonly state: string;
}
const columns = [
  { title: 'NAME', of: (r: Row) => r.name },
  { title: 'QTY', of: (r: Row) => r.qty, right: true as const },
  { title: 'STATE', of: (r: Row) => r.state, state: true as const },
];
const rows: readonly Row[] = [
  { name: 'a', qty: '0.10', state: 'ack' },
  { name: 'longer', qty: undefined, state: 'dead_lettered' },
];

describe('a table', () => {
  it('is as wide as its cells, numbers to the right, nothing at the end of a line', () => {
    expect(tableLines(columns, rows, unpainted)).toEqual([
      'NAME     QTY  STATE',
      'a       0.10  ack',
      'longer     -  dead_lettered',
    ]);
  });

  it('colours states, and keeps its widths', () => {
    const plain = tableLines(columns, rows, painted).map((line) => line.replace(new RegExp(`${esc}\\[\\d+m`, 'g'), ''));
    expect(plain).toEqual(tableLines(columns, rows, unpainted));
    expect(tableLines(columns, rows, painted)[1]).toContain('\u001b[32mack\u001b[0m');
    expect(tableLines(columns, rows, painted)[2]).toContain('\u001b[31mdead_lettered\u001b[0m');
  });

  it('lets nobody steer the terminal', () => {
    const evil = { name: '\u001b[2J\u0007\u202ea\nb', qty: '1', state: 'x' };
    expect(tableLines(columns, [evil], unpainted)[1]).toMatch(/^\ufffd\[2J\ufffd\ufffda\ufffdb {2}/);
  });
});

describe('a record', () => {
  it('leaves out what there is not, and puts several values under each other', () => {
    const fields = [
      ['one', '1'],
      ['absent', undefined],
      ['several', ['a', 'b']],
      ['none', []],
      ['flag', false],
    ] as const;
    expect(recordLines(fields, unpainted)).toEqual(['one      1', 'several  a', '         b', 'none     -', 'flag     no']);
  });
});

describe('colours', () => {
  it.each([
    [true, {}, [], true],
    [false, {}, [], false],
    [true, { NO_COLOR: '1' }, [], false],
    [true, { TERM: 'dumb' }, [], false],
    [true, {}, ['--json'], false],
  ] as const)('on a terminal: %j, environment %j, %j: %j', async (isTTY, env, args, coloured) => {
    const one = await machine();
    one.around.isTTY = isTTY;
    Object.assign(one.env, env);
    const { out } = await one.vanta(['health', ...args]);
    expect(out.includes('\u001b')).toBe(coloured);
  });
});

describe('a table that is drawn again', () => {
  it('takes the place of the one before', () => {
    let out = '';
    const write = (text: string) => {
      out += text;
    };
    const printer = new Printer({ write, isTTY: true }, { write }, { json: false, noColor: true });
    printer.redraw(rows, columns);
    const once = out;
    printer.redraw(rows.slice(1), columns);
    expect(once).not.toContain('\u001b[');
    expect(out.slice(once.length).startsWith(`${esc}[3A${esc}[JNAME`)).toBe(true);
  });

  it('also where its lines are wider than the terminal', () => {
    let out = '';
    const write = (text: string) => {
      out += text;
    };
    const printer = new Printer({ write, isTTY: true, columns: 20 }, { write }, { json: false, noColor: false });
    printer.redraw(rows, columns);
    printer.redraw(rows, columns);
    // Of head and two lines only the last is longer than 20 characters.
    expect(out).toContain(`${esc}[4A${esc}[J`);
  });
});
