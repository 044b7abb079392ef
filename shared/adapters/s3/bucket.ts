import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';

export interface Bucket {
  readonly client: S3Client;
  readonly name: string;
}

/** Path-style addresses, because a local server has no name of its own per bucket; AWS takes both. */
export const openBucket = (name: string): Bucket => ({ client: new S3Client({ maxAttempts: 3, forcePathStyle: true }), name });

/** Stores text. The SDK adds the checksum that a bucket with Object Lock asks for (Amazon S3 user guide, Object Lock). */
export async function putText(bucket: Bucket, key: string, text: string, contentType: string): Promise<void> {
  await bucket.client.send(
    new PutObjectCommand({ Bucket: bucket.name, Key: key, Body: text, ContentType: contentType, ChecksumAlgorithm: 'SHA256' }),
  );
}
