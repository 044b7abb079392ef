import { VantaConnectionError, VantaError } from '../../client/src/index.ts';

/** What a script may rely on (README). */
export const exitCodes = {
  ok: 0,
  refused: 1,
  usage: 2,
  notSignedIn: 3,
  notFound: 4,
  conflict: 5,
  rateLimited: 6,
  failed: 7,
  interrupted: 130,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** A problem that this program found by itself; `code` is for programs, as the API's codes are. */
export class CliError extends Error {
  readonly exitCode: ExitCode;
  readonly code: string;
  constructor(exitCode: ExitCode, code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CliError';
    this.exitCode = exitCode;
    this.code = code;
  }
}

export const usage = (message: string): CliError => new CliError(exitCodes.usage, 'usage', message);
export const notSignedIn = (message: string): CliError => new CliError(exitCodes.notSignedIn, 'not_signed_in', message);

/** Why a signal was given: somebody pressed Ctrl-C. */
export class Interrupted extends Error {}

/** How a command ended badly: what the process ends with, what people read, and what programs read. */
export interface Failure {
  readonly exitCode: ExitCode;
  readonly lines: readonly string[];
  readonly problem: Readonly<Record<string, unknown>>;
}

export function failureOf(error: unknown): Failure {
  if (error instanceof Interrupted) return plain(exitCodes.interrupted, 'interrupted', 'interrupted');
  if (error instanceof CliError) return plain(error.exitCode, error.code, error.message);
  if (error instanceof VantaError) return refusal(error);
  if (error instanceof VantaConnectionError) return plain(exitCodes.failed, 'no_answer', error.message);
  const message = error instanceof Error ? error.message : String(error);
  return plain(exitCodes.failed, 'failed', message);
}

const plain = (exitCode: ExitCode, code: string, detail: string): Failure => ({
  exitCode,
  lines: [`vanta: ${code === 'usage' || code === detail ? '' : `${code}: `}${detail}`],
  problem: { type: 'about:blank', title: code.replaceAll('_', ' '), detail, code },
});

function refusal(error: VantaError): Failure {
  const { status, code, detail, requestId, errors, attempts, retryAfterSeconds } = error;
  const asked = attempts > 1 ? [`after ${attempts} tries`] : [];
  const later = retryAfterSeconds === undefined ? [] : [`try again in ${Math.ceil(retryAfterSeconds)} s`];
  const request = requestId === undefined ? [] : [`request ${requestId}`];
  return {
    exitCode: exitCodeOf(status),
    lines: [
      `vanta: ${code}: ${detail} (${[String(status), ...asked, ...later, ...request].join(', ')})`,
      ...errors.map((e) => `  ${e.pointer || '/'}: ${e.detail}`),
    ],
    // The document as it came; what API Gateway answers by itself lacks the names that scripts read.
    problem: {
      ...error.problem,
      status,
      code,
      detail,
      ...(requestId === undefined ? {} : { request_id: requestId }),
    },
  };
}

const byStatus: Readonly<Record<number, ExitCode>> = {
  401: exitCodes.notSignedIn,
  404: exitCodes.notFound,
  408: exitCodes.failed,
  409: exitCodes.conflict,
  412: exitCodes.conflict,
  425: exitCodes.failed,
  429: exitCodes.rateLimited,
};

/** An answer's status as an exit code: all of 2xx and 3xx is fine. */
export function exitCodeOf(status: number): ExitCode {
  if (status < 400) return exitCodes.ok;
  return byStatus[status] ?? (status < 500 ? exitCodes.refused : exitCodes.failed);
}
