import type { Field } from './fields.js';

/** Words of people: names, companies, subjects. They are the texts that are searched. */
export const isHuman = (field: Field): boolean => field.kind === 'text' && field.options.search === true;

/** The root collation of Unicode: capitals, accents and umlauts stand beside their letter, on every PostgreSQL alike. */
export const humanCollation = 'collate "und-x-icu"';
