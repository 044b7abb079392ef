import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** A simulator's memory in a file: written whole, so that a kill leaves the old or the new one and never half of it. */
export interface Keep {
  load(): unknown;
  save(state: unknown): void;
}

/** Keeps the state in `file`, or nowhere. */
export function createKeep(file: string | undefined): Keep {
  if (file === undefined) return { load: () => undefined, save: () => undefined };
  mkdirSync(dirname(file), { recursive: true });
  return {
    load: () => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined),
    save(state) {
      writeFileSync(`${file}.new`, JSON.stringify(state), { mode: 0o600 });
      renameSync(`${file}.new`, file);
    },
  };
}
