import type { Script } from './endpoints.ts';

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

const always =
  (answer: 200 | 500): Script =>
  () =>
    answer;
const onlyAfter =
  (failures: number, answer: 404 | 503 | 'broken'): Script =>
  ({ count }) =>
    count <= failures ? answer : 200;

export const well: FollowerOf = { name: 'well', scale: '1', script: always(200) };

/** One is well, one fails twice and then answers, one answers 500 for ever; the sale comes when all else has ended. */
export const laneStory: Story = {
  followers: [
    well,
    { name: 'stumbles', scale: '0.5', script: onlyAfter(2, 503), foreign: true },
    { name: 'dead', scale: '1', script: always(500) },
  ],
  orders: [
    { atSeconds: 0, side: 'buy', qty: '10' },
    { atSeconds: 2, side: 'buy', qty: '6' },
    { atSeconds: 240, side: 'sell', qty: '8' },
  ],
  shardSize: 2,
  settles: false,
};

/** What ends unknown or otherwise without the lane: a refusal, a throw of our own, an answer lost on its way, a 410. */
export const oddStory: Story = {
  followers: [
    well,
    { name: 'refuses', scale: '1', script: onlyAfter(1, 404) },
    { name: 'breaks', scale: '2', script: onlyAfter(1, 'broken') },
    { name: 'gone', scale: '1', script: () => 410 },
    { name: 'slow', scale: '1', script: always(200), answerMs: 1500 },
    { name: 'cuts', scale: '1', script: ({ count }) => (count === 1 ? 'cut' : 200) },
  ],
  orders: [
    { atSeconds: 0, side: 'buy', qty: '10' },
    { atSeconds: 1, side: 'sell', qty: '4' },
  ],
  shardSize: 10,
  settles: true,
};
