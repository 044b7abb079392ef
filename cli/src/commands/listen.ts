import type { Command } from 'commander';
import type { Delivery } from '../../../client/src/index.ts';
import { add, list, option, type Shell, whole } from '../command.ts';
import type { Context } from '../context.ts';
import { type ExitCode, usage } from '../exit.ts';
import { given } from '../given.ts';
import { colourOf } from '../output/paint.ts';
import { textOf } from '../output/table.ts';
import { type Received, startReceiver } from '../webhooks/receiver.ts';

interface ListenOptions {
  readonly port: number;
  readonly secret?: readonly string[];
  readonly answer: string;
  readonly forward?: string;
}

export function addListen(program: Command, shell: Shell): void {
  add<ListenOptions>(program, shell, {
    usage: 'listen',
    about: 'receive webhooks on this machine, verify both signatures, until Ctrl-C',
    example: 'VANTA_SIGNING_SECRET=whsec_... vanta listen --port 9000 --forward http://127.0.0.1:3000/orders',
    options: [
      whole('--port <n>', 'on 127.0.0.1; 0 takes any free one', 9000),
      list('--secret <whsec>', 'signing secret, of several followers with commas; default VANTA_SIGNING_SECRET'),
      option('--answer <status>', 'what verified deliveries are answered: a status, or timeout').default('200'),
      option('--forward <url>', 'pass verified deliveries on, and answer what that answers'),
    ],
    run: listenUntilInterrupted,
  });
}

async function listenUntilInterrupted(context: Context, _args: readonly string[], options: ListenOptions): Promise<ExitCode> {
  const { print, world } = context;
  const receiver = await startReceiver({
    port: options.port,
    secrets: secretsOf(options, world.env['VANTA_SIGNING_SECRET']),
    answer: answerOf(options.answer),
    ...given({ forward: forwardOf(options.forward) }),
    now: world.now,
    onReceived: (received) => print.streamed(received, lineOf(context, received)),
  });
  print.note(`listening on ${receiver.url} (any path)`);
  try {
    await new Promise((_done, fail) => {
      world.signal.addEventListener('abort', () => fail(world.signal.reason), { once: true });
      if (world.signal.aborted) fail(world.signal.reason);
    });
    throw new Error('a signal that ends has a reason');
  } finally {
    receiver.close();
  }
}

/** On a command line every user of the machine sees it: the environment is the better place. */
function secretsOf({ secret = [] }: ListenOptions, fromEnvironment: string | undefined): string[] {
  const secrets = [...secret, ...(fromEnvironment ?? '').split(',').filter((part) => part !== '')];
  if (secrets.length === 0) throw usage('set VANTA_SIGNING_SECRET, or give --secret: shown when the follower was added');
  for (const one of secrets) {
    if (!/^whsec_[A-Za-z0-9+/]{22,}={0,2}$/.test(one)) throw usage('a signing secret is whsec_ and base64');
  }
  return secrets;
}

function forwardOf(url: string | undefined): string | undefined {
  if (url !== undefined && !/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : ''))
    throw usage('--forward is no http(s) address');
  return url;
}

function answerOf(text: string): number | 'timeout' {
  if (text === 'timeout') return text;
  if (!/^[2-5]\d\d$/.test(text)) throw usage('--answer is a status from 200 to 599, or timeout');
  return Number(text);
}

/** A table that grows: columns of known width, so that lines stand under each other as they come. */
function lineOf({ print: { paint } }: Context, r: Received): string {
  const word = r.verified ? (r.duplicate ? 'duplicate' : 'verified') : 'refused';
  const told = r.verified ? doesOf(r.delivery) : (r.fault ?? '');
  const parts = [
    r.received_at,
    paint(colourOf(word), word.padEnd(9)),
    textOf(r.id).padEnd(39),
    `try ${r.attempt ?? '-'}`.padEnd(6),
    `-> ${r.answered ?? 'nothing'}`.padEnd(10),
    paint(r.verified ? undefined : 'red', textOf(told)),
  ];
  return parts.join('  ').trimEnd();
}

function doesOf(delivery: Delivery | null): string {
  if (delivery === null) return '';
  if (delivery.type === 'test') return `test ${delivery.follower_id}`;
  const { type, side, qty, symbol, position_after, follower_id } = delivery;
  return `${type === 'cancel' ? 'cancel: ' : ''}${side} ${qty} ${symbol}, then ${position_after}  ${follower_id}`;
}
