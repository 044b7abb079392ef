import { readFile } from 'node:fs/promises';
import { Refusal } from '../../shared/kit/refusal.ts';
import type { ApiAnswer, ApiFile, ApiRequest } from '../edge/request.ts';

/** Beside the handler: the build of the function puts them there, compressed (lib/contract/docs-files.ts). */
const folder = new URL('./docs/', import.meta.url);

const types: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  png: 'image/png',
};

/** Scripts and requests of this origin alone; the viewer writes styles into the page, and has its icons in its own style. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const safe = { 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' };

export async function getDocs(): Promise<ApiAnswer> {
  const headers = { ...safe, 'content-security-policy': policy, 'cache-control': 'no-cache' };
  return { file: await read('index.html', 'text/html; charset=utf-8', headers) };
}

export async function getDocsAsset({ params }: ApiRequest): Promise<ApiAnswer> {
  const name = params['asset'] as string;
  const type = types[name.split('.').at(-1) as string] as string;
  // The name holds a hash of the content: what has this name never changes.
  return { file: await read(name, type, { ...safe, 'cache-control': 'public, max-age=31536000, immutable' }) };
}

const kept = new Map<string, ApiFile>();

async function read(name: string, contentType: string, headers: Readonly<Record<string, string>>): Promise<ApiFile> {
  const known = kept.get(name);
  if (known !== undefined) return known;
  const gzipped = await readFile(new URL(`${name}.gz`, folder)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new Refusal(404, 'asset_not_found', 'There is no such asset.');
    throw error;
  });
  const file = { contentType, gzipped, headers };
  kept.set(name, file);
  return file;
}
