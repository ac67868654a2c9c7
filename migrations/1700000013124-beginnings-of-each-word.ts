import type { MigrationRunner } from '#kernel/db/migration.js';

/** Searches of several words are narrowed by each of the longest ones: the longest alone, `GmbH`, may be in every other row. */
export class BeginningsOfEachWord1700000013124 {
  async up(q: MigrationRunner): Promise<void> {
    await make(
      q,
      {
        name: 'beginnings_of_word',
        types: 'regconfig, text, integer',
        parameters: 'p_dictionary regconfig, p_words text, p_place integer',
      },
      beginnings,
    );
    await q.query(`drop function kernel.beginnings_of_words(regconfig, text)`);
  }

  async down(q: MigrationRunner): Promise<void> {
    const ofLongest = beginnings.replaceAll('p_place', '1');
    await make(q, { name: 'beginnings_of_words', types: 'regconfig, text', parameters: 'p_dictionary regconfig, p_words text' }, ofLongest);
    await q.query(`drop function kernel.beginnings_of_word(regconfig, text, integer)`);
  }
}

interface Head {
  readonly name: string;
  readonly types: string;
  readonly parameters: string;
}

async function make(q: MigrationRunner, { name, types, parameters }: Head, body: string): Promise<void> {
  await q.query(`create function kernel.${name}(${parameters}) returns text[] language sql immutable parallel safe
    set search_path = pg_catalog, pg_temp as $f$${body}$f$`);
  await q.query(`revoke all on function kernel.${name}(${types}) from public`);
  await q.query(`grant execute on function kernel.${name}(${types}) to kontor_app`);
}

/** Letters that stems lose the accents of, in the last place they stand in, and what they were. */
const accents = [
  { dictionaries: ['german', 'dutch'], plain: 'aou', accented: 'äöü', last: 'a(?=u[^aou]*$)|[aou](?=[^aou]*$)' },
  { dictionaries: ['french'], plain: 'e', accented: 'è', last: 'e(?=[^e]*$)' },
  { dictionaries: ['spanish', 'portuguese', 'italian', 'catalan'], plain: 'aeiou', accented: 'áéíóú', last: '[aeiou](?=[^aeiou]*$)' },
] as const;
const accented = accents
  .map(
    ({
      dictionaries,
      plain,
      accented: to,
      last,
    }) => `when p_dictionary in (${dictionaries.map((name) => `'${name}'::regconfig`).join(', ')}) then
      (select m[1] || translate(m[2], '${plain}', '${to}') || m[3] from regexp_match(b.stem, '^(.*?)(${last})(.*)$') m)`,
  )
  .join(' ');

// The last letter may have become another one (`cities`: `citi`). Two letters are no beginning an index could find.
const beginnings = String.raw`with word as (
    select w.lexeme, least(20, greatest(3, length(w.lexeme) - 1)) as n from unnest(to_tsvector(p_dictionary, lower(p_words))) w
    where p_place > 1 or length(w.lexeme) >= 3 order by length(w.lexeme) desc, w.lexeme limit 1 offset p_place - 1
  ), b as (
    select left(lexeme, n) as stem, case when lexeme like '%ss%' then left(replace(lexeme, 'ss', 'ß'), greatest(3, n - 1)) end as sharp,
      (select left(o.word, n) from regexp_split_to_table(lower(p_words), '[^[:alnum:]]+') o (word)
        where lexeme = any (tsvector_to_array(to_tsvector(p_dictionary, o.word))) limit 1) as typed
    from word
  )
  select array_agg(distinct '%' || regexp_replace(x.beginning, '[\\%_]', '_', 'g') || '%')
  from b cross join lateral unnest(array[b.stem, b.sharp, b.typed, case ${accented} end]) x (beginning) where x.beginning is not null`;
