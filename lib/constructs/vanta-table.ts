import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, StreamViewType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { tableSchema } from '../../shared/wiring/table.ts';
import type { StageRow } from '../stages.ts';

/** The one table (ARCHITECTURE 3): on demand, streamed, recoverable to any second of the last 35 days. */
export function vantaTable(scope: Construct, { data }: StageRow, key: IKey | undefined): Table {
  const { warmThroughput } = data;
  return new Table(scope, 'Table', {
    partitionKey: { name: tableSchema.partitionKey, type: AttributeType.STRING },
    sortKey: { name: tableSchema.sortKey, type: AttributeType.STRING },
    timeToLiveAttribute: tableSchema.ttl,
    billingMode: BillingMode.PAY_PER_REQUEST,
    stream: StreamViewType.NEW_AND_OLD_IMAGES,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection: data.protect,
    removalPolicy: data.protect ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    encryption: key === undefined ? undefined : TableEncryption.CUSTOMER_MANAGED,
    encryptionKey: key,
    warmThroughput:
      warmThroughput === 'default'
        ? undefined
        : { readUnitsPerSecond: warmThroughput.readUnits, writeUnitsPerSecond: warmThroughput.writeUnits },
  });
}
