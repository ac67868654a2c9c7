import { sql } from '#kernel/db/sql.js';
import { integer, json, list, ref } from '#kernel/resource/fields.js';
import { defineQuery } from '#kernel/usecase/define-command.js';
import { compileCondition, people } from './compile-condition.js';
import { conditionFrom, conditionInvalid } from './condition-from.js';

export const previewSegment = defineQuery({
  name: 'segment.preview',
  summary: 'Count the people a condition would find, and name some of them.',
  rest: { method: 'POST', path: '/segments/preview' },
  input: { condition: json({ required: true }) },
  output: {
    count: integer({ required: true }),
    sampleContactIds: list(ref('contact'), {
      required: true,
      description: 'Up to 20 of them, those known longest first. Reading them needs the right to.',
    }),
  },
  errors: conditionInvalid,
  async run({ condition }, work) {
    const found = compileCondition(conditionFrom(condition, work.actor), work.now);
    const [row] = await work.rows<{ count: number; sample: string[] }>(sql`
      with found as (select c.id from ${people} where ${found})
      select (select count(*)::integer from found) as count,
             coalesce((select array_agg(id order by id) from (select id from found order by id limit 20) sample), '{}') as sample`);
    return { count: row?.count ?? 0, sampleContactIds: row?.sample ?? [] };
  },
});
