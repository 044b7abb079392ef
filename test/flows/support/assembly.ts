import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { synthesize } from '../../../local/synth.ts';

declare module 'vitest' {
  interface ProvidedContext {
    assembly: string;
  }
}

/** One synthesis for all stories of a run: each of them boots a platform, and the templates are the same. */
const shared = 'VANTA_STORIES_ASSEMBLY';

export default async function setup(project: TestProject): Promise<(() => void) | undefined> {
  // Two projects have stories, each with this file loaded anew in the one process.
  const known = process.env[shared];
  if (known !== undefined) {
    project.provide('assembly', known);
    return undefined;
  }
  const folder = mkdtempSync(join(tmpdir(), 'vanta-assembly-'));
  process.env[shared] = folder;
  await synthesize(folder);
  project.provide('assembly', folder);
  return () => rmSync(folder, { recursive: true, force: true });
}
