import { randomUUID } from 'node:crypto';
import { type Caller, type Credentials, may, type Role, type Roles, trusts } from '../iam/roles.ts';

/** An answer in the AWS query protocol. */
export interface QueryAnswer {
  readonly status: number;
  readonly xml: string;
}

class StsError extends Error {
  readonly code: string;
  readonly status: number;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

const namespace = 'https://sts.amazonaws.com/doc/2011-06-15/';

/** STS's AssumeRole: checks form, the caller's policy and the role's trust, and hands out credentials for role and tags. */
export function createSts(roles: Roles) {
  return (form: URLSearchParams, credentials: Credentials): QueryAnswer => {
    try {
      const caller = roles.caller(credentials, Date.now());
      if (typeof caller === 'string') throw new StsError(403, 'InvalidClientTokenId', 'The security token is invalid.');
      if (form.get('Action') !== 'AssumeRole') throw new StsError(400, 'InvalidAction', `no action ${form.get('Action')}`);
      return { status: 200, xml: assumeRole(roles, caller, form) };
    } catch (error) {
      if (!(error instanceof StsError)) throw error;
      const { code, message, status } = error;
      const fault = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${escaped(message)}</Message></Error>`;
      return {
        status,
        xml: `<ErrorResponse xmlns="${namespace}">${fault}<RequestId>${randomUUID()}</RequestId></ErrorResponse>`,
      };
    }
  };
}

function assumeRole(roles: Roles, caller: Caller, form: URLSearchParams): string {
  const arn = form.get('RoleArn') ?? '';
  const name = form.get('RoleSessionName') ?? '';
  if (!/^[\w+=,.@-]{2,64}$/.test(name)) throw invalid('roleSessionName');
  const tags = tagsIn(form);
  const seconds = Number(form.get('DurationSeconds') ?? 3600);
  // A role that takes on another has an hour at most.
  if (!(seconds >= 900 && seconds <= 3600)) throw invalid('durationSeconds');
  const role = roles.role(arn);
  for (const action of tags.length > 0 ? ['sts:AssumeRole', 'sts:TagSession'] : ['sts:AssumeRole'])
    if (role === undefined || !mayTake(caller, role, action, tags)) throw denied(caller, action, arn);
  const expiresAt = Date.now() + seconds * 1000;
  const { accessKey, secret, token, arn: as } = roles.issue(role as Role, { name, tags, expiresAt });
  const user = `<AssumedRoleUser><AssumedRoleId>${accessKey}:${name}</AssumedRoleId><Arn>${as}</Arn></AssumedRoleUser>`;
  const credentials =
    `<Credentials><AccessKeyId>${accessKey}</AccessKeyId><SecretAccessKey>${secret}</SecretAccessKey>` +
    `<SessionToken>${token}</SessionToken><Expiration>${new Date(expiresAt).toISOString()}</Expiration></Credentials>`;
  const metadata = `<ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata>`;
  return `<AssumeRoleResponse xmlns="${namespace}"><AssumeRoleResult>${user}${credentials}</AssumeRoleResult>${metadata}</AssumeRoleResponse>`;
}

type Tags = readonly (readonly [string, string])[];

/** Both sides must agree: what the caller may do, and whom the role trusts. */
function mayTake(caller: Caller, role: Role, action: string, tags: Tags): boolean {
  const asked = new Map<string, string | readonly string[]>(tags.map(([name, value]) => [`aws:RequestTag/${name}`, value]));
  if (tags.length > 0)
    asked.set(
      'aws:TagKeys',
      tags.map(([name]) => name),
    );
  return may(caller, action, role.arn, asked) && trusts(role, caller, action, asked);
}

const tagText = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** `Tags.member.1.Key` and `.Value`, in the form that STS takes (API reference, Tag). */
function tagsIn(form: URLSearchParams): Tags {
  const tags: [string, string][] = [];
  for (let n = 1; form.has(`Tags.member.${n}.Key`); n += 1) {
    const tag: [string, string] = [form.get(`Tags.member.${n}.Key`) ?? '', form.get(`Tags.member.${n}.Value`) ?? ''];
    const [name, value] = tag;
    if (name === '' || name.length > 128 || value.length > 256 || !tagText.test(name) || !tagText.test(value))
      throw invalid(`tags.${n}.member`);
    tags.push(tag);
  }
  if (new Set(tags.map(([name]) => name.toLowerCase())).size !== tags.length || tags.length > 50) throw invalid('tags');
  return tags;
}

const invalid = (what: string): StsError =>
  new StsError(400, 'ValidationError', `1 validation error detected: Value at '${what}' failed to satisfy constraint`);
const denied = ({ arn }: Caller, action: string, resource: string): StsError =>
  new StsError(403, 'AccessDenied', `User: ${arn} is not authorized to perform: ${action} on resource: ${resource}`);
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
