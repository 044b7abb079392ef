import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

/** A person of the pool, as Cognito keeps one: the user name is the subject, and never changes. */
export interface User {
  readonly sub: string;
  readonly email: string;
  /** `FORCE_CHANGE_PASSWORD` until an invited person has signed in. */
  readonly status: 'CONFIRMED' | 'FORCE_CHANGE_PASSWORD';
  readonly created_at: number;
  readonly updated_at: number;
}

/** What a refresh token stands for. */
export interface Session {
  readonly refresh_token: string;
  readonly sub: string;
  readonly client_id: string;
  readonly scopes: readonly string[];
  readonly origin_jti: string;
  readonly auth_time: number;
  readonly expires_at: number;
}

/** An authorization code: good once, for five minutes (Cognito developer guide, authorize endpoint). */
export interface Code {
  readonly code: string;
  readonly sub: string;
  readonly client_id: string;
  readonly redirect_uri: string;
  readonly challenge: string;
  readonly scopes: readonly string[];
  readonly nonce?: string;
  readonly expires_at: number;
}

interface Kept {
  users: User[];
  sessions: Session[];
  codes: Code[];
  readonly secrets: Record<string, string>;
}

const codeMs = 300_000;
const secret = (): string => randomBytes(32).toString('base64url');

/** The pool's people, sessions, codes and clients' secrets; every change is in the file before it is answered. */
export class PoolState {
  readonly #file: string;
  readonly #clock: () => number;
  readonly #kept: Kept;

  constructor(file: string, clock: () => number = Date.now) {
    this.#file = file;
    this.#clock = clock;
    this.#kept = existsSync(file)
      ? (JSON.parse(readFileSync(file, 'utf8')) as Kept)
      : { users: [], sessions: [], codes: [], secrets: {} };
  }

  /** By e-mail in any case, or by subject. */
  user(name: string): User | undefined {
    return this.#kept.users.find((u) => u.sub === name || u.email === name.toLowerCase());
  }

  addUser(email: string, status: User['status']): User {
    const now = this.#clock();
    const user = { sub: randomUUID(), email: email.toLowerCase(), status, created_at: now, updated_at: now };
    this.#kept.users.push(user);
    this.#save();
    return user;
  }

  confirm(user: User): User {
    if (user.status === 'CONFIRMED') return user;
    const confirmed: User = { ...user, status: 'CONFIRMED', updated_at: this.#clock() };
    this.#kept.users = this.#kept.users.map((u) => (u.sub === user.sub ? confirmed : u));
    this.#save();
    return confirmed;
  }

  addCode(what: Omit<Code, 'code' | 'expires_at'>): Code {
    const code = { ...what, code: randomUUID(), expires_at: this.#clock() + codeMs };
    this.#kept.codes.push(code);
    this.#save();
    return code;
  }

  /** Takes a code away, whatever comes of it: a code that was shown once is used up. */
  takeCode(text: string): Code | undefined {
    const found = this.#kept.codes.find(({ code }) => code === text);
    this.#kept.codes = this.#kept.codes.filter((code) => code !== found);
    this.#save();
    return found === undefined || found.expires_at <= this.#clock() ? undefined : found;
  }

  addSession({ sub, client_id, scopes }: Pick<Session, 'sub' | 'client_id' | 'scopes'>, seconds: number): Session {
    const now = this.#clock();
    const times = { auth_time: Math.floor(now / 1000), expires_at: now + seconds * 1000 };
    const session = { refresh_token: secret(), sub, client_id, scopes, origin_jti: randomUUID(), ...times };
    this.#kept.sessions.push(session);
    this.#save();
    return session;
  }

  session(refreshToken: string): Session | undefined {
    const found = this.#kept.sessions.find(({ refresh_token }) => refresh_token === refreshToken);
    return found === undefined || found.expires_at <= this.#clock() ? undefined : found;
  }

  /** Ends all sessions of a person: none of its refresh tokens is good any more. */
  signOut(sub: string): void {
    this.#kept.sessions = this.#kept.sessions.filter((s) => s.sub !== sub);
    this.#kept.codes = this.#kept.codes.filter((c) => c.sub !== sub);
    this.#save();
  }

  /** A client's secret, made when it is first asked for and kept. */
  clientSecret(clientId: string): string {
    const known = this.#kept.secrets[clientId];
    if (known !== undefined) return known;
    const made = secret();
    this.#kept.secrets[clientId] = made;
    this.#save();
    return made;
  }

  #save(): void {
    const now = this.#clock();
    this.#kept.codes = this.#kept.codes.filter((c) => c.expires_at > now);
    this.#kept.sessions = this.#kept.sessions.filter((s) => s.expires_at > now);
    // Renamed into place: a process that is killed here leaves the old file or the new one, never half of one.
    writeFileSync(`${this.#file}.new`, JSON.stringify(this.#kept), { mode: 0o600 });
    renameSync(`${this.#file}.new`, this.#file);
  }
}
