import { Readable } from 'node:stream';
import { createTransport } from 'nodemailer';
import type { Mailer, MailResult, OutgoingMail } from '#kernel/ports/ports.js';
import { isPlainAddress, messageOf } from './mail-message.js';

export interface SmtpMailerOptions {
  /** `smtp://user:password@host:587` or `smtps://…`. */
  readonly url: string;
  readonly maxConnections?: number;
  readonly connectionTimeoutMs?: number;
  /** Silence the server may keep, its verdict on the finished message included. */
  readonly socketTimeoutMs?: number;
}

interface SmtpError {
  readonly code?: string;
  readonly command?: string;
  readonly response?: string;
  readonly responseCode?: number;
  readonly message: string;
}

/** A message under way. */
class Letter {
  /** Its bytes: whether they were read to the end tells whether the server may have them. */
  content: Readable | null = null;
  /** Why we could not find out whether it may go. */
  failure: Error | null = null;

  constructor(private readonly handOver: () => Promise<boolean>) {}

  /** All of it but the end, which the server gets only when it may have the message. */
  async *written(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    yield* source;
    const mayGo = await this.handOver().catch((error: unknown) => {
      this.failure = error instanceof Error ? error : new Error('Whether the mail may go could not be found out.', { cause: error });
      return false;
    });
    // Nodemailer cuts the line, and a server throws away what never ended.
    if (!mayGo) throw new Error('It was not handed over.');
  }
}

/** SMTP through a pool of connections. A message is handed over once; what became of it is said, never guessed. */
export class SmtpMailer implements Mailer {
  private readonly transport;
  private readonly letters = new Map<string, Letter>();

  constructor({ url, maxConnections = 4, connectionTimeoutMs = 10_000, socketTimeoutMs = 30_000 }: SmtpMailerOptions) {
    this.transport = createTransport({
      pool: true,
      url,
      maxConnections,
      connectionTimeout: connectionTimeoutMs,
      greetingTimeout: connectionTimeoutMs,
      socketTimeout: socketTimeoutMs,
      // The pool would send a message again when its line breaks; only our own rows may decide that.
      maxRequeues: 0,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    this.transport.use('stream', (mail, done) => {
      const { message } = mail;
      const open = message.createReadStream.bind(message);
      message.createReadStream = (options) => {
        const stream = open(options);
        const letter = this.letters.get(message.messageId());
        if (!letter) return stream;
        return (letter.content = Readable.from(letter.written(stream), { objectMode: false }));
      };
      done();
    });
  }

  async send(mail: OutgoingMail, handOver: () => Promise<boolean> = always): Promise<MailResult> {
    if (!isPlainAddress(mail.to.address)) return { outcome: 'refused', response: 'The recipient is not one plain address.' };
    if (!isPlainAddress(mail.from.address)) return { outcome: 'refused', response: 'The sender is not one plain address.' };
    const first = await this.attempt(mail, handOver);
    // A connection the server dropped while idle says nothing about this message: not a byte of it has left.
    return first.untouched ? (await this.attempt(mail, handOver)).result : first.result;
  }

  async close(): Promise<void> {
    this.transport.close();
  }

  private async attempt(
    mail: OutgoingMail,
    handOver: () => Promise<boolean>,
  ): Promise<{ readonly result: MailResult; readonly untouched: boolean }> {
    const letter = new Letter(handOver);
    this.letters.set(mail.messageId, letter);
    try {
      const info = await this.transport.sendMail(messageOf(mail));
      return { result: { outcome: 'accepted', response: info.response }, untouched: false };
    } catch (error) {
      const { content, failure } = letter;
      if (failure) throw failure;
      return {
        result: verdict(asSmtpError(error), content?.readableEnded ?? false),
        untouched: droppedWhileIdle(asSmtpError(error), content),
      };
    } finally {
      this.letters.delete(mail.messageId);
    }
  }
}

/** Steps at which a permanent no is about this message and not about our account or the line. */
const ABOUT_THE_MESSAGE = new Set(['MAIL FROM', 'RCPT TO', 'DATA', 'API']);

/**
 * A reply of the server is its word: 4xx later, 5xx never. Without one, the message may have been accepted
 * only if it had been read to its end, for the server answers after the final dot.
 */
export function verdict(error: SmtpError, readToTheEnd: boolean): MailResult {
  const response = error.response ?? error.message;
  return { outcome: outcomeOf(error, readToTheEnd), response };
}

function outcomeOf({ code, command, responseCode = 0 }: SmtpError, readToTheEnd: boolean): 'refused' | 'deferred' | 'unknown' {
  if (responseCode >= 400) return isPermanent(responseCode) && ABOUT_THE_MESSAGE.has(command ?? '') ? 'refused' : 'deferred';
  if (readToTheEnd) return 'unknown';
  // Found wrong by our own client, before anybody was asked.
  return code === 'EENVELOPE' || code === 'EMESSAGE' ? 'refused' : 'deferred';
}

/** 503 is about the order of commands: the same message may pass on a new connection. */
const isPermanent = (responseCode: number) => responseCode >= 500 && responseCode !== 503;

const always = () => Promise.resolve(true);

const droppedWhileIdle = (error: SmtpError, content: Readable | null) =>
  content !== null && !content.readableDidRead && error.responseCode === undefined && error.code === 'ECONNECTION';

function asSmtpError(error: unknown): SmtpError {
  if (!(error instanceof Error)) return { message: String(error) };
  return error;
}
