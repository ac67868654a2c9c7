import { sql } from '#kernel/db/sql.js';
import { conflict } from '#kernel/errors/domain-error.js';
import { integer } from '#kernel/resource/fields.js';
import type { Work } from '#kernel/usecase/work.js';

export const expectedMetadata = integer({
  min: 0,
  description: 'The version of the metadata you know: refused when somebody has changed them since.',
});

export const metadataErrors = {
  'metadata.changed': 'Somebody else has changed the metadata since you read them.',
  'metadata.limit_exceeded': 'A company has at most 200 objects of its own, and an object at most 500 fields, 50 of them indexed.',
} as const;

/** Makes the next version of a company's metadata. Whoever changes them at the same time waits here until this transaction ends. */
export async function nextVersion(work: Work, expected?: number | null): Promise<number> {
  const [row] = await work.rows<{ version: number }>(sql`
    insert into kernel.metadata_versions (version) values (1)
    on conflict (tenant_id) do update set version = metadata_versions.version + 1 returning version`);
  const version = row?.version ?? 0;
  if (expected !== undefined && expected !== null && expected !== version - 1)
    throw conflict(
      'metadata.changed',
      `The metadata were changed by somebody else: you know version ${expected}, they are at ${version - 1}.`,
      {
        currentVersion: version - 1,
      },
    );
  return version;
}
