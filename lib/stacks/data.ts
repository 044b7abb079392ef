import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { ResourceName } from '../../shared/wiring/resources.ts';
import { exportNameOf } from '../acknowledgements.ts';
import { AuditBucket } from '../audit/audit-bucket.ts';
import { billingSecret } from '../billing/billing-secret.ts';
import { dataKey } from '../constructs/data-key.ts';
import type { Shelf } from '../constructs/grants.ts';
import { VantaFunction } from '../constructs/vanta-function.ts';
import { vantaTable } from '../constructs/vanta-table.ts';
import { masterSecret } from '../followers/master-secret.ts';
import type { StageRow } from '../stages.ts';
import { machineClientsOf, People, type PeopleShelf } from '../tenants/people.ts';

/** The resources that this stack shelves for functions. */
export type DataShelf = PeopleShelf & Pick<Shelf, 'table' | 'auditBucket' | 'masterSecret' | 'billingSecret'>;

/** What must never be lost: table, audit bucket, keys, user pool. */
export class DataStack extends Stack {
  readonly table: Table;
  readonly people: People;
  readonly shelf: DataShelf;

  constructor(scope: Construct, id: string, props: StackProps & { readonly row: StageRow }) {
    super(scope, id, props);
    const { row } = props;
    const key = row.data.customerKey ? dataKey(this) : undefined;
    this.table = vantaTable(this, row, key);
    const keyArn = key?.keyArn;
    const table = { value: this.table.tableName, arn: this.table.tableArn, keyArn };
    // Made here and not with the others: the pool names its trigger, and nothing of this stack may wait for a later one.
    const machineClients = machineClientsOf(this, row);
    const preToken = new VantaFunction(this, { name: 'pre-token', row, shelf: { table, machineClients } });
    this.people = new People(this, 'People', { row, preToken: preToken.lambda, machineClients });
    const { bucket } = new AuditBucket(this, 'Audit', { row, key });
    const secret = masterSecret(this, row, key);
    const billing = billingSecret(this, row, key);
    this.shelf = {
      ...this.people.shelf,
      table,
      auditBucket: { value: bucket.bucketName, arn: bucket.arnForObjects('audit/*'), keyArn, finding: this.#objectsOf(bucket) },
      masterSecret: { value: secret.ref, arn: secret.ref, keyArn },
      billingSecret: { value: billing.ref, arn: billing.ref, keyArn },
    } satisfies Partial<Record<ResourceName, unknown>>;
  }

  #objectsOf(bucket: IBucket) {
    const id = `AwsSolutions-IAM5[Resource::${exportNameOf(this, bucket.bucketArn)}/audit/*]`;
    return { id, reason: 'Objects of the trail get their names when they are written' };
  }
}
