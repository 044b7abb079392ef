import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FunctionSpec, RoleSpec } from '../template/model.ts';
import { isAllowed, type Policy, type RequestContext, readPolicy } from './policy.ts';

/** What a request shows of its sender. Signatures are not checked: whoever is on this machine may do everything anyway. */
export interface Credentials {
  readonly accessKey: string;
  readonly token: string | undefined;
}

export function credentialsOf({ headers }: IncomingMessage): Credentials {
  const accessKey = /Credential=([^/]+)\//.exec(headers.authorization ?? '')?.[1] ?? '';
  const token = headers['x-amz-security-token'];
  return { accessKey, token: token === undefined ? undefined : String(token) };
}

/** A caller that a server knows by its access key: a role, with the tags of its session. */
export interface Caller {
  readonly arn: string;
  readonly role: Role;
  readonly context: ReadonlyMap<string, string>;
  /** Of temporary credentials; those of a function itself have none. */
  readonly token?: string;
  readonly expiresAt?: number;
}

export interface Role {
  readonly arn: string;
  readonly name: string;
  readonly trust: Policy;
  readonly policies: readonly Policy[];
}

/** The roles of a template's functions and those that they may take on, and who holds credentials for them. */
export class Roles {
  readonly #roles: ReadonlyMap<string, Role>;
  readonly #callers = new Map<string, Caller>();

  /** Reads all of their policies: one that is not understood stops the platform before it starts. */
  constructor(specs: readonly RoleSpec[], functions: readonly FunctionSpec[]) {
    const running = new Set(functions.map(({ role }) => role));
    const needed = specs.filter((spec) => running.has(spec.arn) || JSON.stringify(spec.trust).includes('"AWS"'));
    this.#roles = new Map(needed.map((spec) => [spec.arn, read(spec)]));
    for (const { name, role: arn } of functions) {
      const role = this.#roles.get(arn);
      if (role === undefined) throw new Error(`the function ${name} has no role ${arn}`);
      this.#callers.set(keyOf(arn), {
        arn: `arn:aws:sts::000000000000:assumed-role/${role.name}/${name}`,
        role,
        context: new Map(),
      });
    }
  }

  /** Whether a function takes on another role for what it asks of the table. */
  isConfined({ role: arn }: FunctionSpec): boolean {
    const question = { action: 'sts:AssumeRole', context: new Map<string, string>() };
    const own = this.#roles.get(arn);
    return [...this.#roles.keys()].some((resource) => isAllowed(own?.policies ?? [], { ...question, resource }));
  }

  role(arn: string): Role | undefined {
    return this.#roles.get(arn);
  }

  /** Who holds an access key; with temporary ones, only together with their token and in their time. */
  caller({ accessKey, token }: Credentials, now: number): Caller | 'unknown' | 'expired' {
    const caller = this.#callers.get(accessKey);
    if (caller === undefined || caller.token !== token) return 'unknown';
    return caller.expiresAt !== undefined && caller.expiresAt <= now ? 'expired' : caller;
  }

  /** Hands out credentials for a role with tags, as AssumeRole does. */
  issue(role: Role, session: { name: string; tags: readonly (readonly [string, string])[]; expiresAt: number }) {
    for (const [key, { expiresAt }] of this.#callers)
      if (expiresAt !== undefined && expiresAt < Date.now()) this.#callers.delete(key);
    const accessKey = `ASIA${randomBytes(8).toString('hex').toUpperCase()}`;
    const token = randomBytes(48).toString('base64');
    const arn = `arn:aws:sts::000000000000:assumed-role/${role.name}/${session.name}`;
    const context = new Map(session.tags.map(([name, value]) => [`aws:PrincipalTag/${name}`, value]));
    this.#callers.set(accessKey, { arn, role, context, token, expiresAt: session.expiresAt });
    return { accessKey, secret: randomBytes(30).toString('base64'), token, arn };
  }
}

/** The access key of a function's own role: the same at every start, so that it can be said before the function runs. */
export const keyOf = (roleArn: string): string =>
  `AROA${createHash('sha256').update(roleArn).digest('hex').slice(0, 16).toUpperCase()}`;

const read = ({ arn, name, trust, policies }: RoleSpec): Role => ({
  arn,
  name,
  trust: readPolicy(trust, `role ${name}, trust`),
  policies: policies.map((policy) => readPolicy(policy, `role ${name}`)),
});

export const may = ({ role, context }: Caller, action: string, resource: string, more: RequestContext = new Map()): boolean =>
  isAllowed(role.policies, { action, resource, context: new Map([...context, ...more]) });

export const trusts = (role: Role, by: Caller, action: string, context: RequestContext): boolean =>
  isAllowed([role.trust], { action, resource: role.arn, principal: by.role.arn, context });
