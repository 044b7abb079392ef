import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';

const file = join(import.meta.dirname, 'RESULTS.md');
const order = ['Mirroring', 'Cold start', 'Decimal fold', 'Local load'] as const;
export type Section = (typeof order)[number];

const head = `# What the bench measured

Written by \`npm run bench\`, \`npm run bench:cold\` and \`npm run bench:load\`; how, and what counts, stands in bench/README.md.
Times are of the machine named; calls, units and bytes are the same on every machine.
`;

const loadAtStart = (loadavg()[0] ?? 0).toFixed(1);

/** The commit that was measured, and whether what is deployed differs from it. */
function commitLine(): string {
  const git = (...args: string[]): string => {
    try {
      return execFileSync('git', args, {
        cwd: import.meta.dirname,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }).trim();
    } catch {
      return ''; // no repository here
    }
  };
  const changed = git('status', '--porcelain', '--', '../shared', '../functions', '../lib', '../local');
  return `commit ${git('rev-parse', '--short', 'HEAD') || 'unknown'}${changed === '' ? '' : ' with changes'}`;
}

/** As it was loaded: others may commit while it runs. */
const commitAtStart = commitLine();

/** The machine and the day, in one line. */
export function machineLine(): string {
  const [cpu] = cpus();
  const memoryGb = Math.round(totalmem() / 2 ** 30);
  const day = new Date().toISOString().slice(0, 10);
  return `${day}, ${cpu?.model.trim() ?? 'unknown CPU'}, ${availableParallelism()} cores, ${memoryGb} GB, Node ${process.version}, ${commitAtStart}, load average when it began ${loadAtStart}`;
}

/** Replaces one section of the results, and leaves those of the other commands. */
export function writeSection(section: Section, text: string): void {
  const old = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const parts = new Map(
    old
      .split(/^## /m)
      .slice(1)
      .map((part) => [part.slice(0, part.indexOf('\n')), part]),
  );
  parts.set(section, `${section}\n\n${machineLine()}.\n\n${text.trim()}\n\n`);
  const body = order.flatMap((name) => (parts.has(name) ? [`## ${parts.get(name)?.trim()}\n`] : []));
  writeFileSync(file, [head, ...body].join('\n'));
}

/** A Markdown table. */
export function markdownTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(headings), line(headings.map(() => '---')), ...rows.map(line)].join('\n');
}
