import { reachOf } from '../access/actor.js';
import { permissionMissing } from '../access/errors.js';
import { fieldForbidden, fieldRight, refuseWriting } from '../access/field-rights.js';
import { judgedBy } from '../db/twins.js';
import type { OpenWork } from '../db/open-work.js';
import { conflict, notFound } from '../errors/domain-error.js';
import { codeOf } from '../resource/ids.js';
import type { Resource } from '../resource/define-resource.js';
import { sourceHashOf, translatableFields, type Translations } from '../resource/translations.js';
import { crudCommand } from '../usecase/crud.js';

export const textErrors = {
  'translation.no_such_record': 'There is no such record with texts, or you may not see it.',
  'translation.no_source': 'A text that is not there is not translated.',
};

/** A text in one language; null takes it away. `sourceHash` says what it was made of, where that is not the text as it is now. */
export interface NewText {
  readonly field: string;
  readonly text: string | null;
  readonly sourceHash?: string | null;
}

/** The resource a record is one of, when it has texts that are translated. */
export function resourceWithTexts({ definitions }: OpenWork, recordId: string): Resource {
  const code = codeOf(recordId.toLowerCase());
  const resource = code === null ? undefined : definitions.byCode.get(code);
  if (!resource || translatableFields(resource).length === 0) throw noSuchRecord();
  return resource;
}

export const noSuchRecord = () => notFound('translation.no_such_record', 'There is no such record with texts, or you may not see it.');

interface Written {
  readonly version: number;
  readonly changed: boolean;
}

/** Texts of one record in one language: an ordinary change of the record, by whoever may change it and these fields. */
export async function writeTexts(
  work: OpenWork,
  resource: Resource,
  { recordId, language, texts, expectedVersion }: NewTexts,
): Promise<Written> {
  mayWrite(work, resource, texts);
  const repo = judgedBy(work, crudCommand(resource, 'update')).repo(resource);
  const row: Readonly<Record<string, unknown>> & { readonly version: number } = { ...(await repo.lock(recordId)) };
  const before = (row['translations'] ?? {}) as Translations;
  const after = texts.reduce((all, one) => withText(all, language, one, row[one.field]), before);
  const written: { readonly version: number } = await repo.update(
    recordId,
    { translations: Object.keys(after).length > 0 ? after : null },
    expectedVersion ? { expectedVersion } : {},
  );
  return { version: written.version, changed: written.version !== row.version };
}

export interface NewTexts {
  readonly recordId: string;
  readonly language: string;
  readonly texts: readonly NewText[];
  readonly expectedVersion?: number | null | undefined;
}

function withText(all: Translations, language: string, { field, text, sourceHash }: NewText, source: unknown): Translations {
  const { [field]: known = {}, ...others } = all;
  const rest = Object.fromEntries(Object.entries(known).filter(([tag]) => tag !== language));
  if (text === null) return Object.keys(rest).length > 0 ? { ...others, [field]: rest } : others;
  if (typeof source !== 'string') throw conflict('translation.no_source', `"${field}" is empty: there is nothing to translate.`, { field });
  return { ...others, [field]: { ...rest, [language]: { text, sourceHash: sourceHash ?? sourceHashOf(source) } } };
}

function mayWrite({ actor }: OpenWork, resource: Resource, texts: readonly NewText[]): void {
  if (reachOf(actor.permissions, `${resource.name}:update`) === null) throw permissionMissing(`${resource.name}:update`);
  const names = texts.map(({ field }) => field);
  refuseWriting(actor, resource, names);
  const unseen = translatableFields(resource).flatMap(([name]) => (isKept(fieldRight(actor, resource, name)) ? [name] : []));
  if (unseen.length > 0) throw fieldForbidden(unseen.map((field) => ({ resource: resource.name, field })));
}

const isKept = (right: string | null) => right === 'hide' || right === 'mask';
