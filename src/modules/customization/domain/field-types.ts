/** What a field may be. */
export const FIELD_TYPES = [
  'text',
  'longText',
  'richText',
  'int',
  'decimal',
  'money',
  'percent',
  'bool',
  'date',
  'dateTime',
  'time',
  'duration',
  'enum',
  'multiEnum',
  'email',
  'phone',
  'url',
  'address',
  'geo',
  'user',
  'relation',
  'file',
  'json',
  'autonumber',
  'formula',
  'rollup',
] as const;
export type FieldType = (typeof FIELD_TYPES)[number];

export const ROLLUP_FUNCTIONS = ['count', 'sum', 'min', 'max', 'avg', 'first', 'last'] as const;
export type RollupFunction = (typeof ROLLUP_FUNCTIONS)[number];

/** What no client writes: it follows from something else. */
export const isWorkedOut = (type: FieldType): boolean => type === 'formula' || type === 'rollup';
/** Texts people write in a language. */
export const isWriting = (type: FieldType): boolean => type === 'text' || type === 'longText' || type === 'richText';
export const isReference = (type: FieldType): boolean => type === 'user' || type === 'relation';

/** The table its values are indexed in; null when none can be. */
export function indexOfType(type: FieldType): 'text' | 'num' | 'time' | 'bool' | 'ref' | null {
  return Object.hasOwn(indexes, type) ? (indexes[type] ?? null) : null;
}
const indexes: Readonly<Partial<Record<FieldType, 'text' | 'num' | 'time' | 'bool' | 'ref'>>> = {
  text: 'text',
  email: 'text',
  phone: 'text',
  enum: 'text',
  autonumber: 'text',
  time: 'text',
  int: 'num',
  decimal: 'num',
  percent: 'num',
  duration: 'num',
  bool: 'bool',
  date: 'time',
  dateTime: 'time',
  user: 'ref',
  relation: 'ref',
  file: 'text',
};
