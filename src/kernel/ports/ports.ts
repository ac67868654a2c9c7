import type { Readable } from 'node:stream';

/** One mail, ready to go. Addresses are structured: a joined string could smuggle recipients. */
export interface OutgoingMail {
  readonly from: MailAddress;
  readonly to: MailAddress;
  readonly replyTo?: MailAddress;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  /** Stable for one intent, so that a receiver could tell a repeat. */
  readonly messageId: string;
  readonly headers: Readonly<Record<string, string>>;
}
export interface MailAddress {
  readonly name?: string;
  readonly address: string;
}

/** `refused`: the server said no for good. `deferred`: it said try later, or could not be reached before it could accept. `unknown`: the line broke when it may have accepted. */
export type MailResult =
  | { readonly outcome: 'accepted'; readonly response: string }
  | { readonly outcome: 'refused' | 'deferred' | 'unknown'; readonly response: string };

export interface Mailer {
  /**
   * `handOver` is asked when the server has all of the mail but its end, and not at all when it never comes to that. Only after its yes is the
   * mail ended, and from then on the server may have taken it. After a no, or when asking fails, the line is cut and the server has nothing.
   */
  send(mail: OutgoingMail, handOver: () => Promise<boolean>): Promise<MailResult>;
}

/** Fills a user's template in a killable worker thread. */
export interface TemplateRenderer {
  render(template: MailTemplateSource, values: Readonly<Record<string, unknown>>): Promise<RenderedMail>;
}
export interface MailTemplateSource {
  readonly subject: string;
  readonly mjml: string;
  readonly text?: string | null;
  /** Whose way of writing numbers, amounts and days the mail follows: a BCP 47 tag and an IANA zone. */
  readonly reader?: { readonly language: string; readonly timeZone: string };
}
export interface RenderedMail {
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

/** Content of a tenant, named by its hash: the same content is kept once, and no name of a client's is ever part of a path. */
export interface BlobName {
  readonly tenantId: string;
  /** SHA-256 in hex. */
  readonly sha256: string;
}
export interface ByteRange {
  readonly start: number;
  /** The last byte that is wanted. */
  readonly end: number;
}

/** Where uploaded files lie. Every process of an installation must reach the same one. */
export interface FileStore {
  readonly limits: { readonly fileBytes: number; readonly tenantBytes: number };
  /** Path of a new file on this machine that an upload can be written to. With a name, the same path for whoever asks by it. */
  draft(name?: string): Promise<string>;
  /** Keeps a draft under its hash, whole or not at all; to keep what is there already changes nothing. The draft stays until it is dropped. */
  keep(draft: string, blob: BlobName): Promise<void>;
  drop(draft: string): Promise<void>;
  read(blob: BlobName, range?: ByteRange): Promise<Readable>;
  /** To remove what is not there changes nothing. */
  remove(blob: BlobName): Promise<void>;
  /** Removes all a tenant has. */
  forget(tenantId: string): Promise<void>;
}

/** The outside world as use-cases may know it. */
export interface Ports {
  readonly mailer: Mailer;
  readonly templates: TemplateRenderer;
  readonly files: FileStore;
  /** Address clients reach this installation at, without a slash at the end. Links are built from it, never from a request's Host. */
  readonly publicUrl: string;
  /** Signs links that leave the house: HMAC-SHA256 under a purpose-bound key, base64url. */
  sign(purpose: string, text: string): string;
  verify(purpose: string, text: string, signature: string): boolean;
  /** A key of 32 bytes for one purpose, the same in every process of the installation and nowhere else. */
  keyFor(purpose: string): Buffer;
}
