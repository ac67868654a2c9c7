import { list, ref, text } from '#kernel/resource/fields.js';
import { defineQuery } from '#kernel/usecase/define-command.js';
import { ImportRun } from '../import/import-run.resource.js';
import { knownMappingOf } from '../import/mapping-of.js';

export const importHistory = defineQuery({
  name: 'import.history',
  summary: 'Which fields of the past an import writes.',
  description:
    'Fields that commands write otherwise (states, stages), and when and by whom records were made and changed. Whoever maps or starts an import that has any needs this right.',
  graphql: 'importHistory',
  rest: { method: 'GET', path: '/imports/{importId}/history' },
  input: { importId: ref('import', { required: true }) },
  output: {
    fields: list(text(200, { required: true }), {
      required: true,
      max: 5000,
      description: 'As `opportunity.stageId`, `contact.createdAt`.',
    }),
  },

  async run({ importId }, work) {
    const run = await work.repo(ImportRun).get(importId);
    const fields = (knownMappingOf(work, run)?.steps ?? []).flatMap(({ resource, set, history, authors, mode }) => {
      if (mode === 'report') return [];
      const known = work.resource(resource).fields;
      const own = Object.keys(set).filter((field) => known[field]?.options.writer === 'system');
      return [...own, ...Object.keys(history ?? {}), ...Object.keys(authors ?? {})].map((field) => `${resource}.${field}`);
    });
    return { fields: [...new Set(fields)].sort() };
  },
});
