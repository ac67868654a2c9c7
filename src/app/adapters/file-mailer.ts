import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import type { Mailer, MailResult, OutgoingMail } from '#kernel/ports/ports.js';
import { isPlainAddress, messageOf } from './mail-message.js';

/** Catches mails as `.eml` files when no SMTP server is set, so that a first start shows what would have been sent. */
export class FileMailer implements Mailer {
  private readonly transport = createTransport({
    streamTransport: true,
    buffer: true,
    newline: 'windows',
    disableFileAccess: true,
    disableUrlAccess: true,
  });

  constructor(private readonly folder: string) {}

  async send(mail: OutgoingMail, handOver: () => Promise<boolean> = always): Promise<MailResult> {
    if (!isPlainAddress(mail.to.address)) return { outcome: 'refused', response: 'The recipient is not one plain address.' };
    const { message } = await this.transport.sendMail(messageOf(mail));
    if (!(await handOver())) return { outcome: 'deferred', response: 'It was not handed over.' };
    const file = join(this.folder, `${mail.messageId.replace(/[^\w.-]+/g, '_')}.eml`);
    await mkdir(this.folder, { recursive: true });
    // Written whole or not at all; the same message twice is one file.
    await writeFile(`${file}.part`, message);
    await rename(`${file}.part`, file);
    return { outcome: 'accepted', response: `Caught in ${file}` };
  }

  async close(): Promise<void> {
    this.transport.close();
  }
}

const always = () => Promise.resolve(true);
