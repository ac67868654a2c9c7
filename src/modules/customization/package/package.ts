import type { JsonObject } from '#kernel/pure/json.js';
import type { FieldType } from '../domain/field-types.js';
import type { Labels } from '../object/object-definition.resource.js';
import type { FeaturesSaid, StagesSaid } from '../object/read-features.js';

/** What the first member of every package says; another number means another meaning. */
export const packageFormat = 'kontor.metadata/1';

export interface PackageObject {
  readonly key: string;
  readonly plural: string;
  readonly labels: Labels;
  readonly help?: Labels;
  readonly icon?: string;
  readonly nameField?: string;
  readonly features?: FeaturesSaid;
  readonly stages?: StagesSaid;
  readonly isRelation?: boolean;
  readonly isActive?: boolean;
}

/** A field with what is said of it beyond the usual, as `field_definition.create` takes it. */
export interface PackageField {
  readonly objectName: string;
  readonly key: string;
  readonly type: FieldType;
  readonly labels: Labels;
  readonly target?: string;
  readonly isActive?: boolean;
  /** The rest: `isRequired`, `options`, `formula`, … */
  readonly more: JsonObject;
}

/** Fields and objects of a company, to be installed in another. */
export interface MetadataPackage {
  readonly name: string;
  readonly description: Labels;
  readonly objects: readonly PackageObject[];
  readonly fields: readonly PackageField[];
}

/** The package as the JSON that is handed out. */
export const writePackage = ({ name, description, objects, fields }: MetadataPackage): JsonObject => ({
  format: packageFormat,
  name,
  ...(Object.keys(description).length === 0 ? {} : { description }),
  objects: objects.map((object) => JSON.parse(JSON.stringify(object)) as JsonObject),
  fields: fields.map(({ more, ...field }): JsonObject => ({ ...field, ...more })),
});
