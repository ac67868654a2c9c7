import { sql } from '#kernel/db/sql.js';
import { DomainError } from '#kernel/errors/domain-error.js';
import type { FileStore } from '#kernel/ports/ports.js';
import { integer, text } from '#kernel/resource/fields.js';
import { newId, typeCode } from '#kernel/resource/ids.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import type { Work } from '#kernel/usecase/work.js';
import { FileAttached } from '../events.js';
import { noteAudit } from './note-audit.js';
import { fileFields, recordErrors, recordInReach, shownFile, type StoredFile } from './stored-file.js';

const { name, mediaType, bytes, sha256 } = fileFields;

/** The upload of one draft. What the draft holds is in the input by its hash, where it lies is not: a repeat lies elsewhere. */
export const takeFile = (store: FileStore, draft: string) =>
  defineCommand({
    name: 'file.create',
    summary: 'Attach a file to a record.',
    rest: null,
    access: 'member',
    input: {
      recordId: text(36, { required: true }),
      name,
      mediaType,
      bytes: integer({ ...bytes.options, max: 2 ** 31 - 1 }),
      sha256,
      quarantine: text(500),
    },
    output: fileFields,
    errors: {
      ...recordErrors,
      'file.quota_exceeded': 'The company has used up the room for its files.',
    },

    async run({ recordId, quarantine = null, ...content }, work) {
      const resource = await recordInReach(work, recordId, 'update');
      await takeRoom(work, store, content);
      const file: StoredFile = {
        ...content,
        id: newId(typeCode('file'), work.now.getTime()),
        resource: resource.name,
        recordId,
        quarantine,
        uploadedById: work.actor.userId,
        createdAt: work.now,
      };
      await insert(work, file);
      await noteAudit(work, 'file.create', 'created', file);
      await work.emit(
        FileAttached,
        { fileId: file.id, resource: file.resource, recordId, bytes: file.bytes },
        { resource: resource.name, id: recordId },
      );
      // Under the lock of the blob's row, so that who removes unused content does not take it away between the two.
      await store.keep(draft, { tenantId: work.tenantId, sha256: file.sha256 });
      return shownFile(file);
    },
  });

/** The same content counts once. Uploads of a company take turns here, so that two of them cannot both take the last room. */
async function takeRoom(work: Work, store: FileStore, { sha256, bytes }: Pick<StoredFile, 'sha256' | 'bytes'>): Promise<void> {
  await work.rows(sql`select pg_advisory_xact_lock(hashtextextended(${`files ${work.tenantId}`}, 0))`);
  await work.rows(sql`insert into files.blobs (tenant_id, sha256, bytes, created_at) values (${work.tenantId}, ${sha256}, ${bytes}, ${work.now})
    on conflict (tenant_id, sha256) do update set created_at = excluded.created_at`);
  const [used] = await work.rows<{ bytes: string }>(
    sql`select coalesce(sum(bytes), 0)::text as bytes from files.blobs where tenant_id = ${work.tenantId}`,
  );
  if (Number(used?.bytes ?? 0) > store.limits.tenantBytes)
    throw new DomainError(
      'too_large',
      'file.quota_exceeded',
      `All files of the company together may have ${store.limits.tenantBytes} bytes. Delete some first, or ask your operator for more.`,
      {
        allowed: store.limits.tenantBytes,
      },
    );
}

const insert = (work: Work, file: StoredFile) =>
  work.rows(sql`insert into files.files (tenant_id, id, resource, record_id, name, media_type, bytes, sha256, quarantine, uploaded_by_id, created_at)
    values (${work.tenantId}, ${file.id}, ${file.resource}, ${file.recordId}, ${file.name}, ${file.mediaType}, ${file.bytes}, ${file.sha256}, ${file.quarantine}, ${file.uploadedById}, ${file.createdAt})`);
