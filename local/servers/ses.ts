import { z } from 'zod';
import type { Action } from './bus.ts';
import { openMailbox } from './pool/mail.ts';

/** SendEmail of Amazon SES API v2, as far as plain text goes (docs.aws.amazon.com/ses/latest/APIReference-V2). */
const sendEmail = z.object({
  FromEmailAddress: z.string().min(3),
  Destination: z.object({ ToAddresses: z.array(z.string().min(3)).min(1) }),
  Content: z.object({
    Simple: z.object({ Subject: z.object({ Data: z.string() }), Body: z.object({ Text: z.object({ Data: z.string() }) }) }),
  }),
});

interface SesOptions {
  readonly directory: string;
  log(line: string): void;
  refuse(code: string, message: string): Error;
}

/** Mails to owners become files beside those of the user pool. */
export function createSes({ directory, log, refuse }: SesOptions): Readonly<Record<string, Action>> {
  const post = openMailbox(directory, log);
  let sent = 0;
  return {
    'POST /v2/email/outbound-emails': (body) => {
      const mail = sendEmail.safeParse(body);
      if (!mail.success) throw refuse('BadRequestException', 'The mail is not one of plain text.');
      const { Destination, Content } = mail.data;
      for (const to of Destination.ToAddresses)
        post({ to, subject: Content.Simple.Subject.Data, body: Content.Simple.Body.Text.Data });
      sent += 1;
      return { MessageId: `local-${sent}` };
    },
  };
}
