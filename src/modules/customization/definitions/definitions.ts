import type { FieldDefinition } from '../field/field-definition.resource.js';
import type { ObjectDefinition } from '../object/object-definition.resource.js';

/** What a company has defined, as far as it is in use. */
export interface Definitions {
  readonly tenantId: string;
  readonly version: number;
  readonly timeZone: string;
  /** The company's language: descriptions are shown in it. */
  readonly locale: string;
  /** The table that holds the records of its own objects. */
  readonly recordsTable: string;
  readonly objects: readonly ObjectDefinition[];
  readonly fields: readonly FieldDefinition[];
}
