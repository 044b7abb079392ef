import { randomUUID } from 'node:crypto';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { Input, OperationId } from '../../../client/src/index.ts';
import { Client, newTenant, personOf, type Reply, replyOf, signIn } from './client.ts';
import { checked } from './contract.ts';
import { Endpoints, type Received, until } from './endpoint.ts';
import { type LocalInfo, Platform, type ShareName } from './platform.ts';

export interface ChildRecord {
  readonly follower_order_id: string;
  readonly manager_order_id: string | null;
  readonly kind: 'order' | 'cancel' | 'sync' | 'flatten' | 'resend' | 'revert' | 'fixup';
  readonly cancels?: string;
  readonly seq: number;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly qty: string;
  readonly state: string;
  readonly code?: string;
  readonly unknown: boolean;
  readonly attempts: number;
  readonly sizing: { readonly target: string; readonly want: string; readonly told: string };
}
export interface OrderRecord {
  readonly manager_order_id: string;
  readonly seq: number;
  readonly kind: 'order' | 'cancel';
  readonly state: string;
  readonly canceled_by?: string;
  readonly filled_qty?: string;
  readonly position_after: string;
  readonly shards: number;
  readonly shards_done: number;
  readonly progress: Readonly<Record<string, number>>;
}
export interface Placed {
  readonly manager_order_id: string;
  readonly seq: number;
  readonly code?: string;
}
export interface FollowerRecord {
  readonly follower_id: string;
  readonly status: string;
  readonly code?: string;
}

/** Stories put bodies together from parts, wrong ones too; the platform is what judges them. */
type BodyOf<Id extends OperationId> = Input<Id> extends { readonly body?: infer B } ? Exclude<B, undefined> : never;

const openStates = ['planned', 'sent', 'retry'];
export const signedOf = ({ side, qty }: { side: string; qty: string }): number => (side === 'buy' ? 1 : -1) * Number(qty);

/** A local platform, one manager, its endpoints' server, and what is wrong with answers or signatures: what a story needs. */
export class Desk {
  readonly platform = new Platform();
  readonly endpoints = new Endpoints();
  readonly contractFaults = new Set<string>();
  private signedIn: { client: Client; tenant_id: string } | undefined;
  info: LocalInfo | undefined;

  async open(...options: string[]): Promise<void> {
    this.info = await this.platform.start('--no-rate-limit', ...options);
    await this.sit();
  }
  /** At a platform that stories share. */
  async share(name: ShareName = 'quick'): Promise<void> {
    this.info = await this.platform.share(name);
    await this.sit();
  }
  private async sit(): Promise<void> {
    await this.endpoints.listen();
    const { client, tenant_id } = await newTenant(this.info?.api ?? '', 'manager', 'mia');
    this.signedIn = { client: checked(client, this.contractFaults), tenant_id };
  }
  /** The manager again on a platform that was started again. */
  async reopen(...options: string[]): Promise<void> {
    this.info = await this.platform.start('--no-rate-limit', ...options);
    const client = await signIn(this.info.api, { sub: personOf('mia'), tenant_id: this.tenantId, role: 'owner' });
    this.signedIn = { client: checked(client, this.contractFaults), tenant_id: this.tenantId };
  }
  get manager(): Client {
    return this.signedIn?.client as Client;
  }
  get tenantId(): string {
    return this.signedIn?.tenant_id ?? '';
  }

  async vault(label: string, settings: Record<string, unknown> = {}): Promise<Story> {
    const body = { label, rails: ['fiat'], ...settings } as BodyOf<'createVault'>;
    const { vault_id } = await this.manager.vanta.createVault({ body });
    return new Story(this, label, vault_id);
  }
  /** Events of VANTA OS, in one call. */
  async put(...events: { type: 'ManagerOrder' | 'ManagerOrderBatch'; detail: unknown }[]): Promise<void> {
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    const bus = new EventBridgeClient({ endpoint: this.info?.bus ?? '', region: 'us-east-1', credentials });
    const Entries = events.map(({ type, detail }) => ({
      EventBusName: this.info?.bus_name,
      Source: 'vanta.os',
      DetailType: type,
      Detail: JSON.stringify(detail),
    }));
    const { FailedEntryCount } = await bus.send(new PutEventsCommand({ Entries }));
    if (FailedEntryCount !== 0) throw new Error(`${FailedEntryCount} events were not taken`);
  }
  /** The same desk with somebody else at it. */
  as(client: Client): Desk {
    return Object.create(this, { manager: { value: checked(client, this.contractFaults) } }) as Desk;
  }
  async close(): Promise<void> {
    await this.platform.stop();
    await this.endpoints.close();
  }
}

