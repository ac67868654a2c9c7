import type { Resource } from '#kernel/resource/define-resource.js';
import type { Field } from '#kernel/resource/fields.js';
import { translatableFields, translations } from '#kernel/resource/translations.js';

/** The member of `custom` that holds texts in other languages: no field can be called so. */
export const textsMember = '$translations';

/** Whether records of a resource of the product have texts in several languages by themselves. */
export const hasTexts = (resource: Resource | undefined): boolean =>
  resource !== undefined && resource.fields['translations'] !== undefined && translatableFields(resource).length > 0;

/** The resource with the field that tells its texts in other languages, where texts of the company's own are among them. */
export function withTexts(resource: Resource): Resource {
  const own = translatableFields(resource).filter(([, { stored }]) => stored);
  if (own.length === 0) return resource;
  const names = own.map(([name]) => `${resource.name}.${name}`);
  const kept = resource.fields['translations'] ?? ownTexts;
  const options = {
    ...kept.options,
    of: [...(kept.options.of ?? []), ...names],
    // What tells of a person does so in every language.
    ...(own.some(([, field]) => field.options.personal) ? { personal: true as const } : {}),
  };
  return { ...resource, fields: { ...resource.fields, translations: { ...kept, options } } };
}

const ownTexts: Field = {
  ...translations(),
  stored: { in: 'custom', key: textsMember },
  labels: { en: 'Translations', de: 'Übersetzungen' },
};
