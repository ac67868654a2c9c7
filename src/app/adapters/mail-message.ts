import type { SendMailOptions } from 'nodemailer';
import type { MailAddress, OutgoingMail } from '#kernel/ports/ports.js';

/** One address and nothing else: no list, no name, no comment, no control character. */
export const isPlainAddress = (address: string) =>
  address.length <= 254 && /^[^\s<>,;:"'()[\]\\@\p{Cc}]+@[^\s<>,;:"'()[\]\\@\p{Cc}]+$/u.test(address);

/** Addresses stay structured and the envelope is given apart, so that no display name can add a recipient. */
export const messageOf = (mail: OutgoingMail): SendMailOptions => ({
  from: address(mail.from),
  to: address(mail.to),
  ...(mail.replyTo ? { replyTo: address(mail.replyTo) } : {}),
  envelope: { from: mail.from.address, to: [mail.to.address] },
  subject: mail.subject,
  html: mail.html,
  text: mail.text,
  messageId: mail.messageId,
  headers: { ...mail.headers },
});

const address = ({ name, address }: MailAddress) => ({ name: (name ?? '').replace(/\p{Cc}+/gu, ' '), address });
