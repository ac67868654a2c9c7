import { refuseAsking } from '../access/field-rights.js';
import { conflict, invalid, notFound } from '../errors/domain-error.js';
import type { OpenWork } from '../db/open-work.js';
import type { Resource } from '../resource/define-resource.js';
import { text, type Fields } from '../resource/fields.js';
import { validate } from '../resource/validate.js';
import { words } from '../resource/names.js';

/** What another system calls a record: `{ system: 'erp', externalId: '4711' }`. */
export interface ExternalRef {
  readonly system: string;
  readonly externalId: string;
}

export const longestSystem = 40;
export const longestExternalId = 150;
const systemShape = /^[a-z0-9][a-z0-9._-]*$/;

export const refFields = {
  system: text(longestSystem, {
    required: true,
    description: 'The other system, as you call it: `erp`, `shop`. Small letters, digits, dot, dash and underscore.',
  }),
  externalId: text(longestExternalId, { required: true, description: 'What that system calls the record.' }),
} satisfies Fields;

/** A reference as a client wrote it, or `input.invalid`. */
export function readRef(input: unknown): ExternalRef {
  const { system, externalId } = validate(refFields, input, 'create');
  if (typeof system !== 'string' || !systemShape.test(system))
    throw unfit('system', 'must be small letters, digits, dots, dashes or underscores');
  if (typeof externalId !== 'string' || externalId.trim() === '') throw unfit('externalId', 'must not be blank');
  return { system, externalId };
}

const unfit = (field: string, message: string) =>
  invalid('input.invalid', `The input is not valid: /${field} ${message}.`, { errors: [{ path: `/${field}`, code: 'unfit', message }] });

/** The one answer for a reference nothing has, and for one whose record the caller may not see. */
export const refNotFound = (resource: Resource, { system, externalId }: ExternalRef) =>
  notFound('external_ref.not_found', `There is no ${words(resource)} that ${system} calls ${externalId}, or you may not see it.`, {
    system,
    externalId,
  });

/** Whoever writes by a reference waits here for whoever writes by the same one. */
export async function lockRef(work: OpenWork, resource: Resource, ref: ExternalRef): Promise<void> {
  await work.exec('select pg_advisory_xact_lock(hashtextextended($1, 43))', [lockName(work, resource, ref)]);
}

/** The same for many, in an order that is the same for everybody. */
export async function lockRefs(work: OpenWork, resource: Resource, refs: readonly ExternalRef[]): Promise<void> {
  await work.exec(
    `select pg_advisory_xact_lock(place) from (select distinct hashtextextended(name, 43) as place from unnest($1::text[]) name order by 1) places`,
    [refs.map((ref) => lockName(work, resource, ref))],
  );
}

const lockName = (work: OpenWork, resource: Resource, { system, externalId }: ExternalRef): string =>
  JSON.stringify([work.tenantId, resource.name, system, externalId]);

/** The records that references were given to, whoever may see them. */
export async function recordsOfRefs(work: OpenWork, resource: Resource, refs: readonly ExternalRef[]): Promise<string[]> {
  const { rows } = await work.exec(
    `select distinct e.record_id as id from unnest($3::text[], $4::text[]) given (system, external_id)
       join kernel.external_refs e on e.tenant_id = $1 and e.resource = $2 and e.system = given.system and e.external_id = given.external_id`,
    [work.tenantId, resource.name, refs.map(({ system }) => system), refs.map(({ externalId }) => externalId)],
  );
  return rows.map(({ id }) => String(id));
}

/**
 * Which record a reference names, whoever may see it; null when there is none. Resources with a field `externalRef` may be named by
 * that too (`system:id`, as imports write it), so who may not see the field may not ask by reference. A reference whose record has gone names nothing.
 */
export async function recordOfRef(work: OpenWork, resource: Resource, { system, externalId }: ExternalRef): Promise<string | null> {
  refuseAsking(work.actor, [{ of: resource, field: 'externalRef' }]);
  const byField = resource.fields['externalRef']?.options.unique
    ? ` union all select id, 2 from ${resource.table} where tenant_id = $1 and external_ref = $3 || ':' || $4`
    : '';
  const { rows } = await work.exec(
    `select id from (
       select r.id, 1 as rank from kernel.external_refs e join ${resource.table} r on r.tenant_id = e.tenant_id and r.id = e.record_id
       where e.tenant_id = $1 and e.resource = $2 and e.system = $3::text and e.external_id = $4::text${byField}) found
     order by rank limit 1`,
    [work.tenantId, resource.name, system, externalId],
  );
  const id = rows[0]?.['id'];
  return typeof id === 'string' ? id : null;
}

/** Gives a record its name in another system. Writing it again changes nothing; the caller holds the lock of the reference. */
export async function attachRef(work: OpenWork, resource: Resource, recordId: string, ref: ExternalRef): Promise<void> {
  const { system, externalId } = ref;
  // A reference left behind by a record that has gone is free again.
  await work.exec(
    `delete from kernel.external_refs e where tenant_id = $1 and resource = $2 and system = $3 and external_id = $4
       and not exists (select from ${resource.table} r where r.tenant_id = e.tenant_id and r.id = e.record_id)`,
    [work.tenantId, resource.name, system, externalId],
  );
  await work.exec(
    `insert into kernel.external_refs (tenant_id, resource, system, external_id, record_id, created_at) values ($1, $2, $3, $4, $5, $6)
     on conflict do nothing`,
    [work.tenantId, resource.name, system, externalId, recordId, work.now],
  );
  const { rows } = await work.exec(
    `select record_id = $5 as mine from kernel.external_refs where tenant_id = $1 and resource = $2 and system = $3 and external_id = $4`,
    [work.tenantId, resource.name, system, externalId, recordId],
  );
  if (rows[0]?.['mine'] === true) return;
  if (rows[0])
    throw conflict('external_ref.taken', 'Another record has this reference already, or you may not use it.', { system, externalId });
  throw conflict('external_ref.other_id', `${system} calls this record something else already. Detach that reference first.`, { system });
}

export async function detachRef(work: OpenWork, recordId: string, system: string): Promise<boolean> {
  const { rowCount } = await work.exec('delete from kernel.external_refs where tenant_id = $1 and record_id = $2 and system = $3', [
    work.tenantId,
    recordId,
    system,
  ]);
  return (rowCount ?? 0) > 0;
}
