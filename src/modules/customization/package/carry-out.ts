import { DomainError } from '#kernel/errors/domain-error.js';
import type { Work } from '#kernel/usecase/work.js';
import { createField } from '../field/create-field.js';
import { updateField } from '../field/update-field.js';
import { createObject } from '../object/create-object.js';
import { ObjectDefinition } from '../object/object-definition.resource.js';
import { updateObject } from '../object/update-object.js';
import { objectWords, type Step } from './plan-install.js';

type FieldStep = Extract<Step, { what: 'field' }>;

/** Does what was planned: objects, then fields, those that need others after them. */
export async function carryOut(work: Work, steps: readonly Step[]): Promise<void> {
  for (const step of steps) if (step.what === 'object') await setObject(work, step);
  let left = steps.filter((step): step is FieldStep => step.what === 'field' && step.action !== 'keep');
  while (left.length > 0) {
    const early = await tried(work, left);
    // Nothing more can be made: what the first of them says is true.
    if (early.steps.length === left.length && early.first) throw early.first;
    left = early.steps;
  }
  for (const step of steps) if (step.what === 'object') await restObject(work, step);
}

/** Sets what can be set; gives back what names fields that are not there yet. */
async function tried(work: Work, steps: readonly FieldStep[]): Promise<{ steps: FieldStep[]; first: DomainError | null }> {
  const early: FieldStep[] = [];
  let first: DomainError | null = null;
  for (const step of steps) {
    try {
      await setField(work, step);
    } catch (error) {
      if (!(error instanceof DomainError) || !mayComeLater.has(error.code)) throw told(error, step);
      first ??= told(error, step);
      early.push(step);
    }
  }
  return { steps: early, first };
}

const mayComeLater: ReadonlySet<string> = new Set([
  'field_definition.formula_invalid',
  'field_definition.in_use',
  'field_definition.scope_unfit',
]);

/** The refusal with the name of what it is about: a package has many fields. */
function told<T>(error: T, { name }: FieldStep): T | DomainError {
  if (!(error instanceof DomainError)) return error;
  return new DomainError(error.kind, error.code, `${name}: ${error.message}`, { ...error.details, field: name });
}

async function setObject(work: Work, step: Extract<Step, { what: 'object' }>): Promise<void> {
  const { wanted } = step;
  if (step.action === 'create') {
    const { objectDefinitionId } = await createObject.run({ ...objectWords(wanted), key: wanted.key, plural: wanted.plural }, work);
    if (wanted.isRelation) await work.repo(ObjectDefinition).update(objectDefinitionId, { isRelation: true });
  } else if (step.action === 'update') {
    // What is to rest goes to rest in the end: its fields are set before.
    await updateObject.run({ objectDefinitionId: step.id, ...objectWords(wanted), isActive: true }, work);
  }
}

async function restObject(work: Work, { wanted, action }: Extract<Step, { what: 'object' }>): Promise<void> {
  if (wanted.isActive !== false || action === 'keep') return;
  const found = await work.repo(ObjectDefinition).first({ key: wanted.key });
  if (found) await updateObject.run({ objectDefinitionId: found.id, isActive: false }, work);
}

async function setField(work: Work, step: FieldStep): Promise<void> {
  const { objectName, key, type, labels, target, isActive, more } = step.wanted;
  if (step.action !== 'create') {
    await updateField.run({ ...more, labels, fieldDefinitionId: step.id, isActive: isActive ?? true }, work);
    return;
  }
  const { fieldDefinitionId } = await createField.run({ ...more, objectName, key, type, labels, ...(target ? { target } : {}) }, work);
  if (isActive === false) await updateField.run({ fieldDefinitionId, isActive: false }, work);
}
