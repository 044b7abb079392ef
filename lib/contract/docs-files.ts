import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

/**
 * Writes the files of the page /docs into a folder, compressed: `node docs-files.ts FOLDER`. Names hold a hash of the
 * content, so that browsers may keep them for good; the page itself names the present ones.
 */
const viewer = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
const ours = fileURLToPath(new URL('docs', import.meta.url));
const files = {
  'viewer.js': join(viewer, 'swagger-ui-bundle.js'),
  'viewer.css': join(viewer, 'swagger-ui.css'),
  'favicon.png': join(viewer, 'favicon-32x32.png'),
  'page.js': join(ours, 'page.js'),
  'page.css': join(ours, 'page.css'),
};

const folder = join(process.argv[2] ?? '.', 'docs');
mkdirSync(folder, { recursive: true });

const write = (name: string, content: Buffer | string): void =>
  writeFileSync(join(folder, `${name}.gz`), gzipSync(content, { level: 9 }));

function hashed(name: string, content: Buffer): string {
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 16);
  return name.replace(/\.(\w+)$/, `.${hash}.$1`);
}

let page = readFileSync(join(ours, 'index.html'), 'utf8');
for (const [name, path] of Object.entries(files)) {
  // Maps would only be asked for by who debugs the viewer, and they are as large as it.
  const content = name.startsWith('viewer') ? withoutMap(readFileSync(path)) : readFileSync(path);
  const served = hashed(name, content);
  write(served, content);
  page = page.replaceAll(`/docs/${name}"`, `/docs/${served}"`);
}
write('index.html', page);
// The viewer's licence (Apache-2.0) wants to be where its code is.
for (const name of ['LICENSE', 'NOTICE']) write(`viewer.${name}`, readFileSync(join(viewer, name)));

function withoutMap(content: Buffer): Buffer {
  return Buffer.from(content.toString('utf8').replace(/\n(\/\/# sourceMappingURL=.*|\/\*# sourceMappingURL=.*\*\/)\s*$/, '\n'));
}
