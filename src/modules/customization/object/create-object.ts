import { sql } from '#kernel/db/sql.js';
import { conflict, invalid } from '#kernel/errors/domain-error.js';
import { integer, json, ref, text } from '#kernel/resource/fields.js';
import { snake } from '#kernel/resource/names.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import type { Work } from '#kernel/usecase/work.js';
import { expectedMetadata, metadataErrors, nextVersion } from '../definitions/next-version.js';
import { isKey, meet } from '../domain/names.js';
import { keyMalformed, labelErrors, readIcon, readLabels } from './object-errors.js';
import { featuresInput } from './object-input.js';
import { featureErrors, readFeatures } from './read-features.js';
import { ObjectDefinition } from './object-definition.resource.js';

const mostObjects = 200;

export const createObject = defineCommand({
  name: 'object_definition.create',
  summary: 'Define a kind of record of your own. It is there at once, in GraphQL, REST and rights.',
  rest: { path: '/object-definitions', status: 201 },
  input: {
    key: text(60, { required: true, description: 'Stable for ever, in camel case: `parkingPermit`.' }),
    plural: text(60, { required: true, description: 'In addresses and lists, in camel case: `parkingPermits`.' }),
    labels: json({ required: true, description: 'Its name by language: `{"de": "Parkausweis", "en": "Parking permit"}`.' }),
    help: json({ description: 'What it is, by language.' }),
    icon: text(60, { description: 'What front ends show it by: `car`, `mdi:file-sign`.' }),
    nameField: text(60, { description: 'Key of the field people know a record by; it is searched.' }),
    ...featuresInput,
    metadataVersion: expectedMetadata,
  },
  output: {
    objectDefinitionId: ref('object_definition', { required: true }),
    name: text(80, { required: true, description: 'Its noun in rights and events.' }),
    metadataVersion: integer({ required: true }),
  },
  errors: {
    ...metadataErrors,
    ...labelErrors,
    ...featureErrors,
    'object_definition.key_taken': 'Another object has this key, or one too like it.',
    'object_definition.key_reserved': 'Names made of another object would meet with this one.',
  },

  async run({ key, plural, labels, help, icon, nameField, features, stages, metadataVersion: expected }, work) {
    if (!isKey(key)) throw keyMalformed('/key');
    if (!isKey(plural) || plural === key) throw keyMalformed('/plural');
    const shownBy = readIcon(icon);
    const metadataVersion = await nextVersion(work, expected);
    const others = await work.system.repo(ObjectDefinition).list({});
    if (others.length >= mostObjects)
      throw conflict('metadata.limit_exceeded', `A company has at most ${mostObjects} objects of its own.`, { limit: mostObjects });
    refuseAlike(others, key, plural);
    const name = `x_${snake(key)}`;
    const row = await work.system.repo(ObjectDefinition).create({
      key,
      name,
      plural,
      code: await nextCode(work),
      labels: readLabels(labels, '/labels'),
      help: help === undefined || help === null ? null : readLabels(help, '/help'),
      icon: shownBy,
      nameField: nameField ?? null,
      ...readFeatures({ features, stages }),
      isActive: true,
    });
    return { objectDefinitionId: row.id, name, metadataVersion };
  },
});

function refuseAlike(others: readonly { readonly key: string; readonly plural: string }[], key: string, plural: string): void {
  const taken = others.flatMap((other) => [other.key, other.plural]);
  if (taken.some((other) => [key, plural].includes(other)))
    throw conflict('object_definition.key_taken', `Another object is called "${key}" or "${plural}".`);
  const other = taken.find((one) => meet(one, key) || meet(one, plural));
  if (other !== undefined || meet(key, plural))
    throw invalid(
      'object_definition.key_reserved',
      `"${key}" would meet with names that are made of "${other ?? plural}". Choose another.`,
    );
}

/** Codes of objects are never used again: an id says for ever what it was. */
async function nextCode(work: Work): Promise<number> {
  const [row] = await work.rows<{ last: string }>(sql`insert into kernel.number_series (tenant_id, series, last)
    select ${work.tenantId}, 'codes of objects', coalesce(max(code) + 1, 0) from customization.object_definitions where tenant_id = ${work.tenantId}
    on conflict (tenant_id, series) do update set last = greatest(number_series.last + 1, excluded.last) returning last`);
  return Number(row?.last ?? 0);
}
