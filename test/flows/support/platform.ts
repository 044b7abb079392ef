import { inject } from 'vitest';
import { type LocalInfo, RunningPlatform } from './running.ts';
import type { Shared } from './shared.ts';

export type { LocalInfo } from './running.ts';

/** What the platforms that stories share are started with. */
const shares = {
  plain: [],
  /** Nobody is held up, and what fails is tried three times within two seconds. */
  quick: ['--no-rate-limit', '--retry-delays', '1,1'],
  /** Tenants have the plans that they pay for. Whoever moves a payment provider's clock has that provider to itself. */
  unpaid: ['--no-rate-limit', '--default-plan', 'none'],
} as const;
export type ShareName = keyof typeof shares;

/** A story's platform: one of its own, which it may also kill, or its part of one that stories share. */
export class Platform {
  private readonly own = new RunningPlatform();
  private shared: { readonly name: ShareName; readonly before: number; now: Shared } | undefined;
  info: LocalInfo | undefined;
  /** What IAM denied to functions: in no story anything, unless it asks for that itself. */
  mayBeDenied = false;

  async start(...options: string[]): Promise<LocalInfo> {
    this.info = await this.own.start(inject('assembly'), options);
    return this.info;
  }

  /** Started with nothing running beside it: for stories that hold times. */
  async startAlone(...options: string[]): Promise<LocalInfo> {
    await fetch(inject('shared'), { method: 'DELETE' });
    return this.start(...options);
  }

  /** A platform that stories share. Each has tenants of its own there, and leaves it as it is for the others. */
  async share(name: ShareName): Promise<LocalInfo> {
    const now = await askShared(name);
    this.shared = { name, before: now.lines.length, now };
    this.info = now.info;
    return now.info;
  }

  get folder(): string {
    return this.shared?.now.folder ?? this.own.folder;
  }
  get data(): string {
    return this.shared?.now.data ?? this.own.data;
  }
  /** What it has printed; of a shared one, since this story came. */
  get lines(): readonly string[] {
    return this.shared?.now.lines.slice(this.shared.before) ?? this.own.lines;
  }
  async denied(): Promise<string[]> {
    if (this.shared !== undefined) this.shared.now = await askShared(this.shared.name);
    return this.lines.filter((line) => line.includes('problem: denied: '));
  }

  /** kill -9 of every process of the platform. */
  async killAll(): Promise<void> {
    if (this.shared !== undefined) throw new Error('others need it');
    await this.own.end('SIGKILL');
  }

  async stop(): Promise<void> {
    const denied = await this.denied();
    await this.own.stop();
    if (denied.length > 0 && !this.mayBeDenied) throw new Error(`functions were denied:\n${denied.join('\n')}`);
  }
}

async function askShared(name: ShareName): Promise<Shared> {
  const response = await fetch(inject('shared'), { method: 'POST', body: JSON.stringify(shares[name]) });
  const answer = (await response.json()) as Shared | { error: string };
  if ('error' in answer) throw new Error(answer.error);
  return answer;
}
