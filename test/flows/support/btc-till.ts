import { createHmac } from 'node:crypto';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { keys } from '../../../shared/adapters/dynamo/keys.ts';
import type { LocalInfo } from './platform.ts';

export interface Told {
  readonly status?: string;
  readonly additional_status?: string;
}

/** The BTCPay Server of a local platform, as a payer, its merchant and the chain see it. */
export class BtcTill {
  readonly #control: string;
  readonly #api: string;
  readonly #url: string;
  readonly #table: DynamoDBDocumentClient;
  constructor({ btcpay, function_urls, dynamodb }: LocalInfo) {
    if (btcpay.control === undefined) throw new Error('the platform has no simulator of BTCPay Server');
    this.#control = btcpay.control;
    this.#api = btcpay.api;
    this.#url = function_urls.btcpay;
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    this.#table = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint: dynamodb, region: 'us-east-1', credentials }));
  }

  async tell<T = Told>(path: string, body: unknown): Promise<T> {
    const answer = await fetch(`${this.#control}/sim/${path}`, { method: 'POST', body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  /** What the merchant does by hand on the server's own page. */
  async mark(invoiceId: string, status: 'Settled' | 'Invalid'): Promise<void> {
    const url = `${this.#api}/api/v1/stores/local/invoices/${invoiceId}/status`;
    const headers = { authorization: 'token btcpay_local', 'content-type': 'application/json' };
    const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ status }) });
    if (!answer.ok) throw new Error(`mark ${status}: ${answer.status} ${await answer.text()}`);
  }

  /** A webhook that somebody else sends. */
  async post(body: string, signature?: string): Promise<number> {
    const headers = { 'content-type': 'application/json', ...(signature === undefined ? {} : { 'btcpay-sig': signature }) };
    return (await fetch(this.#url, { method: 'POST', headers, body })).status;
  }

  sign = (body: string, secret = 'btcpay_whsec_local'): string =>
    `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

  async #tableName(): Promise<string> {
    const { TableNames = [] } = await this.#table.send(new ListTablesCommand({}));
    return TableNames[0] ?? '';
  }

  async item(key: { pk: string; sk: string }): Promise<Record<string, unknown> | undefined> {
    const { Item } = await this.#table.send(
      new GetCommand({ TableName: await this.#tableName(), Key: key, ConsistentRead: true }),
    );
    return Item;
  }

  /** What was paid first was paid at another time: the one thing that a story cannot wait for. */
  async paidAt(tenantId: string, at: string): Promise<void> {
    await this.#table.send(
      new UpdateCommand({
        TableName: await this.#tableName(),
        Key: keys.btcAccount(tenantId),
        UpdateExpression: 'SET grants[0].#at = :at',
        ExpressionAttributeNames: { '#at': 'at' },
        ExpressionAttributeValues: { ':at': at },
      }),
    );
  }
}
