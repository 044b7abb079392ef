import { createHmac } from 'node:crypto';
import { DynamoDBClient, ListTablesCommand, paginateScan, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { Webhook } from 'standardwebhooks';
import { type Client, newTenant, signIn } from './client.ts';
import { checked } from './contract.ts';
import { Desk, type Story } from './desk.ts';
import type { Received } from './endpoint.ts';

/** What the stories of followers' and vaults' owners share: one platform, its manager, and a client. */
export const desk = new Desk();
/** Paths of endpoints that do not answer 200; 0 cuts the connection, undefined is silent for longer than anybody waits. */
export const moods = new Map<string, number | undefined>();
let client: Client | undefined;
export const carla = (): Client => client as Client;

export async function open(): Promise<void> {
  await desk.share();
  desk.endpoints.answer = async (path) => {
    if (!moods.has(path)) return 200;
    const status = moods.get(path);
    if (status === undefined) await new Promise((r) => setTimeout(r, 9000));
    return status ?? 200;
  };
  client = checked((await newTenant(api(), 'client', 'carla')).client, desk.contractFaults);
}

export const api = (): string => desk.info?.api ?? '';
/** A person of role follower. */
export const person = (story: Story, name: string): Promise<Client> =>
  signIn(api(), { sub: `self ${name}`, tenant_id: desk.tenantId, role: 'follower', follower_id: story.id(name) });

type Item = Readonly<Record<string, { readonly S?: string }>>;
const dynamo = (): DynamoDBClient => {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return new DynamoDBClient({ endpoint: desk.info?.dynamodb ?? '', region: 'us-east-1', credentials });
};

export async function stored(): Promise<{ TableName: string; items: Item[] }> {
  const { TableNames: [TableName = ''] = [] } = await dynamo().send(new ListTablesCommand());
  const items: Item[] = [];
  for await (const { Items = [] } of paginateScan({ client: dynamo() }, { TableName })) items.push(...(Items as Item[]));
  return { TableName, items };
}
/** Changes a follower's row behind the platform's back: what no caller can do, and time alone does. */
export async function forge(followerId: string, UpdateExpression: string, value: object): Promise<void> {
  const { TableName, items } = await stored();
  const row = items.find((i) => i['follower_id']?.S === followerId && i['pk']?.S?.includes('#S#'));
  const Key = { pk: { S: row?.['pk']?.S ?? '' }, sk: { S: row?.['sk']?.S ?? '' } };
  const ExpressionAttributeValues = { ':v': value as { S: string } };
  await dynamo().send(new UpdateItemCommand({ TableName, Key, UpdateExpression, ExpressionAttributeValues }));
}

/** Which of some secrets a delivery's two signature sets hold under, in the order of the signatures. */
export function signedBy({ headers, raw }: Received, secrets: Readonly<Record<string, string>>): [string[], string[]] {
  const at = String(headers['x-vanta-timestamp']);
  const named = Object.entries(secrets);
  const hex = (secret: string) => {
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
    return `sha256=${createHmac('sha256', key).update(`${at}.${raw}`).digest('hex')}`;
  };
  const ours = String(headers['x-vanta-signature']).split(',');
  const theirs = String(headers['webhook-signature']).split(' ');
  const holds = (secret: string, signature: string) => {
    const given = { id: headers['webhook-id'], timestamp: at, signature };
    try {
      new Webhook(secret).verify(
        raw,
        Object.fromEntries(Object.entries(given).map(([name, value]) => [`webhook-${name}`, String(value)])),
      );
      return true;
    } catch {
      // The library throws where a signature does not hold; that is the question.
      return false;
    }
  };
  return [
    ours.map((signature) => named.find(([, secret]) => hex(secret) === signature)?.[0] ?? 'nobody'),
    theirs.map((signature) => named.find(([, secret]) => holds(secret, signature))?.[0] ?? 'nobody'),
  ];
}
export const newest = (story: Story, name: string): Received => story.heard(name).at(-1) as Received;
