import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { CliError, exitCodes } from './exit.ts';

/** What is kept of a sign-in to one API. */
export interface Credential {
  readonly access_token: string;
  /** Milliseconds; of the access token. */
  readonly expires_at: number;
  readonly refresh_token?: string;
  readonly client_id?: string;
  readonly sign_in_url?: string;
}

interface Kept {
  readonly version: 1;
  readonly apis: Readonly<Record<string, Credential>>;
}

/** Sign-ins by API, in a file that only its owner reads. */
export class Credentials {
  readonly file: string;
  constructor(env: Readonly<Record<string, string | undefined>>) {
    const home = env['XDG_CONFIG_HOME'] || join(env['HOME'] || homedir(), '.config');
    this.file = join(home, 'vanta', 'credentials.json');
  }

  of(api: string): Credential | undefined {
    const { apis } = this.#read();
    return Object.hasOwn(apis, api) ? apis[api] : undefined;
  }

  keep(api: string, credential: Credential): void {
    this.#write({ version: 1, apis: { ...this.#read().apis, [api]: credential } });
  }

  /** False when there was nothing to forget. */
  forget(api: string): boolean {
    const { [api]: found, ...apis } = this.#read().apis;
    if (found !== undefined) this.#write({ version: 1, apis });
    return found !== undefined;
  }

  #read(): Kept {
    let text: string;
    try {
      text = readFileSync(this.file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { version: 1, apis: {} };
      throw error;
    }
    try {
      const kept = JSON.parse(text) as Kept;
      if (kept.version === 1 && typeof kept.apis === 'object') return kept;
    } catch {
      // Said below.
    }
    throw new CliError(
      exitCodes.failed,
      'credentials_unreadable',
      `${this.file} is not what vanta wrote; remove it and sign in again`,
    );
  }

  /** In one step: who reads meanwhile sees the old file or the new one. */
  #write(kept: Kept): void {
    const beside = `${this.file}.${process.pid}`;
    mkdirSync(dirname(this.file), { recursive: true, mode: 0o700 });
    rmSync(beside, { force: true });
    writeFileSync(beside, `${JSON.stringify(kept, null, 2)}\n`, { mode: 0o600 });
    renameSync(beside, this.file);
  }
}
