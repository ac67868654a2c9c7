import type { Principal } from '#api/auth/principal.js';
import { RowReads } from '#api/rest/reads.js';
import { openWorkOf } from '#kernel/db/twins.js';
import { runPlanIn } from '#kernel/read/plan.js';
import { choice, json, list, ref, text } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import type { Work } from '#kernel/usecase/work.js';
import { beginExport, starterOf } from '../operation/begin-export.js';
import { formatNames, mostRowsOf } from '../write/formats.js';
import { openTable, resourceAt } from './list-of.js';
import { noteExport } from './note-export.js';
import { writeList } from './write-list.effect.js';

export const startExport = defineCommand({
  name: 'export.start',
  summary: 'Take a list away as a file that is written in the background.',
  description:
    'For lists too long for one request, at most five million rows. Runs as an operation, with progress; it can be cancelled, and leaves a file for a day: GET /v1/operations/{operationId}/file, for who started it. It takes the right to export the list; what you may not read is not in it.',
  rest: { path: '/exports', status: 202 },
  access: 'member',
  input: {
    list: text(100, { required: true, description: 'The list as its address names it: `accounts`, `price-lists`.' }),
    format: choice(formatNames, { default: 'csv', description: 'The kind of file.' }),
    filter: json({ description: 'A condition, as of the list.' }),
    sort: text(4000, { description: 'Fields, comma separated, as of the list.' }),
    fields: list(text(100), { max: 500, description: 'Only these fields.' }),
  },
  output: { operationId: ref('operation', { required: true, description: 'Tells how far it is.' }) },
  errors: {
    'operation.needs_a_user': 'An operation is started by a user or by a key of one.',
    'export.no_such_list': 'There is no such list.',
    'export.too_many_rows': 'The list has more rows than one export may have.',
  },

  async run({ list: path, format, filter, sort, fields }, work) {
    starterOf(work);
    const resource = resourceAt(work.definitions, path);
    const kind = format ?? 'csv';
    const query = {
      ...(filter === null || filter === undefined ? {} : { filter: JSON.stringify(filter) }),
      ...(sort ? { sort } : {}),
      ...(fields && fields.length > 0 ? { fields: fields.join(',') } : {}),
    };
    const reads = new RowReads((plan, context) => runPlanIn(openWorkOf(work), plan, context), 'export');
    const table = await openTable(reads, resource, { query, limit: mostRowsOf(kind) }, principalOf(work));
    const operationId = await beginExport(work, { target: resource.name, total: table.total });
    await noteExport(work, resource, {
      format: kind,
      rows: table.total,
      columns: table.columns.map(({ name }) => name),
      filter: table.filter,
    });
    await work.schedule(writeList, { key: operationId, payload: { operationId, list: path, format: kind, query } });
    return { operationId };
  },
});

const principalOf = ({ tenantId, actor, definitions }: Pick<Work, 'tenantId' | 'actor' | 'definitions'>): Principal => ({
  tenantId,
  actor,
  definitions,
  sessionId: null,
});
