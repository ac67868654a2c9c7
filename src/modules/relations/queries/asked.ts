import { relationNames } from '#modules/customization/api.js';
import { dealingKinds } from '#modules/customers/api.js';
import { rowNotFound } from '#kernel/access/errors.js';
import { sql } from '#kernel/db/sql.js';
import { invalid, notFound } from '#kernel/errors/domain-error.js';
import { dayIn } from '#kernel/pure/time.js';
import { boolean, date } from '#kernel/resource/fields.js';
import { codeOf } from '#kernel/resource/ids.js';
import { words } from '#kernel/resource/names.js';
import type { Labeller } from '#kernel/text/labels.js';
import type { Work } from '#kernel/usecase/work.js';
import { Namer } from '../walk/names.js';
import { standsAmong, type TieKinds } from '../walk/ties.js';

/** Words for everything, in the language of a BCP 47 tag. */
export type LabellerOf = (language: string | undefined) => Labeller;

export const namerOf = (labellerOf: LabellerOf, { actor }: Work): Namer =>
  new Namer(labellerOf(actor.language), [...(actor.reads ?? []), actor.language ?? 'en']);

export const dayInput = {
  on: date({ description: 'The day dated relations have to hold on; today where the company is, when left out.' }),
  anyDay: boolean({ default: false, description: 'Relations that are over, or have not begun, count too.' }),
};

export const askedErrors = {
  'record.not_found': 'The id is none of a record here.',
  'record.without_relations': 'Records of this kind do not stand in relations to others.',
};

export async function dayOf(work: Work, { on, anyDay }: { on?: string | null | undefined; anyDay?: boolean | null | undefined }) {
  if (anyDay === true) return null;
  if (on) return on;
  const [tenant] = await work.rows<{ zone: string }>(sql`select time_zone as zone from kernel.tenants where id = ${work.tenantId}`);
  return dayIn(tenant?.zone ?? 'UTC', work.now);
}

export const tieKinds = async (work: Work): Promise<TieKinds> => ({
  definitions: work.definitions,
  actor: work.actor,
  relations: await relationNames(work),
  dealings: dealingKinds,
});

/** The record an id names. One that may not be seen is not there; one of shared ground has no place among the others. */
export async function recordNamed(work: Work, kinds: TieKinds, { id, path }: { id: string; path: string }) {
  const recordId = id.toLowerCase();
  const code = codeOf(recordId);
  const resource = code === null ? undefined : work.definitions.byCode.get(code);
  if (!resource) throw notFound('record.not_found', 'There is no record with this id, or you may not see it.', { id: id.slice(0, 80) });
  if ((await work.covering(resource, recordId, ['read'])).length === 0) throw rowNotFound(resource, recordId);
  if (!standsAmong(kinds, resource))
    throw invalid('record.without_relations', `A ${words(resource)} does not stand in relations to other records.`, {
      errors: [{ path, code: 'without_relations', message: 'is of a kind without relations' }],
    });
  return { id: recordId, kind: resource.name };
}
