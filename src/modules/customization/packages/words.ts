import type { JsonObject } from '#kernel/pure/json.js';
import { snake } from '#kernel/resource/names.js';
import type { FieldType } from '../domain/field-types.js';
import type { PackageField, PackageObject } from '../package/package.js';

/** German, then English. */
export type Both = readonly [string, string];
export const both = ([de, en]: Both) => ({ de, en });

type Field = Omit<PackageField, 'objectName'>;
type More = JsonObject & { readonly target?: string };

/** A field of a package: key, type, what it is called. */
export const field = (key: string, type: FieldType, labels: Both, { target, ...more }: More = {}): Field => ({
  key,
  type,
  labels: both(labels),
  ...(target === undefined ? {} : { target }),
  more,
});

/** Choices with what they are called. */
export const choices = (options: Readonly<Record<string, Both>>) => ({
  options: Object.entries(options).map(([key, labels]) => ({ key, labels: both(labels), isActive: true })),
});

export const fieldsOf = (objectName: string, fields: readonly Field[]): PackageField[] => fields.map((one) => ({ objectName, ...one }));

/** An object of a package together with its fields. */
export const object = (
  { key, plural, labels, help, nameField }: Omit<PackageObject, 'labels' | 'help'> & { readonly labels: Both; readonly help: Both },
  fields: readonly Field[],
) => ({
  object: { key, plural, labels: both(labels), help: both(help), ...(nameField === undefined ? {} : { nameField }) },
  fields: fieldsOf(`x_${snake(key)}`, fields),
});
