import { Refusal } from '../../../shared/kit/refusal.ts';

/** The death of a process that a test has planned, before a call or after it. */
export class Died extends Error {
  constructor(when: 'before' | 'after') {
    super(`died ${when}`);
  }
}

/** Work that may end with the planned death. Any other error is one, and fails the test. */
export async function mayDie(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof Died)) throw error;
  }
}

/** As `mayDie`, for a wish that may also be refused. */
export const mayDieOrBeRefused = (work: Promise<unknown>): Promise<void> =>
  mayDie(
    work.catch((error: unknown) => {
      if (!(error instanceof Refusal)) throw error;
    }),
  );
