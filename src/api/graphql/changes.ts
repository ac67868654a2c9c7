import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Database } from '#kernel/db/data-source.js';
import { invalid } from '#kernel/errors/domain-error.js';
import type { FeedEvent } from '#kernel/outbox/listen.js';
import { recordEvent } from '#kernel/usecase/define-event.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import { ChangeQueue, StreamEnded } from './change-queue.js';
import type { Change, Changes, ChangeStream } from './subscriptions.js';

/** Where events come from; `resumePoint` is a position all events before which have been heard. */
export interface Feed {
  onEvent(listener: (event: FeedEvent) => void): unknown;
  resumePoint?(): string | null;
}

export interface ChangeOptions {
  readonly feed: Feed;
  readonly database: Database;
  readonly cursorSecret: string;
  readonly onError: (error: unknown) => void;
  /** Changes that may wait for a listener who reads slowly. */
  readonly longestQueue?: number | undefined;
}

/** What one process hears of one resource of one tenant, in the order it happened. */
interface Lane {
  /** Names of the events its changes are told by. */
  readonly verbs: ReadonlyMap<string, Verb>;
  readonly queues: Set<ChangeQueue>;
  readonly waiting: { readonly event: FeedEvent; readonly cursor: string }[];
  isBusy: boolean;
}

interface Row {
  readonly id: string;
  readonly type: string;
  readonly subject_id: string | null;
  readonly payload: { readonly version?: number; readonly changed?: readonly string[] };
}

const defaultLongestQueue = 1_000;
const batch = 200;
/** Longest way back a cursor leads, in events and in time. */
const mostMissed = 10_000;
const cursorLifeMs = 3_600_000;

type Verb = Change['verb'];
const verbsOf = (resource: Resource): ReadonlyMap<string, Verb> =>
  new Map((['created', 'updated', 'deleted'] as const).map((verb) => [recordEvent(resource, verb).name, verb]));

interface Told {
  readonly cursor: string;
  readonly resource: string;
  readonly verb: Verb | undefined;
}

function toChange(tenantId: string, row: Row, { cursor, resource, verb }: Told): Change | null {
  if (!verb || row.subject_id === null) return null;
  const { version = null, changed = [] } = row.payload;
  return {
    tenantId,
    resource,
    verb,
    cursor,
    eventId: row.id,
    id: row.subject_id,
    version: verb === 'deleted' ? null : version,
    changedFields: verb === 'deleted' ? [] : changed,
  };
}

const broken = () => new StreamEnded(1013, 'The stream broke; connect again');

/** Turns the feed of ids into changes, one queue a listener. A listener too slow to keep up loses its stream, not our memory. */
export class FeedChanges implements ChangeStream {
  private readonly lanes = new Map<string, Lane>();

  constructor(private readonly options: ChangeOptions) {
    options.feed.onEvent((event) => this.hear(event));
  }

  /** A cursor of this moment: whatever is not to be seen in the database yet comes after it. */
  async now(tenantId: string): Promise<string> {
    const [row] = await this.query<{ position: string }>(tenantId, {
      name: 'changes_now',
      text: 'select kernel.feed_position() as position',
      values: [],
    });
    return this.write(tenantId, row?.position ?? '0');
  }

  /** A cursor of what has been heard here: it leads back by some seconds, so that nothing that is still on its way is missed. */
  private heard(tenantId: string): string {
    return this.write(tenantId, this.options.feed.resumePoint?.() ?? '0');
  }

  async listen(tenantId: string, resource: Resource, after: string | null): Promise<Changes> {
    const position = after === null ? null : this.positionOf(tenantId, after);
    const key = `${tenantId} ${resource.name}`;
    const lane = this.lanes.get(key) ?? { verbs: verbsOf(resource), queues: new Set(), waiting: [], isBusy: false };
    this.lanes.set(key, lane);
    const queue = new ChangeQueue(this.options.longestQueue ?? defaultLongestQueue, () => {
      lane.queues.delete(queue);
      if (lane.queues.size === 0 && this.lanes.get(key) === lane) this.lanes.delete(key);
    });
    lane.queues.add(queue);
    if (position === null || after === null) return queue;
    queue.hold();
    try {
      queue.begin(await this.missed(lane, { tenantId, resource: resource.name, position, cursor: after }));
      return queue;
    } catch (error) {
      await queue.return();
      throw error;
    }
  }