/** One vault of a desk. Its followers have names, and each its own path on the endpoints' server. */
export class Story {
  readonly ids = new Map<string, string>();
  readonly vaultId: string;
  private readonly desk: Desk;
  private readonly label: string;
  private sent = 0;
  private newest = '';
  constructor(desk: Desk, label: string, vaultId: string) {
    this.desk = desk;
    this.label = label;
    this.vaultId = vaultId;
  }

  private get vanta(): Client['vanta'] {
    return this.desk.manager.vanta;
  }
  private follower = (name: string) => ({ follower_id: this.id(name) });
  path = (name: string): string => `${this.label}-${name}`;
  id = (name: string): string => this.ids.get(name) ?? `nobody is called ${name}`;

  async join(name: string, settings: Record<string, unknown> = {}, key: string = randomUUID()): Promise<Reply<FollowerRecord>> {
    const { endpoints } = this.desk;
    const body = { mode: 'proportional', scale: '1', webhook: { url: endpoints.url(this.path(name)) }, ...settings };
    const made = await replyOf<FollowerRecord & { signing_secret: string }>(
      this.vanta.call('createFollower', {
        path: { vault_id: this.vaultId },
        body: body as BodyOf<'createFollower'>,
        idempotencyKey: key,
      }),
    );
    if (made.status !== 201) return made;
    endpoints.secrets.set(this.path(name), made.body.signing_secret);
    this.ids.set(name, made.body.follower_id);
    return made;
  }
  change = (name: string, patch: Record<string, unknown>): Promise<Reply<FollowerRecord>> =>
    replyOf(this.vanta.call('updateFollower', { path: this.follower(name), body: patch as BodyOf<'updateFollower'> }));
  leave = (name: string, positions?: 'keep' | 'flatten', key: string = randomUUID()): Promise<Reply<FollowerRecord>> => {
    const query = positions === undefined ? {} : { query: { positions } };
    return replyOf(this.vanta.call('deleteFollower', { path: this.follower(name), idempotencyKey: key, ...query }));
  };
  status = async (name: string): Promise<string> => (await this.vanta.getFollower({ path: this.follower(name) })).status;

  orderBody(side: 'buy' | 'sell', qty: number, more: Record<string, unknown> = {}): Record<string, unknown> {
    this.sent += 1;
    const what = { external_id: `${this.label}-${this.sent}`, symbol: 'IBM', side, qty: String(qty), order_type: 'market' };
    return { ...what, time_in_force: 'day', ref_price: '10', ts: new Date().toISOString(), ...more };
  }
  place = (body: Record<string, unknown>, headers?: Record<string, string>): Promise<Reply<Placed>> =>
    replyOf(
      this.vanta.call('createManagerOrder', {
        path: { vault_id: this.vaultId },
        body: body as BodyOf<'createManagerOrder'>,
        ...(headers === undefined ? {} : { headers }),
      }),
    );
  async order(side: 'buy' | 'sell', qty: number, more: Record<string, unknown> = {}): Promise<Placed> {
    const placed = await this.place(this.orderBody(side, qty, more));
    if (placed.status !== 202) throw new Error(`order: ${placed.status} ${JSON.stringify(placed.body)}`);
    this.newest = placed.body.manager_order_id;
    return placed.body;
  }
  tryCancel = (orderId: string, body: unknown = {}, key: string = randomUUID()): Promise<Reply<Placed>> =>
    replyOf(
      this.vanta.call('cancelManagerOrder', {
        path: { manager_order_id: orderId },
        body: body as BodyOf<'cancelManagerOrder'>,
        idempotencyKey: key,
      }),
    );
  async cancel({ manager_order_id }: Placed, filled?: number): Promise<Placed> {
    const done = await this.tryCancel(manager_order_id, filled === undefined ? {} : { filled_qty: String(filled) });
    if (done.status !== 202) throw new Error(`cancel: ${done.status} ${JSON.stringify(done.body)}`);
    this.newest = done.body.manager_order_id;
    return done.body;
  }

