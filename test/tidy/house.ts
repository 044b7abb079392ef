import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, type Source } from './source.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const notOurs = new Set(['node_modules', 'cdk.out', 'coverage', 'dist', 'generated']);
const code = /\.(ts|mts|js|mjs)$/;

/** Every source file of the repository, parsed. Hidden folders (.git, .vanta) and built ones are not read. */
export function readHouse(folder = ''): Source[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.startsWith('.') || notOurs.has(entry.name)) return [];
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return readHouse(path);
    return code.test(entry.name) ? [parse(path, readFileSync(join(root, path), 'utf8'))] : [];
  });
}
