import { sql } from '#kernel/db/sql.js';
import { invalid } from '#kernel/errors/domain-error.js';
import { ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { Territory } from './territory.resource.js';

export const moveTerritory = defineCommand({
  name: 'territory.move',
  summary: 'Put a territory, with all below it, under another one; without a parent it stands at the top.',
  input: { territoryId: ref('territory', { required: true }), parentId: ref('territory') },
  output: { territoryId: ref('territory', { required: true }) },
  errors: { 'territory.circle': 'The new parent is the territory itself or lies below it.' },

  async run({ territoryId, parentId }, work) {
    // One move at a time: two that cross each other could close a circle.
    await work.rows(sql`select pg_advisory_xact_lock(hashtextextended(${`identity.territories ${work.tenantId}`}, 0))`);
    const territory = await work.repo(Territory).lock(territoryId);
    const above = parentId
      ? await work.rows<{ id: string }>(sql`with recursive above (id) as (
      select ${parentId}::uuid union select t.parent_id from identity.territories t join above a on t.id = a.id where t.tenant_id = ${work.tenantId} and t.parent_id is not null)
      select id from above`)
      : [];
    if (above.some((row) => row.id === territory.id))
      throw invalid('territory.circle', 'The new parent is the territory itself or lies below it.');
    await work.repo(Territory).update(territoryId, { parentId: parentId ?? null });
    return { territoryId };
  },
});