  async orders(): Promise<OrderRecord[]> {
    const { items } = await this.vanta.listManagerOrders({ query: { vault_id: this.vaultId, limit: 200 } });
    return items as OrderRecord[];
  }
  /** Waits until nothing is under way: every entry worked off, no child planned, on its way or in retry. */
  async settled(ms = 30_000): Promise<void> {
    const done = (o: OrderRecord) => o.shards_done === o.shards && openStates.every((s) => (o.progress[s] ?? 0) === 0);
    // The newest entry first: many of these waits run beside each other, and the whole list costs the platform more.
    const newest = async () =>
      done((await this.vanta.getManagerOrder({ path: { manager_order_id: this.newest } })) as OrderRecord);
    const all = async () => (this.newest === '' || (await newest())) && (await this.orders()).every(done);
    await until(all, `${this.label}: all worked off`, ms, 150);
  }

  async children(name: string): Promise<ChildRecord[]> {
    return (await this.vanta.listFollowerOrders({ query: { ...this.follower(name), limit: 200 } })).items;
  }
  /** The child of an entry of the vault's log. */
  async child(name: string, { seq }: Pick<Placed, 'seq'>): Promise<ChildRecord | undefined> {
    return (await this.children(name)).find((c) => c.seq === seq && (c.kind === 'order' || c.kind === 'cancel'));
  }
  /** What was asked for one follower alone. */
  asked = async (name: string): Promise<ChildRecord[]> =>
    (await this.children(name)).filter((c) => c.kind === 'sync' || c.kind === 'flatten');
  /** Waits for the child's state, and gives it. */
  async reaches(name: string, placed: Pick<Placed, 'seq'>, state: string, ms = 30_000): Promise<ChildRecord> {
    let last: ChildRecord | undefined;
    const reached = async () => {
      last = await this.child(name, placed);
      return last?.state === state;
    };
    await until(reached, `${this.path(name)} at ${placed.seq}: ${state}`, ms, 150).catch((error: Error) => {
      throw new Error(`${error.message}, it is ${last?.state}`, { cause: error });
    });
    return last as ChildRecord;
  }
  async deadLetters(): Promise<string[]> {
    const letters: string[] = [];
    for await (const letter of this.vanta.iterate.listDeadLetters()) {
      if (letter.vault_id === this.vaultId) letters.push(letter.follower_order_id);
    }
    return letters;
  }

  settle = (childId: string, happened: boolean): Promise<Reply<ChildRecord>> =>
    replyOf(this.vanta.call('settleFollowerOrder', { path: { follower_order_id: childId }, body: { happened } }));
  redrive = (childId: string): Promise<Reply<ChildRecord>> =>
    replyOf(this.vanta.call('redriveDeadLetter', { path: { follower_order_id: childId } }));
  /** A fill report, signed with the follower's secret. */
  report(name: string, childId: string, fill: Record<string, unknown>): Promise<Reply<ChildRecord>> {
    const body = { fill_id: randomUUID(), price: '10', ts: new Date().toISOString(), ...fill } as BodyOf<'reportFill'>;
    const secret = this.desk.endpoints.secrets.get(this.path(name)) ?? '';
    const { vanta } = new Client(this.desk.info?.api ?? '');
    return replyOf(vanta.call('reportFill', { path: { follower_order_id: childId }, body, secret }));
  }

  heard = (name: string, endpoints: Endpoints = this.desk.endpoints): Received[] => endpoints.of(this.path(name));
  /** What the endpoint took: each delivery that it answered with 2xx, once. */
  took = (name: string, endpoints?: Endpoints): Received[] => [
    ...new Map(
      this.heard(name, endpoints)
        .filter((r) => r.status === 200)
        .map((r) => [r.delivery, r]),
    ).values(),
  ];
  /** What it took, as "seq buy 3 -> 13" and for a cancel "seq cancel ...". */
  lines = (name: string, endpoints?: Endpoints): string[] =>
    this.took(name, endpoints).map(
      ({ body: b }) => `${b.seq}${b.type === 'cancel' ? ' cancel' : ''} ${b.side} ${b.qty} -> ${b.position_after}`,
    );
  /** The sum of what it took of a symbol. */
  holds = (name: string, symbol = 'IBM', endpoints?: Endpoints): number =>
    this.took(name, endpoints)
      .filter((r) => r.body.symbol === symbol)
      .reduce((sum, r) => sum + signedOf(r.body), 0);
}
