import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectLockRetention, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { AuditLock, StageRow } from '../stages.ts';

/**
 * The audit log's bucket: what is written stays, for its lock's time also against the account's administrators.
 * Who reads or writes it is logged into a second bucket, since objects under a default lock cannot receive access logs.
 */
export class AuditBucket extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, props: { readonly row: StageRow; readonly key: IKey | undefined }) {
    super(scope, id);
    const { data } = props.row;
    const common = {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      removalPolicy: data.protect ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    };
    const accessLogs = new Bucket(this, 'AccessLogs', {
      ...common,
      encryption: BucketEncryption.S3_MANAGED,
      lifecycleRules: [{ expiration: Duration.days(data.accessLogDays) }],
    });
    this.bucket = new Bucket(this, 'Bucket', {
      ...common,
      versioned: true,
      objectLockEnabled: true,
      objectLockDefaultRetention: retentionOf(data.auditLock),
      encryption: props.key === undefined ? BucketEncryption.S3_MANAGED : BucketEncryption.KMS,
      encryptionKey: props.key,
      bucketKeyEnabled: props.key !== undefined,
      serverAccessLogsBucket: accessLogs,
      serverAccessLogsPrefix: 'audit/',
    });
  }
}

function retentionOf(lock: AuditLock): ObjectLockRetention | undefined {
  if (lock === 'none') return undefined;
  const duration = Duration.days(lock.days);
  return lock.mode === 'compliance' ? ObjectLockRetention.compliance(duration) : ObjectLockRetention.governance(duration);
}
