import { ref, text } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { Team } from './team.resource.js';

export const createTeam = defineCommand({
  name: 'team.create',
  summary: 'Make a team, perhaps below another.',
  rest: { path: '/teams', status: 201 },
  input: { name: text(120, { required: true }), region: text(120), parentId: ref('team', { description: 'The team above.' }) },
  output: { teamId: ref('team', { required: true }) },
  errors: { 'team.name_taken': 'Another team has this name.' },

  async run(input, work) {
    const team = await work.repo(Team).create(input);
    return { teamId: team.id };
  },
});
