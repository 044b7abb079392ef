import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly body: string;
}

/** E-mails of the pool as files, newest last by name, and a line in the log. */
export function openMailbox(directory: string, log: (line: string) => void): (mail: Mail) => void {
  let sent = 0;
  return ({ to, subject, body }) => {
    mkdirSync(directory, { recursive: true });
    sent += 1;
    const at = new Date().toISOString();
    const name = `${at.replaceAll(':', '-')}-${String(sent).padStart(4, '0')}-${to.replaceAll(/[^\w.@+-]/g, '_').slice(0, 80)}.txt`;
    const file = join(directory, name);
    writeFileSync(file, `To: ${to}\nDate: ${at}\nSubject: ${subject}\n\n${body}\n`, { mode: 0o600 });
    log(`mail to ${to}: ${subject} (${file})`);
  };
}
