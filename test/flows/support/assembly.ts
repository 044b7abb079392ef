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

/** One synthesis for all stories: each of them boots a platform, and the templates are the same. */
export default async function setup(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'vanta-assembly-'));
  await synthesize(folder);
  project.provide('assembly', folder);
  return () => rmSync(folder, { recursive: true, force: true });
}
