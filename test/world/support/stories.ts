import type { Answer, Script } from './endpoints.ts';

export interface FollowerOf {
  readonly name: string;
  readonly scale: string;
  readonly script: Script;
  /** How long its endpoint takes to answer. */
  readonly answerMs?: number;
  /** It belongs to another tenant than the vault. */
  readonly foreign?: true;
}
export interface OrderOf {
  readonly atSeconds: number;
  readonly side: 'buy' | 'sell';
  readonly qty: string;
}
export interface Story {
  readonly followers: readonly FollowerOf[];
  readonly orders: readonly OrderOf[];
  readonly shardSize: number;
  /** In the end somebody says of every unknown child whether it happened. */
  readonly settles: boolean;
}

export const always =
  (answer: Answer): Script =>
  () =>
    answer;
/** One answer for so many requests, then 200. */
export const first =
  (times: number, answer: Answer): Script =>
  ({ count }) =>
    count <= times ? answer : 200;

export const well: FollowerOf = { name: 'well', scale: '1', script: always(200) };
export const stumbles: FollowerOf = { name: 'stumbles', scale: '0.5', script: first(2, 503), foreign: true };

/** One is well, one fails twice and then answers, one answers 500 for ever; the sale comes when all else has ended. */
export const laneStory: Story = {
  followers: [well, stumbles, { name: 'dead', scale: '1', script: always(500) }],
  orders: [
    { atSeconds: 0, side: 'buy', qty: '10' },
    { atSeconds: 2, side: 'buy', qty: '6' },
    { atSeconds: 240, side: 'sell', qty: '8' },
  ],
  shardSize: 2,
  settles: false,
};

/** What ends otherwise than by an answer in time: refusals, a 410, a throw of our own, a slow one, an answer lost on its way. */
export const oddStory: Story = {
  followers: [
    well,
    { name: 'refuses', scale: '1', script: always(404) },
    { name: 'gone', scale: '1', script: always(410) },
    { name: 'breaks', scale: '1', script: first(1, 'broken') },
    { name: 'slow', scale: '1', script: always(200), answerMs: 1500 },
    { name: 'cuts', scale: '1', script: first(1, 'cut') },
  ],
  orders: [
    { atSeconds: 0, side: 'buy', qty: '10' },
    { atSeconds: 1, side: 'sell', qty: '4' },
  ],
  shardSize: 10,
  settles: true,
};

/** One order for one that is well and for another one. */
export const pairStory = (other: FollowerOf, settles = false): Story => ({
  followers: [well, other],
  orders: [{ atSeconds: 0, side: 'buy', qty: '10' }],
  shardSize: 2,
  settles,
});
