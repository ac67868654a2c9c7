import { ref, text, boolean } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { Territory } from './territory.resource.js';

export const createTerritory = defineCommand({
  name: 'territory.create',
  summary: 'Make a territory, perhaps below another.',
  rest: { path: '/territories', status: 201 },
  input: {
    name: text(120, { required: true }),
    parentId: ref('territory', { description: 'The territory above.' }),
    active: boolean({ default: true, description: 'False for one that is only planned.' }),
  },
  output: { territoryId: ref('territory', { required: true }) },
  errors: { 'territory.name_taken': 'Another territory has this name.' },

  async run(input, work) {
    const territory = await work.repo(Territory).create({ ...input, active: input.active ?? true });
    return { territoryId: territory.id };
  },
});
