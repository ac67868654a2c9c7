import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { RowReads } from '#api/rest/reads.js';
import { reachOf } from '#kernel/access/actor.js';
import { permissionMissing } from '#kernel/access/errors.js';
import { openWorkOf } from '#kernel/db/twins.js';
import { runPlanIn } from '#kernel/read/plan.js';
import { choice, json, ref, text } from '#kernel/resource/fields.js';
import { defineEffect, type EffectContext } from '#kernel/usecase/define-job.js';
import { attempts, leaveFile, type Progress } from '../operation/leave-file.js';
import { formatNames, formats, mostRowsOf, type Table } from '../write/formats.js';
import type { ExportedRow } from './columns.js';
import { openTable, resourceAt, type OpenTable } from './list-of.js';

export const writeList = defineEffect({
  name: 'exports.write_list',
  description: 'Writes a list to a file with the rights its starter has now; its operation gives it out.',
  payload: {
    operationId: ref('operation', { required: true }),
    list: text(100, { required: true }),
    format: choice(formatNames, { required: true }),
    query: json<Readonly<Record<string, string>>, { required: true }>({ required: true }),
  },
  retry: { attempts, backoffMs: 5_000 },
  limitMinutes: 360,

  run: ({ operationId, list, format, query }, context) =>
    leaveFile(operationId, context, {
      refusal: ({ permissions }) => (reachOf(permissions, 'operation:read') === null ? permissionMissing('operation:read') : null),
      write: async (path, actor, tell) => {
        const { tenantId } = context;
        const definitions = await context.work((work) => Promise.resolve(work.definitions));
        const resource = resourceAt(definitions, list);
        const asked = { query, limit: mostRowsOf(format) };
        const table = await openTable(readsOf(context), resource, asked, { tenantId, actor, definitions, sessionId: null });
        const total = await write(path, format, { table, tell });
        return {
          total,
          fileName: `${resource.path.replaceAll('/', '-')}-${context.now().toISOString().slice(0, 10)}.${formats[format].ending}`,
        };
      },
    }),
});

/** Each page in a transaction of its own: a long export holds nothing up. */
const readsOf = (context: EffectContext) =>
  new RowReads((plan, reading) => context.work((work) => runPlanIn(openWorkOf(work), plan, reading)), 'export');

interface Writing {
  readonly table: OpenTable;
  readonly tell: (progress: Progress) => Promise<void>;
}

/** Answers how many rows it were. */
async function write(path: string, name: keyof typeof formats, { table, tell }: Writing): Promise<number> {
  let done = 0;
  async function* pages(): AsyncGenerator<readonly ExportedRow[]> {
    for await (const rows of table.pages()) {
      yield rows;
      done += rows.length;
      await tell({ done, total: Math.max(done, table.total) });
    }
  }
  const format = formats[name];
  const told: Table = { ...table, pages };
  if (format.kind === 'file') await format.write(told, path);
  else await pipeline(Readable.from(format.write(told)), createWriteStream(path, { mode: 0o600 }));
  return done;
}
