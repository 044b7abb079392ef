/**
 * List prices in USD, without free tiers, volume discounts and taxes. Region us-east-1. Written down 2026-11-23 from stored
 * copies of AWS's pricing pages and of articles that quote them (DynamoDB on demand since November 2024); AWS changes prices
 * without notice: whoever needs the bill reads the pages named here again.
 */
export const prices = {
  asOf: '2026-11-23',
  region: 'us-east-1',
  sources: [
    'aws.amazon.com/dynamodb/pricing/on-demand',
    'aws.amazon.com/sqs/pricing',
    'aws.amazon.com/lambda/pricing',
    'aws.amazon.com/cloudwatch/pricing',
    'aws.amazon.com/ec2/pricing/on-demand (data transfer)',
  ],
  /** On demand, standard table class. */
  writeUnit: 0.625e-6,
  readUnit: 0.125e-6,
  sqsFifoRequest: 0.5e-6,
  sqsStandardRequest: 0.4e-6,
  lambdaRequest: 0.2e-6,
  /** arm64, first tier. */
  lambdaGbSecond: 13.3334e-6,
  logGb: 0.5,
  /** To the internet, first 10 TB of a month. */
  dataOutGb: 0.09,
} as const;

/** What the in-process run cannot measure and a Lambda's duration depends on; the same for all that are compared. */
export const assumed = { awsCallMs: 5, endpointMs: 100 } as const;

const gb = 1e9;

export interface Billed {
  readonly readUnits: number;
  readonly writeUnits: number;
  readonly sqsFifoRequests: number;
  readonly sqsStandardRequests: number;
  readonly lambdaRequests: number;
  readonly lambdaGbSeconds: number;
  readonly logBytes: number;
  readonly bytesOut: number;
}

export const usdOf = (b: Billed): number =>
  b.readUnits * prices.readUnit +
  b.writeUnits * prices.writeUnit +
  b.sqsFifoRequests * prices.sqsFifoRequest +
  b.sqsStandardRequests * prices.sqsStandardRequest +
  b.lambdaRequests * prices.lambdaRequest +
  b.lambdaGbSeconds * prices.lambdaGbSecond +
  (b.logBytes / gb) * prices.logGb +
  (b.bytesOut / gb) * prices.dataOutGb;
