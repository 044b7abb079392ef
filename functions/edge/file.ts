import { gunzipSync } from 'node:zlib';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { sha256Hex } from '../../shared/kit/hash.ts';
import type { ApiEvent, ApiFile } from './request.ts';

/** A file as an answer: compressed for who takes that, and nothing but its tag for who has it. */
export function fileAnswer({ contentType, gzipped, headers }: ApiFile, event: ApiEvent): APIGatewayProxyStructuredResultV2 {
  const etag = `"${sha256Hex(gzipped).slice(0, 32)}"`;
  const common = { ...headers, etag, vary: 'accept-encoding' };
  if (has(event.headers['if-none-match'], etag)) return { statusCode: 304, headers: common };
  const zipped = /(^|[\s,])(gzip|\*)(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i.test(event.headers['accept-encoding'] ?? '');
  return {
    statusCode: 200,
    headers: { ...common, 'content-type': contentType, ...(zipped ? { 'content-encoding': 'gzip' } : {}) },
    body: (zipped ? gzipped : gunzipSync(gzipped)).toString('base64'),
    isBase64Encoded: true,
  };
}

/** If-None-Match compares weakly (RFC 9110, 13.1.2). */
const has = (given: string | undefined, etag: string): boolean =>
  given?.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etag) === true;
