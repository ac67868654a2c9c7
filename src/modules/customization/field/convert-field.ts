import { sql, trusted } from '#kernel/db/sql.js';
import { DomainError } from '#kernel/errors/domain-error.js';
import type { JsonValue } from '#kernel/pure/json.js';
import { toCustom } from '#kernel/resource/columns.js';
import type { Field } from '#kernel/resource/fields.js';
import { nilId } from '#kernel/resource/ids.js';
import { validate } from '#kernel/resource/validate.js';
import type { Work } from '#kernel/usecase/work.js';
import { productOf } from '../definitions/tenant-definitions.js';
import { toField } from '../definitions/to-field.js';
import { convertValue } from '../domain/convert-value.js';
import type { FieldDefinition } from './field-definition.resource.js';

/** A value that does not stay what it was: what it becomes, null when nothing. */
export interface Changed {
  readonly recordId: string;
  readonly value: JsonValue;
  readonly becomes: JsonValue;
}

/** What changing the type of a field comes to. */
export interface Conversion {
  readonly convertible: number;
  readonly lossy: number;
  readonly failing: number;
  /** The first that are lossy or fail. */
  readonly sample: readonly Changed[];
}

const batch = 2_000;
const shown = 10;

export const recordsOf = (work: Work, { objectName }: Pick<FieldDefinition, 'objectName'>) => {
  const resource = productOf(work).resources.get(objectName);
  const table = resource ? resource.table : 'kernel.records';
  return { table: trusted(table), kind: resource ? sql`` : sql` and t.object = ${objectName}` };
};

interface Change {
  readonly before: FieldDefinition;
  readonly after: FieldDefinition;
  readonly timeZone: string;
}
type Made = { readonly value: JsonValue; readonly isLossy: boolean } | null;
interface Step {
  readonly id: string;
  readonly value: JsonValue;
  readonly made: Made;
}

/** Goes through all values of a field; with `write`, each is written as it becomes. Call it with the next version of the metadata made: nobody writes meanwhile. */
export async function convertField(work: Work, change: Change & { readonly write: boolean }): Promise<Conversion> {
  const { before, after } = change;
  const field: Field = { ...toField(after, 'en'), options: {} };
  const count = { convertible: 0, lossy: 0, failing: 0 };
  const sample: Changed[] = [];
  for (let last = nilId; ;) {
    const rows = await valuesAfter(work, before, last);
    const steps = rows.map(({ id, value }): Step => ({ id, value, made: converted(value, field, change) }));
    for (const step of steps) count[fateOf(step)]++;
    sample.push(
      ...steps
        .filter((step) => fateOf(step) !== 'convertible')
        .slice(0, shown - sample.length)
        .map(toChanged),
    );
    if (change.write && steps.length > 0) await write(work, before, steps);
    if (rows.length < batch) return { ...count, sample };
    last = rows.at(-1)?.id ?? last;
  }
}

const fateOf = ({ made }: Step) => (made === null ? 'failing' : made.isLossy ? 'lossy' : 'convertible');
const toChanged = ({ id, value, made }: Step): Changed => ({ recordId: id, value, becomes: made?.value ?? null });

async function valuesAfter(work: Work, field: FieldDefinition, last: string): Promise<{ id: string; value: JsonValue }[]> {
  const { table, kind } = recordsOf(work, field);
  return work.rows(sql`select t.id, t.custom->${field.key}::text as value from ${table} t
    where t.tenant_id = ${work.tenantId}${kind} and t.id > ${last} and t.custom->${field.key}::text is not null order by t.id limit ${batch}`);
}

async function write(work: Work, field: FieldDefinition, steps: readonly Step[]): Promise<void> {
  const { table } = recordsOf(work, field);
  const values = JSON.stringify(steps.map(({ id, made }) => ({ id, value: made?.value ?? null })));
  await work.rows(sql`update ${table} t set version = t.version + 1,
    custom = (t.custom - ${field.key}::text) || case when m.value is null then '{}'::jsonb else jsonb_build_object(${field.key}::text, m.value) end
    from jsonb_to_recordset(${values}::jsonb) as m (id uuid, value jsonb)
    where t.tenant_id = ${work.tenantId} and t.id = m.id`);
}

/** By the rules of the field as it will be: a text too long, a choice that is none, a number out of range cannot be kept. */
function converted(value: JsonValue, field: Field, { before, after, timeZone }: Change): Made {
  const made = convertValue(value, { from: before.type, to: after.type, timeZone });
  if (!made) return null;
  const fitted = rounded(made, after);
  try {
    const { value: checked } = validate({ value: field }, { value: fitted.value }, 'create');
    return { value: toCustom(field, checked) as JsonValue, isLossy: fitted.isLossy };
  } catch (error) {
    if (error instanceof DomainError) return null;
    throw error;
  }
}

/** More digits than the field has are lost. */
function rounded({ value, isLossy }: { readonly value: JsonValue; readonly isLossy: boolean }, { type, settings }: FieldDefinition) {
  const scale = settings.scale ?? 2;
  if ((type !== 'decimal' && type !== 'percent') || typeof value !== 'string') return { value, isLossy };
  const [whole = '', digits = ''] = value.split('.');
  const kept = scale === 0 ? whole : `${whole}.${digits.slice(0, scale)}`;
  return digits.length <= scale ? { value, isLossy } : { value: kept, isLossy: isLossy || /[1-9]/.test(digits.slice(scale)) };
}
