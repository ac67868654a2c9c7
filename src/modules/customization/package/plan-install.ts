import { isDeepStrictEqual } from 'node:util';
import { conflict } from '#kernel/errors/domain-error.js';
import { snake } from '#kernel/resource/names.js';
import type { Work } from '#kernel/usecase/work.js';
import { FieldDefinition } from '../field/field-definition.resource.js';
import { readField } from '../field/read-field.js';
import { wordsOf } from '../field/update-field.js';
import { ObjectDefinition } from '../object/object-definition.resource.js';
import { readFeatures } from '../object/read-features.js';
import type { MetadataPackage, PackageField, PackageObject } from './package.js';

export type Step =
  | { readonly what: 'object'; readonly action: 'create'; readonly name: string; readonly wanted: PackageObject }
  | {
      readonly what: 'object';
      readonly action: 'update' | 'keep';
      readonly name: string;
      readonly wanted: PackageObject;
      readonly id: string;
    }
  | { readonly what: 'field'; readonly action: 'create'; readonly name: string; readonly wanted: PackageField }
  | {
      readonly what: 'field';
      readonly action: 'update' | 'keep';
      readonly name: string;
      readonly wanted: PackageField;
      readonly id: string;
    };

interface Conflict {
  readonly name: string;
  readonly message: string;
}

/** What has to be done so that a company has what a package says; refuses what is against what it has. */
export async function planInstall(work: Work, { objects, fields }: MetadataPackage): Promise<Step[]> {
  const conflicts: Conflict[] = [];
  const steps: Step[] = [];
  const ownObjects = new Map((await work.system.repo(ObjectDefinition).list({})).map((object) => [object.key, object]));
  for (const wanted of objects) steps.push(objectStep(wanted, ownObjects.get(wanted.key), conflicts));
  const ownFields = new Map((await work.system.repo(FieldDefinition).list({})).map((field) => [`${field.objectName}.${field.key}`, field]));
  for (const wanted of fields) steps.push(fieldStep(wanted, ownFields.get(`${wanted.objectName}.${wanted.key}`), conflicts));
  if (conflicts.length > 0)
    throw conflict(
      'metadata.package_conflicts',
      `The package is against what is there already: ${conflicts
        .slice(0, 3)
        .map(({ name, message }) => `${name} ${message}`)
        .join('; ')}.`,
      { conflicts },
    );
  return steps;
}

function objectStep(wanted: PackageObject, there: ObjectDefinition | undefined, conflicts: Conflict[]): Step {
  const name = `x_${snake(wanted.key)}`;
  if (!there) return { what: 'object', action: 'create', name, wanted };
  if (there.plural !== wanted.plural) conflicts.push({ name, message: `is called ${there.plural} in the plural, not ${wanted.plural}` });
  if (there.isRelation !== (wanted.isRelation ?? false))
    conflicts.push({ name, message: there.isRelation ? 'is a relation' : 'is no relation' });
  const { labels, help, icon, nameField, features, stages, isActive } = there;
  const isSame = isDeepStrictEqual(
    { labels, help, icon, nameField, features, stages, isActive },
    { ...plainWords(wanted), ...readFeatures(wanted, there), isActive: wanted.isActive ?? true },
  );
  return { what: 'object', action: isSame ? 'keep' : 'update', name, wanted, id: there.id };
}

const plainWords = ({ labels, help, icon, nameField }: PackageObject) => ({
  labels,
  help: help ?? null,
  icon: icon ?? null,
  nameField: nameField ?? null,
});

/** What is said of an object, to be set; features and stages that are not said stay. */
export const objectWords = (wanted: PackageObject) => ({ ...plainWords(wanted), features: wanted.features, stages: wanted.stages });

function fieldStep(wanted: PackageField, there: FieldDefinition | undefined, conflicts: Conflict[]): Step {
  const name = `${wanted.objectName}.${wanted.key}`;
  if (!there) return { what: 'field', action: 'create', name, wanted };
  if (there.type !== wanted.type) conflicts.push({ name, message: `is of type ${there.type}, not ${wanted.type}` });
  if (there.target !== (wanted.target ?? null)) conflicts.push({ name, message: `refers to ${there.target ?? 'nothing'}` });
  const before = wordsOf(there);
  const words = readField({ ...wanted.more, labels: wanted.labels }, there);
  const after = wordsOf({ ...there, ...words, isActive: wanted.isActive ?? true });
  return { what: 'field', action: isDeepStrictEqual(before, after) ? 'keep' : 'update', name, wanted, id: there.id };
}
