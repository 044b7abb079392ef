import { type Consistency, type Image, readUnits, sqsRequests, writeUnits } from './units.ts';

/** What one DynamoDB call touched, as the server saw it. */
export interface TableCall {
  readonly action: string;
  readonly consistency: Consistency;
  /** Bytes read: one number per item of a Get or BatchGet, one for all items of a Query. */
  readonly reads: readonly number[];
  /** Items written or checked, whether or not the conditions held. */
  readonly writes: readonly Image[];
  /** True when a condition failed: nothing was written. */
  readonly failed: boolean;
}

/** A reading: all that was counted since the last reset. */
export interface Reading {
  readonly calls: Readonly<Record<string, number>>;
  readonly readUnits: number;
  readonly writeUnits: number;
  readonly failedConditions: number;
  readonly sqsFifoRequests: number;
  readonly sqsStandardRequests: number;
  readonly invocations: number;
  readonly deliveries: number;
  readonly bytesOut: number;
  readonly logBytes: number;
}

const zero = {
  readUnits: 0,
  writeUnits: 0,
  failedConditions: 0,
  sqsFifoRequests: 0,
  sqsStandardRequests: 0,
  invocations: 0,
  deliveries: 0,
  bytesOut: 0,
  logBytes: 0,
};

/** Counts at the boundary of the SDK: what leaves the process, by AWS's rules of billing. */
export class Meter {
  #calls: Record<string, number> = {};
  #counts = { ...zero };

  table({ action, consistency, reads, writes, failed }: TableCall): void {
    this.call(`dynamodb:${action}`);
    for (const bytes of reads) this.#counts.readUnits += readUnits(bytes, consistency);
    for (const image of writes) this.#counts.writeUnits += writeUnits(image, consistency === 'transaction');
    if (failed) this.#counts.failedConditions += 1;
  }

  /** A call to SQS; `payloadBytes` is what its messages weigh together. */
  queue(action: string, payloadBytes: number, fifo: boolean): void {
    this.call(`sqs:${action}`);
    this.poller(payloadBytes, fifo);
  }

  /** Requests that Lambda's pollers make for a function: billed, but no call of our SDK. */
  poller(payloadBytes: number, fifo: boolean): void {
    this.#counts[fifo ? 'sqsFifoRequests' : 'sqsStandardRequests'] += sqsRequests(payloadBytes);
  }

  call(name: string): void {
    this.#calls[name] = (this.#calls[name] ?? 0) + 1;
  }

  invocation(): void {
    this.#counts.invocations += 1;
  }

  delivery(bytes: number): void {
    this.#counts.deliveries += 1;
    this.#counts.bytesOut += bytes;
  }

  logged(bytes: number): void {
    this.#counts.logBytes += bytes;
  }

  reset(): void {
    this.#calls = {};
    this.#counts = { ...zero };
  }

  read(): Reading {
    return { calls: { ...this.#calls }, ...this.#counts };
  }
}

export const callsOf = ({ calls }: Pick<Reading, 'calls'>): number => Object.values(calls).reduce((sum, n) => sum + n, 0);
