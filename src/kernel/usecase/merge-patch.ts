import type { Resource } from '../resource/define-resource.js';
import type { FieldKind } from '../resource/fields.js';
import { inputFields, validatePatch } from '../resource/validate.js';
import type { CrudInput } from './crud.js';
import type { Work } from './work.js';

type Members = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Members => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Fields whose values have members of their own. */
const structured: ReadonlySet<FieldKind> = new Set<FieldKind>(['address', 'money', 'plan', 'json']);

/** JSON Merge Patch (RFC 7396): members named change, null removes, what is no object replaces. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged = new Map(Object.entries(isObject(target) ? target : {}));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name);
    else merged.set(name, mergePatch(merged.get(name), value));
  }
  return Object.fromEntries(merged);
}

/** What can be checked at once, and what only together with the row it changes. */
export function splitPatch(resource: Resource, patch: unknown): { flat: unknown; nested: Members } {
  if (!isObject(patch)) return { flat: patch, nested: {} };
  const fields = inputFields(resource);
  const isNested = (name: string, value: unknown) =>
    isObject(value) && Object.hasOwn(fields, name) && structured.has(fields[name]?.kind ?? 'text');
  const entries = Object.entries(patch);
  return {
    flat: Object.fromEntries(entries.filter(([name, value]) => !isNested(name, value))),
    nested: Object.fromEntries(entries.filter(([name, value]) => isNested(name, value))),
  };
}

/** The patch with its objects merged into those of the row, which nobody else writes until this transaction ends. */
export async function mergedPatch(resource: Resource, { id, patch = {}, merge }: CrudInput, work: Work): Promise<Record<string, unknown>> {
  const { nested } = merge ? splitPatch(resource, patch) : { nested: {} };
  if (Object.keys(nested).length === 0) return patch;
  const row: Members = { ...(await work.repo(resource).lock(id)) };
  const merged = Object.fromEntries(Object.entries(nested).map(([name, value]) => [name, mergePatch(row[name], value)]));
  return { ...patch, ...validatePatch(resource, merged) };
}
