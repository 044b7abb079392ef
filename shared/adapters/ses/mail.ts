import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import type { Mail } from '../../domain/billing/notice-mail.ts';

/** Sends plain text from one address, by Amazon SES (API v2). To one person at a time: nobody sees who else was written to. */
export function mailer(from: string): (to: string, mail: Mail) => Promise<void> {
  const client = new SESv2Client({ maxAttempts: 3 });
  return async (to, { subject, text }) => {
    const Body = { Text: { Data: text, Charset: 'UTF-8' } };
    await client.send(
      new SendEmailCommand({
        FromEmailAddress: from,
        Destination: { ToAddresses: [to] },
        Content: { Simple: { Subject: { Data: subject, Charset: 'UTF-8' }, Body } },
      }),
    );
  };
}
