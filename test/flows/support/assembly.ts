import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { synthesize } from '../../../local/synth.ts';
import { keepShared } from './shared.ts';

declare module 'vitest' {
  interface ProvidedContext {
    assembly: string;
    shared: string;
  }
}

/** What all stories of a run have together, as two projects with this file loaded anew in the one process hand it on. */
const known = ['VANTA_STORIES_ASSEMBLY', 'VANTA_STORIES_SHARED'] as const;

/** One synthesis for all stories of a run: their platforms differ in options alone. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const [assembly, shared] = known.map((name) => process.env[name]);
  if (assembly !== undefined && shared !== undefined) {
    provide(project, assembly, shared);
    return undefined;
  }
  const folder = mkdtempSync(join(tmpdir(), 'vanta-assembly-'));
  await synthesize(folder);
  const keeper = await keepShared(folder);
  [process.env[known[0]], process.env[known[1]]] = [folder, keeper.url];
  provide(project, folder, keeper.url);
  return async () => {
    await keeper.close();
    rmSync(folder, { recursive: true, force: true });
  };
}

function provide(project: TestProject, assembly: string, shared: string): void {
  project.provide('assembly', assembly);
  project.provide('shared', shared);
}
