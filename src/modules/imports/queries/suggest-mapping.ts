import { sql } from '#kernel/db/sql.js';
import { json, ref, text } from '#kernel/resource/fields.js';
import { defineQuery } from '#kernel/usecase/define-command.js';
import { suggest, type ColumnGuess, type TableGuess } from '../domain/suggest/suggest.js';
import type { StoredMapping } from '../domain/stored/stored-mapping.js';
import { ImportRun } from '../import/import-run.resource.js';
import { openShapes } from '../import/mapping-of.js';
import { templateFor } from '../mappings/templates.js';

export const suggestMapping = defineQuery({
  name: 'import.suggest_mapping',
  summary: 'What the files of an import could mean.',
  description:
    'A mapping to look at and to change, worked out from the names of files and columns and from what their cells look like, with how sure each guess is and why. Nothing is imported by it.',
  graphql: 'suggestMapping',
  rest: { method: 'GET', path: '/imports/{importId}/suggestion' },
  input: {
    importId: ref('import', { required: true }),
    country: text(2, { description: 'Country of telephone numbers without a country code, `DE` when left out.' }),
  },
  output: {
    definition: json<StoredMapping, { required: true }>({ required: true }),
    tables: json<readonly TableGuess[], { required: true; description: string }>({
      required: true,
      description: 'For each table: the kind of record, how sure, and why.',
    }),
    columns: json<readonly ColumnGuess[], { required: true; description: string }>({
      required: true,
      description: 'For each column: the field, how sure, and why.',
    }),
    template: text(80, { description: 'The template whose system the files seem to come from.' }),
  },

  async run({ importId, country }, work) {
    const run = await work.repo(ImportRun).get(importId);
    const [tenant] = await work.rows<{ currency: string; locale: string }>(
      sql`select currency, locale from kernel.tenants where id = ${work.tenantId}`,
    );
    const template = templateFor((run.tables ?? []).map(({ columns }) => columns));
    const found = suggest(run.tables ?? [], {
      resources: openShapes(work),
      system: template ?? 'import',
      currency: tenant?.currency ?? 'EUR',
      country: country ?? 'DE',
    });
    return { ...found, template };
  },
});
