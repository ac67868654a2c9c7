import { hash as digest } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { forbidden, invalid, type DomainError } from '#kernel/errors/domain-error.js';
import type { Principal } from '../auth/principal.js';

/** A client and what it may send. */
export interface ListedClient {
  readonly name: string;
  readonly apiKeyId: string | null;
  /** Only what is listed may be sent. */
  readonly isStrict: boolean;
  readonly hashes: readonly string[];
}

/** Where the lists are kept. */
export interface DocumentSource {
  clients(tenantId: string): Promise<readonly ListedClient[]>;
  text(tenantId: string, hash: string): Promise<string | null>;
  /** Tells of every change of a tenant's lists; null means: perhaps of all. */
  onChange(listener: (tenantId: string | null) => void): unknown;
}

/** The parts of a GraphQL request that say which document it means. */
export interface DocumentRequest {
  readonly query?: unknown;
  readonly documentId?: unknown;
  readonly extensions?: unknown;
}

interface Client {
  readonly isStrict: boolean;
  readonly hashes: ReadonlySet<string>;
}
interface Lists {
  readonly byKey: ReadonlyMap<string, Client>;
  readonly byName: ReadonlyMap<string, Client>;
  /** On the monotonic clock. */
  readonly until: number;
}

/** The header a client says its name in; sockets say it in their connection parameters. */
export const clientNameHeader = 'graphql-client-name';
const trustMs = 5_000;
const open: Client = { isStrict: false, hashes: new Set() };

/** Documents by their hash, and the clients that may send no others. Nothing is ever added by asking. */
export class TrustedDocuments {
  private readonly lists = new LRUCache<string, Lists>({ max: 5_000 });
  /** By hash alone: a hash is of its text, whoever listed it. */
  private readonly texts = new LRUCache<string, string>({ maxSize: 20_000_000, sizeCalculation: (text) => text.length + 64 });
  private readonly hashes = new LRUCache<string, string>({ maxSize: 20_000_000, sizeCalculation: (_, text) => text.length + 64 });
  private changes = 0;

  constructor(private readonly source: DocumentSource) {
    source.onChange((tenantId) => {
      this.changes++;
      if (tenantId === null) this.lists.clear();
      else this.lists.delete(tenantId);
    });
  }

  /** The text to run, or why not. Null: the request holds no document, as others will say. At once where the lists are known. */
  settle(request: DocumentRequest, principal: Principal | null, name: string | null): Settled | Promise<Settled> {
    const hash = hashOf(request);
    const text = typeof request.query === 'string' && request.query !== '' ? request.query : null;
    if (!principal) return text ?? (hash === null ? null : unknown());
    const known = this.lists.get(principal.tenantId);
    if (known && known.until > performance.now()) return this.judge(clientOf(known, principal, name), principal.tenantId, text, hash);
    return this.load(principal.tenantId).then((lists) => this.judge(clientOf(lists, principal, name), principal.tenantId, text, hash));
  }

  private judge({ isStrict, hashes }: Client, tenantId: string, text: string | null, hash: string | null): Settled | Promise<Settled> {
    if (text !== null) return !isStrict || hashes.has(this.hash(text)) ? text : notListed();
    if (hash === null) return null;
    return hashes.has(hash) ? (this.texts.get(hash) ?? this.read(tenantId, hash)) : unknown();
  }

  private async read(tenantId: string, hash: string): Promise<Settled> {
    const text = await this.source.text(tenantId, hash);
    if (text === null) return unknown();
    this.texts.set(hash, text);
    return text;
  }

  private async load(tenantId: string): Promise<Lists> {
    const { changes } = this;
    const until = performance.now() + trustMs;
    const clients = await this.source.clients(tenantId);
    const made = clients.map((client) => ({ ...client, hashes: new Set(client.hashes) }));
    const lists = {
      byKey: new Map(made.flatMap((client) => (client.apiKeyId === null ? [] : [[client.apiKeyId, client]]))),
      byName: new Map(made.map((client) => [client.name, client])),
      until,
    };
    // What was read while it changed is good for this request only.
    if (changes === this.changes) this.lists.set(tenantId, lists);
    return lists;
  }

  private hash(text: string): string {
    const known = this.hashes.get(text) ?? digest('sha256', text, 'hex');
    this.hashes.set(text, known);
    return known;
  }
}

export type Settled = string | DomainError | null;

/** A key says for sure which client it is; a name is what the request says of itself. */
function clientOf({ byKey, byName }: Lists, { actor }: Principal, name: string | null): Client {
  const bound = actor.kind === 'api_key' ? byKey.get(actor.id ?? '') : undefined;
  return bound ?? byName.get(name ?? '') ?? byName.get('default') ?? open;
}

/** As graphql-codegen and Relay send it, and as Apollo does. */
function hashOf({ documentId, extensions }: DocumentRequest): string | null {
  if (typeof documentId === 'string') return plainHash(documentId);
  const persisted = isRecord(extensions) ? extensions['persistedQuery'] : null;
  const hash = isRecord(persisted) ? persisted['sha256Hash'] : null;
  return typeof hash === 'string' ? plainHash(hash) : null;
}

const plainHash = (id: string) => id.replace(/^sha256:/, '').toLowerCase();
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const unknown = () =>
  invalid(
    'graphql.document_unknown',
    'This client has no document of that hash on its list. Upload it, or send the text where texts are allowed.',
  );
const notListed = () => forbidden('graphql.document_not_listed', 'This client may only send documents that are on its list.');

/** The request with its document as text, and without what named it. */
export function withText(request: DocumentRequest, text: string): Record<string, unknown> {
  const settled: Record<string, unknown> = { ...request, query: text };
  delete settled['documentId'];
  const { extensions } = request;
  if (!isRecord(extensions) || extensions['persistedQuery'] === undefined) return settled;
  const others = Object.entries(extensions).filter(([name]) => name !== 'persistedQuery');
  if (others.length > 0) settled['extensions'] = Object.fromEntries(others);
  else delete settled['extensions'];
  return settled;
}
