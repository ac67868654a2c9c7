import { sql } from '#kernel/db/sql.js';
import { invalid } from '#kernel/errors/domain-error.js';
import { ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { Team } from './team.resource.js';

export const moveTeam = defineCommand({
  name: 'team.move',
  summary: 'Put a team, with all teams below it, under another one; without a parent it stands at the top.',
  input: { teamId: ref('team', { required: true }), parentId: ref('team') },
  output: { teamId: ref('team', { required: true }) },
  errors: { 'team.circle': 'The new parent is the team itself or lies below it.' },

  async run({ teamId, parentId }, work) {
    // One move at a time: two that cross each other could close a circle.
    await work.rows(sql`select pg_advisory_xact_lock(hashtextextended(${`identity.teams ${work.tenantId}`}, 0))`);
    const team = await work.repo(Team).lock(teamId);
    const above = parentId
      ? await work.rows<{ id: string }>(sql`with recursive above (id) as (
      select ${parentId}::uuid union select t.parent_id from identity.teams t join above a on t.id = a.id where t.tenant_id = ${work.tenantId} and t.parent_id is not null)
      select id from above`)
      : [];
    if (above.some((row) => row.id === team.id)) throw invalid('team.circle', 'The new parent is the team itself or lies below it.');
    await work.repo(Team).update(teamId, { parentId: parentId ?? null });
    return { teamId };
  },
});