  private hear(event: FeedEvent): void {
    if (event.resource === null || event.subjectId === null) return;
    const lane = this.lanes.get(`${event.tenantId} ${event.resource}`);
    if (!lane?.verbs.has(event.type)) return;
    // The cursor is of the moment of arrival: what came before stands before it in the lane.
    lane.waiting.push({ event, cursor: this.heard(event.tenantId) });
    if (!lane.isBusy) void this.empty(event.tenantId, lane);
  }

  /** Read once a process and event, however many listen. */
  private async empty(tenantId: string, lane: Lane): Promise<void> {
    lane.isBusy = true;
    try {
      for (let next = lane.waiting.splice(0, batch); next.length > 0; next = lane.waiting.splice(0, batch)) {
        for (const change of await this.read(tenantId, lane, next)) lane.queues.forEach((queue) => queue.push(change));
      }
    } catch (error) {
      this.options.onError(error);
      lane.waiting.length = 0;
      // Whoever comes again with his last cursor has missed nothing.
      for (const queue of [...lane.queues]) queue.fail(broken());
    } finally {
      lane.isBusy = false;
    }
  }

  private async read(tenantId: string, { verbs }: Lane, heard: Lane['waiting']): Promise<Change[]> {
    const rows = await this.rows(
      tenantId,
      heard.map(({ event }) => event.id),
    );
    return heard.flatMap(({ event, cursor }) => {
      const row = rows.get(event.id);
      return (row && toChange(tenantId, row, { cursor, verb: verbs.get(row.type), resource: event.resource ?? '' })) ?? [];
    });
  }

  private async rows(tenantId: string, ids: readonly string[]): Promise<ReadonlyMap<string, Row>> {
    const found = await this.query<Row>(tenantId, {
      name: 'changes_told',
      text: 'select id, type, subject_id, payload from kernel.outbox where tenant_id = $1 and id = any($2)',
      values: [tenantId, ids],
    });
    return new Map(found.map((row) => [row.id, row]));
  }

  /** What was told from `position` on. It may have been heard already: at least once is what is promised. */
  private async missed({ verbs }: Lane, of: { tenantId: string; resource: string; position: string; cursor: string }): Promise<Change[]> {
    const rows = await this.query<Row>(of.tenantId, {
      name: 'changes_missed',
      text: `select id, type, subject_id, payload from kernel.outbox where tenant_id = $1 and txid >= $2::xid8 and type = any($3)
        and relayed_at is not null order by txid, id limit ${mostMissed + 1}`,
      values: [of.tenantId, of.position, [...verbs.keys()]],
    });
    if (rows.length > mostMissed) throw expired();
    return rows.flatMap((row) => toChange(of.tenantId, row, { ...of, verb: verbs.get(row.type) }) ?? []);
  }

  private async query<T extends object>(tenantId: string, statement: { name: string; text: string; values: unknown[] }): Promise<T[]> {
    const client = await this.options.database.pool.lease(tenantId);
    let failed = true;
    try {
      const { rows } = await client.query<T>(statement);
      failed = false;
      return rows;
    } finally {
      client.release(failed);
    }
  }

  private write(tenantId: string, position: string): string {
    const payload = `${position}.${Date.now()}`;
    return `${Buffer.from(payload).toString('base64url')}.${this.sign(tenantId, payload)}`;
  }

  private positionOf(tenantId: string, cursor: string): string {
    const [body = '', signature = ''] = cursor.split('.');
    const payload = Buffer.from(body, 'base64url').toString();
    const expected = Buffer.from(this.sign(tenantId, payload));
    const given = Buffer.from(signature);
    const [position = '', at = ''] = payload.split('.');
    const isOurs = given.length === expected.length && timingSafeEqual(given, expected) && /^\d{1,20}$/.test(position);
    if (!isOurs) throw invalid('paging.cursor_invalid', 'This is no cursor of the stream of changes of this company.');
    if (Date.now() - Number(at) > cursorLifeMs) throw expired();
    return position;
  }

  private sign(tenantId: string, payload: string): string {
    return createHmac('sha256', this.options.cursorSecret).update(`changes ${tenantId} ${payload}`).digest('base64url').slice(0, 22);
  }
}

const expired = () =>
  invalid(
    'graphql.cursor_expired',
    'Too much has happened since, or the cursor is older than an hour. Read the lists anew, then subscribe.',
  );
