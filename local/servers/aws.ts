import { createServer } from 'node:http';
import { json, text } from 'node:stream/consumers';
import { AwsError } from '../aws-json.ts';
import { credentialsOf } from '../iam/roles.ts';
import type { Action } from './bus.ts';
import type { createSts } from './sts.ts';

type Sts = ReturnType<typeof createSts>;

/**
 * Serves actions of the AWS JSON protocol by the name in X-Amz-Target, such as `AWSEvents.PutEvents`; forms are for STS; those of
 * services with paths of their own by method and path.
 */
export async function startAws(
  actions: Readonly<Record<string, Action>>,
  sts?: Sts,
  rest: Readonly<Record<string, Action>> = {},
): Promise<{ endpoint: string; stop(): Promise<void> }> {
  const server = createServer(async (request, response) => {
    const target = String(request.headers['x-amz-target'] ?? '');
    const answer = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
    try {
      if (sts !== undefined && String(request.headers['content-type']).startsWith('application/x-www-form-urlencoded')) {
        const { status, xml } = sts(new URLSearchParams(await text(request)), credentialsOf(request));
        response.writeHead(status, { 'content-type': 'text/xml' }).end(xml);
        return;
      }
      const action = rest[`${request.method} ${request.url}`] ?? actions[target];
      if (action === undefined)
        throw new AwsError('UnknownOperationException', `the local platform does not have ${target || 'this'}`);
      answer(200, await action((await json(request)) as Record<string, unknown>));
    } catch (error) {
      const code = error instanceof AwsError ? error.code : 'InternalFailure';
      answer(error instanceof AwsError ? 400 : 500, {
        __type: code,
        message: error instanceof Error ? error.message : String(error),
      });
    }
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
