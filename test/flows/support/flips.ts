import { randomUUID } from 'node:crypto';
import type { Reply } from './client.ts';
import type { Desk, Story } from './desk.ts';
import { until } from './endpoint.ts';

export interface OverlayReply {
  readonly overlay_id: string;
  readonly kind: string;
  readonly status: string;
  readonly follower_id?: string;
  readonly starts_at: string;
  readonly expires_at: string;
  readonly ended_at?: string;
  readonly cause?: string;
  readonly reverted_at?: string;
  readonly code?: string;
}

/** A policy that lets stories end before their readers do. */
export const shortFlips = { flip_policy: { min_ttl_s: 5, max_ttl_s: 120, max_amplify: '1' } };

/** What a story does with the overlays of its vault. */
export class Overlays {
  private readonly desk: Desk;
  private readonly story: Story;
  constructor(desk: Desk, story: Story) {
    this.desk = desk;
    this.story = story;
  }

  ask = (body: unknown): Promise<Reply<OverlayReply>> =>
    this.desk.manager.post<OverlayReply>(`/v1/vaults/${this.story.vaultId}/overlay`, body);

  async start(body: unknown): Promise<OverlayReply> {
    const reply = await this.ask(body);
    if (reply.status !== 201) throw new Error(`overlay: ${reply.status} ${JSON.stringify(reply.body)}`);
    return reply.body;
  }
  /** A flip of one follower, or of the whole vault. */
  flip = (ttl_seconds: number, name?: string, amplify = '0.5'): Promise<OverlayReply> =>
    this.start({ kind: 'flip', amplify, ttl_seconds, ...(name === undefined ? {} : { follower_id: this.story.id(name) }) });

  end = (overlayId: string): Promise<Reply<OverlayReply>> =>
    this.desk.manager.call<OverlayReply>('DELETE', `/v1/vaults/${this.story.vaultId}/overlays/${overlayId}`, undefined, {
      'idempotency-key': randomUUID(),
    });

  async read(overlayId: string): Promise<OverlayReply | undefined> {
    const { body } = await this.desk.manager.get<{ items: OverlayReply[] }>(
      `/v1/vaults/${this.story.vaultId}/overlays?limit=200`,
    );
    return body.items.find((o) => o.overlay_id === overlayId);
  }

  /** Waits until a flip's extra was taken back everywhere, and gives its record. */
  async reverted(overlayId: string, ms = 30_000): Promise<OverlayReply> {
    let last: OverlayReply | undefined;
    const done = async () => {
      last = await this.read(overlayId);
      return last?.status === 'reverted';
    };
    await until(done, `${overlayId} reverted`, ms, 150).catch((error: Error) => {
      throw new Error(`${error.message}, it is ${JSON.stringify(last)}`, { cause: error });
    });
    return last as OverlayReply;
  }
}

/** How long after its end a flip was reverted, in ms. */
export function lagOf({ expires_at, ended_at, reverted_at }: OverlayReply): number {
  const end = ended_at !== undefined && ended_at < expires_at ? ended_at : expires_at;
  return Date.parse(reverted_at ?? '') - Date.parse(end);
}
