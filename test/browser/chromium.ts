import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

/** Where a browser was found, or why there is none. */
export type Found = { readonly path: string } | { readonly missing: string };

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The machine's own browser, or one that this installs: Debian's on a CI machine, Playwright's elsewhere. */
export function findChromium(): Found {
  const own = onMachine();
  if (own !== undefined) return { path: own };
  const why = [...installed()];
  const after = onMachine() ?? downloaded();
  return after === undefined ? { missing: `no Chromium here, and none could be installed: ${why.join('; ')}` } : { path: after };
}

function onMachine(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(':');
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(existsSync);
}

function downloaded(): string | undefined {
  const path = chromium.executablePath();
  return existsSync(path) ? path : undefined;
}

/** Tries each way in turn; says why those did not work that did not. */
function* installed(): Generator<string> {
  const playwright = resolve('node_modules/playwright-core/cli.js');
  const debian = process.env['CI'] === 'true' && process.getuid?.() === 0;
  const ways = [
    ...(debian
      ? [
          ['apt-get', 'update'],
          ['apt-get', 'install', '-y', '--no-install-recommends', 'chromium'],
        ]
      : []),
    [process.execPath, playwright, 'install', 'chromium-headless-shell'],
  ];
  for (const [command = '', ...args] of ways) {
    if (onMachine() !== undefined) return;
    try {
      execFileSync(command, args, { stdio: 'pipe', timeout: 240_000 });
    } catch (error) {
      const said = error instanceof Error ? error.message.split('\n')[0] : String(error);
      yield `${command} ${args.join(' ')}: ${said}`;
    }
  }
}

/** Starts the browser. The sandbox needs rights that root in a container does not have; it only sees this machine's pages. */
export function openBrowser({ path }: { path: string }): Promise<Browser> {
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath: path, args });
}
