import { z } from 'zod';
import { openTable } from '../../shared/adapters/dynamo/client.ts';
import { noteMailed, ownersOf, readMailed, takeToMail } from '../../shared/adapters/dynamo/mailed.ts';
import { mailer } from '../../shared/adapters/ses/mail.ts';
import { noticeDetail } from '../../shared/domain/billing/notice.ts';
import { mailOf } from '../../shared/domain/billing/notice-mail.ts';
import { readEnv } from '../../shared/wiring/env.ts';
import { metrics as names } from '../../shared/wiring/metrics.ts';
import { clock } from '../edge/entropy.ts';
import { queueDoor } from '../edge/queue.ts';
import { count } from '../edge/signed-webhook.ts';

const env = readEnv('notices');
const table = openTable(env.table);
const send = mailer(env.mail);
const busEvent = z.object({ detail: noticeDetail });

/**
 * Mails a notice to each owner once. SES knows no idempotency: who was written to is noted after each mail, so that a crash between
 * the two writes to one owner twice, and never to none.
 */
async function deliver(body: unknown): Promise<void> {
  const { detail: notice } = busEvent.parse(body);
  const { tenant_id, notice_id } = notice;
  if ((await readMailed(table, tenant_id, notice_id)).done) return;
  if (!(await takeToMail(table, tenant_id, notice_id, Math.floor(clock() / 1000))))
    throw new Error('somebody else mails this notice');
  const [{ to }, owners] = await Promise.all([readMailed(table, tenant_id, notice_id), ownersOf(table, tenant_id)]);
  if (owners.length === 0) count(names.noticesUnaddressed);
  for (const { user_id, email } of owners.filter((owner) => !to.has(owner.user_id))) {
    await send(email, mailOf(notice));
    await noteMailed(table, tenant_id, notice_id, user_id);
    count(names.noticesMailed);
  }
  await noteMailed(table, tenant_id, notice_id);
}

export const handler = queueDoor({ handle: (body) => deliver(body) });
