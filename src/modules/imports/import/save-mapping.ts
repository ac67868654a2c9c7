import { integer, json, ref, text } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { lockMapping } from '../store/lock-mapping.js';
import { checkDefinition } from './check-definition.js';
import { ImportMapping } from './import-mapping.resource.js';

export const saveMapping = defineCommand({
  name: 'import_mapping.save',
  summary: 'Keep how the files of another system are read.',
  description: 'The first of a name is version 1; saving under the same name makes the next version and leaves the others as they are.',
  rest: { path: '/import-mappings', status: 201 },
  input: {
    name: text(80, { required: true, description: 'Under which it is found again: `old-crm`.' }),
    definition: json({
      required: true,
      description: 'Files, and steps in which columns become fields: docs/how-to/import.md tells its words.',
    }),
  },
  output: { mappingId: ref('import_mapping', { required: true }), number: integer({ required: true }) },
  errors: { 'import.mapping_unfit': 'The mapping names what is not there, or cannot be understood; each place is listed.' },

  async run({ name, definition }, work) {
    const { stored } = checkDefinition(work, name, definition);
    await lockMapping(work, `save ${name}`);
    const mappings = work.system.repo(ImportMapping);
    const latest = await mappings.first({ name }, { orderBy: ['-number'] });
    if (latest?.isLatest) await mappings.update(latest.id, { isLatest: false });
    const number = (latest?.number ?? 0) + 1;
    const { id } = await mappings.create({ name, number, definition: stored, savedById: work.actor.userId });
    return { mappingId: id, number };
  },
});
