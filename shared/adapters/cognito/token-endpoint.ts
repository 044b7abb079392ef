import { z } from 'zod';
import { type IssuerAnswer, tokenAnswer } from '../../domain/tenants/token.ts';
import { readJson } from '../../kit/json.ts';

/** What a token endpoint answers besides ours is not ours to pass on. */
const answered = z.object(tokenAnswer.shape);
const refused = z.object({ error: z.string(), error_description: z.string().default('') });

/**
 * The token endpoint of the user pool's domain (Cognito developer guide, token endpoint). A client with a secret proves it by
 * HTTP Basic. Whatever is not an answer in time and in OAuth's form is `unavailable`; nothing of either side is logged.
 */
export function tokenEndpoint(domainUrl: string, timeoutMs: number) {
  return async ({ client_secret, ...fields }: Readonly<Record<string, string>>): Promise<IssuerAnswer> => {
    const basic = client_secret === undefined ? undefined : basicOf(fields['client_id'] ?? '', client_secret);
    const answer = await fetch(`${domainUrl}/oauth2/token`, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        ...(basic === undefined ? {} : { authorization: basic }),
      },
      body: new URLSearchParams(fields).toString(),
      signal: AbortSignal.timeout(timeoutMs),
    })
      .then(async (given) => ({ status: given.status, value: readJson(await given.text()) }))
      // Refused, reset, too late: all the same to who asked.
      .catch(() => undefined);
    return answer === undefined ? { kind: 'unavailable' } : read(answer.status, answer.value);
  };
}

function read(status: number, value: unknown): IssuerAnswer {
  if (status === 200) {
    const tokens = answered.safeParse(value);
    return tokens.success ? { kind: 'tokens', tokens: tokens.data } : { kind: 'unavailable' };
  }
  const no = status === 400 || status === 401 ? refused.safeParse(value) : undefined;
  if (no?.success !== true) return { kind: 'unavailable' };
  return { kind: 'refused', error: no.data.error, description: no.data.error_description };
}

/** RFC 6749, 2.3.1: both parts are form-encoded first. */
const basicOf = (id: string, secret: string): string =>
  `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`;
