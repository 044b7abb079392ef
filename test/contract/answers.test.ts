import { describe, expect, it } from 'vitest';
import { examples } from '../../shared/domain/contract/examples.ts';
import { faultOf } from './support/answers.ts';

const vault = examples.getVault?.answer as Record<string, unknown>;
const path = `/v1/vaults/${vault['vault_id']}`;
const json = { 'content-type': 'application/json', 'x-request-id': 'r1', etag: '"1"' };
const problemHeaders = { 'content-type': 'application/problem+json', 'x-request-id': 'r1' };
const problem = {
  type: 'urn:vanta:problem:vault_not_found',
  title: 'Not Found',
  status: 404,
  detail: 'There is no such vault.',
  instance: 'urn:vanta:request:r1',
  code: 'vault_not_found',
};
const fault = (status: number, headers: Record<string, string>, body: unknown, at = path) =>
  faultOf('GET', at, { status, headers: new Headers(headers), body });

describe('answers against the document', () => {
  it.each([
    ['a record', 200, json, vault],
    ['a problem', 404, problemHeaders, problem],
    ["API Gateway's own 401", 401, { 'content-type': 'application/json' }, { message: 'Unauthorized' }],
  ])('%s is fine', (_, status, headers, body) => expect(fault(status, headers, body)).toBeUndefined());

  it.each([
    ['a field too many', 200, json, { ...vault, password: 'x' }, 'additional'],
    ['a field too few', 200, json, { ...vault, label: undefined }, 'must have required property'],
    ['a number for a decimal', 200, json, { ...vault, instruments: { AAPL: { increment: 1 } } }, 'string'],
    ['a time that is none', 200, json, { ...vault, created_at: 'yesterdayZ' }, 'date-time'],
    ['no tag', 200, { 'content-type': 'application/json', 'x-request-id': 'r1' }, vault, 'no ETag'],
    ['another status', 201, json, vault, 'no 201'],
    ['another type', 200, { ...json, 'content-type': 'text/html' }, vault, 'no text/html'],
    ['a code of another route', 404, problemHeaders, { ...problem, code: 'follower_not_found' }, 'allowed values'],
    ['a code of another status', 400, problemHeaders, { ...problem, status: 400 }, 'allowed values'],
    ['a problem of another request', 404, problemHeaders, { ...problem, instance: 'urn:vanta:request:r2' }, 'instance'],
    ['a problem without request id', 404, { 'content-type': 'application/problem+json' }, problem, 'X-Request-Id'],
  ])('%s is seen', (_, status, headers, body, says) => {
    expect(fault(status, headers, JSON.parse(JSON.stringify(body)))).toMatch(says);
  });

  it('an answer of no operation is seen, unless it says so', () => {
    const unknown = { ...problem, type: 'urn:vanta:problem:route_not_found', code: 'route_not_found' };
    expect(fault(404, problemHeaders, unknown, '/v1/nothing')).toBeUndefined();
    expect(fault(200, json, vault, '/v1/nothing')).toMatch('no operation');
  });
});
