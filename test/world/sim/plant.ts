/** Plants one bug: a line of a product file is another one by the time it is loaded. */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bugs, type PlantedBug } from './bugs.ts';

const root = new URL('../../../', import.meta.url);
const urlOf = (bug: PlantedBug): string => new URL(bug.file, root).href;

export function bugNamed(name: string): PlantedBug {
  const bug = bugs.find((b) => b.name === name);
  if (bug === undefined) throw new Error(`there is no bug ${name}; there are ${bugs.map((b) => b.name).join(', ')}`);
  return bug;
}

/** The file with the bug in it. A text that does not stand there exactly once is an error: the bug is stale. */
export function bugged(bug: PlantedBug): string {
  const text = readFileSync(fileURLToPath(urlOf(bug)), 'utf8');
  const found = text.split(bug.find).length - 1;
  if (found !== 1) throw new Error(`${bug.name} is stale: its text stands ${found} times in ${bug.file}`);
  return text.replace(bug.find, () => bug.replace);
}

/** From now on whoever imports the bug's file gets it with the bug in it. */
export function plant(bug: PlantedBug): void {
  const source = bugged(bug);
  const url = pathToFileURL(fileURLToPath(urlOf(bug))).href;
  registerHooks({
    load: (asked, context, next) =>
      asked === url ? { format: 'module-typescript', source, shortCircuit: true } : next(asked, context),
  });
}
