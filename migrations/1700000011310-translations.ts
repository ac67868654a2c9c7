import type { MigrationRunner } from '#kernel/db/migration.js';

const translated = [
  'catalog.products',
  'catalog.price_lists',
  'sales.pipelines',
  'sales.stages',
  'marketing.email_templates',
  'service.service_levels',
];

/** Texts of a company in several languages: which it has, and a place for them beside the text itself. */
export class Translations1700000011310 {
  async up(q: MigrationRunner): Promise<void> {
    await q.query(`alter table kernel.tenants add column languages text[] not null default '{}'`);
    await q.query(`create trigger identity_news_languages after update of locale, languages on kernel.tenants
      for each statement execute function identity.tell_change()`);
    for (const table of translated) await q.query(`alter table ${table} add column translations jsonb`);
    await q.query(`create function kernel.told(p_text text, p_others jsonb, p_languages text[]) returns text language sql immutable parallel safe
      set search_path = pg_catalog, pg_temp as $f$${told}$f$`);
    await q.query(`create function kernel.source_hash(p_text text) returns text language sql immutable parallel safe
      set search_path = pg_catalog, pg_temp as $f$select left(encode(sha256(convert_to(p_text, 'UTF8')), 'hex'), 16)$f$`);
    for (const name of ['told', 'source_hash']) {
      await q.query(`revoke all on function kernel.${name} from public`);
      await q.query(`grant execute on function kernel.${name} to kontor_app`);
    }
  }

  async down(q: MigrationRunner): Promise<void> {
    await q.query(`drop function kernel.source_hash(text)`);
    await q.query(`drop function kernel.told(text, jsonb, text[])`);
    for (const table of translated) await q.query(`alter table ${table} drop column translations`);
    await q.query(`drop trigger identity_news_languages on kernel.tenants`);
    await q.query(`alter table kernel.tenants drop column languages`);
  }
}

// A text that is not there is not there in any language.
const told = `select case when p_text is null or p_others is null then p_text else coalesce(
  (select p_others -> l.code ->> 'text' from unnest(p_languages) with ordinality l (code, n)
    where p_others -> l.code ->> 'text' is not null order by l.n limit 1), p_text)
end`;
