import { judgedBy, openWorkOf } from '#kernel/db/twins.js';
import { sql, type Sql } from '#kernel/db/sql.js';
import { conflict, notFound } from '#kernel/errors/domain-error.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import { choice, instant, integer, object, ref, text } from '#kernel/resource/fields.js';
import { codeOf } from '#kernel/resource/ids.js';
import { words } from '#kernel/resource/names.js';
import type { Work } from '#kernel/usecase/work.js';

/** A file of a record, as it is kept. */
export interface StoredFile {
  readonly id: string;
  readonly resource: string;
  readonly recordId: string;
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly quarantine: string | null;
  readonly uploadedById: string | null;
  readonly createdAt: Date;
}

export const fileFields = {
  id: text(36, { required: true, description: 'Id of the file.' }),
  resource: text(80, { required: true, description: 'The kind of record it hangs on: `account`.' }),
  recordId: text(36, { required: true, description: 'The record it hangs on.' }),
  name: text(200, { required: true, description: 'Its name, for people.' }),
  mediaType: text(200, { required: true, description: 'What it is by its content.' }),
  bytes: integer({ required: true, min: 1 }),
  sha256: text(64, { required: true, description: 'Hash of its content, in hex.' }),
  state: choice(['ready', 'quarantined'], {
    required: true,
    description: '`quarantined`: it is not what it says it is, and is not given out.',
  }),
  quarantine: text(500, { description: 'Why it is not given out.' }),
  uploadedById: ref('user', { description: 'Who uploaded it.' }),
  createdAt: instant({ required: true, description: 'When it was uploaded.' }),
};
export const fileObject = object(fileFields, { name: 'FileInfo', required: true });

export const shownFile = (file: StoredFile) => ({
  ...file,
  state: file.quarantine === null ? ('ready' as const) : ('quarantined' as const),
});

const columns = sql`f.id, f.resource, f.record_id as "recordId", f.name, f.media_type as "mediaType", f.bytes::integer as bytes, f.sha256, f.quarantine,
  f.uploaded_by_id as "uploadedById", f.created_at as "createdAt"`;

export const filesWhere = (work: Work, condition: Sql): Promise<StoredFile[]> =>
  work.rows<StoredFile>(sql`select ${columns} from files.files f where f.tenant_id = ${work.tenantId} and ${condition}`);

/** One answer for files that are not there and for files of records out of reach. */
export const fileNotFound = (id: string) =>
  notFound('file.not_found', `There is no file with the id ${id}, or you may not see it.`, { id });

/** A file whose record the actor may read (or change): the record's rights are the file's rights. */
export async function fileInReach(work: Work, id: string, verb: 'read' | 'update'): Promise<StoredFile> {
  const [file] = codeOf(id) === null ? [] : await filesWhere(work, sql`f.id = ${id}`);
  const resource = file && work.definitions.resources.get(file.resource);
  if (!resource || isOff(resource) || !(await isInReach(work, resource, file.recordId, verb))) throw fileNotFound(id);
  return file;
}

export const recordErrors = {
  'file.no_such_record': 'There is no record with this id that can have files, or it is not within your reach.',
  'file.switched_off': 'The company has switched off files for records of this kind.',
};

/** The kind of record an id is of, if files hang on such records and the actor may read (or change) this one. */
export async function recordInReach(work: Work, recordId: string, verb: 'read' | 'update'): Promise<Resource> {
  const code = codeOf(recordId);
  const resource = code === null ? undefined : work.definitions.byCode.get(code);
  if (!resource || !bearsFiles(resource) || !(await isInReach(work, resource, recordId, verb)))
    throw notFound('file.no_such_record', 'There is no record with this id that can have files, or it is not within your reach.', {
      recordId,
    });
  if (isOff(resource)) throw conflict('file.switched_off', `The company has switched off files for a ${words(resource)}.`, { recordId });
  return resource;
}

/** Files hang on what people read and change. */
const bearsFiles = ({ operations }: Resource) => operations.includes('get') && operations.includes('update');

/** The company keeps no files with records of this kind; those there were are kept, and seen by nobody. */
const isOff = ({ without }: Resource) => without?.includes('files') === true;

async function isInReach(work: Work, resource: Resource, recordId: string, verb: 'read' | 'update'): Promise<boolean> {
  const judged = (one: string) => judgedBy(openWorkOf(work), { noun: resource.name, permission: `${resource.name}:${one}` }).repo(resource);
  if ((await judged('read').find(recordId)) === null) return false;
  return verb === 'read' || (await judged(verb).find(recordId)) !== null;
}
