import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { SMTPServer } from 'smtp-server';
import { makeDice, type Dice } from '#app/demo/dice.js';

export interface MailSinkOptions {
  readonly seed: number;
  /** Longest time the server thinks about a message. */
  readonly slowMs?: number;
  /** Of a hundred messages so many are first told to come back later. */
  readonly laterPercent?: number;
}

/** A real mail server on loopback that knows how often it took each message, and answers slowly or with "later" now and then. */
export class MailSink {
  /** How often each Message-ID was taken. */
  readonly taken = new Map<string, number>();
  /** Message-IDs that were once told to come back later. */
  readonly putOff = new Set<string>();
  /** Told right after the server has said 250. */
  onTaken: (messageId: string) => void = () => undefined;
  private readonly server: SMTPServer;
  private readonly dice: Dice;
  private readonly options: Required<MailSinkOptions>;

  private constructor(options: Required<MailSinkOptions>) {
    this.options = options;
    this.dice = makeDice(options.seed);
    this.server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS', 'AUTH'],
      closeTimeout: 1_000,
      onData: (stream, _session, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => void this.judge(Buffer.concat(chunks).toString(), done));
      },
    });
    // Clients are killed here in the middle of a sentence.
    this.server.on('error', () => undefined);
  }

  static async open(options: MailSinkOptions): Promise<MailSink> {
    const sink = new MailSink({ slowMs: 120, laterPercent: 0, ...options });
    await new Promise<void>((resolve) => sink.server.listen(0, '127.0.0.1', resolve));
    return sink;
  }

  get url(): string {
    return `smtp://127.0.0.1:${(this.server.server.address() as AddressInfo).port}`;
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.server.close(resolve));
  }

  private async judge(raw: string, done: (error?: Error | null) => void): Promise<void> {
    const messageId = /^Message-ID: <([^>]+)>/im.exec(raw)?.[1] ?? '';
    await sleep(this.dice.between(0, this.options.slowMs));
    if (!this.putOff.has(messageId) && this.dice.chance(this.options.laterPercent)) {
      this.putOff.add(messageId);
      done(Object.assign(new Error('4.7.1 Please come back later'), { responseCode: 451 }));
      return;
    }
    this.taken.set(messageId, (this.taken.get(messageId) ?? 0) + 1);
    done(null);
    this.onTaken(messageId);
  }
}
