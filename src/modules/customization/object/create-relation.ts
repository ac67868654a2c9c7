import { boolean, choice, integer, json, ref, text } from '#kernel/resource/fields.js';
import type { JsonValue } from '#kernel/pure/json.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import type { Work } from '#kernel/usecase/work.js';
import { metadataErrors, expectedMetadata } from '../definitions/next-version.js';
import { createField } from '../field/create-field.js';
import { fieldErrors, unfit } from '../field/field-errors.js';
import { fieldInput } from '../field/field-input.js';
import { createObject } from './create-object.js';
import { labelErrors } from './object-errors.js';
import { ObjectDefinition } from './object-definition.resource.js';

type Labels = JsonValue;
const labels = (description: string) => json<Labels, { required: true; description: string }>({ required: true, description });

export const createRelation = defineCommand({
  name: 'object_definition.create_relation',
  summary: 'Define how records of two kinds, or of one, can stand to each other: any to any, with labels, roles and dates.',
  description:
    'A relation is an object whose records each join two others by `fromId` and `toId`. Give it more fields as you would any object; rights, audit, import and live changes are those of objects.',
  graphql: 'createRelation',
  rest: { path: '/object-definitions/relations', status: 201 },
  input: {
    key: text(60, { required: true, description: 'Stable for ever, in camel case: `employment`.' }),
    plural: text(60, { required: true, description: 'In addresses and lists, in camel case: `employments`.' }),
    labels: labels('Its name by language: `{"de": "Anstellung", "en": "Employment"}`.'),
    from: text(80, { required: true, description: 'The object on the one side: `contact`.' }),
    to: text(80, { required: true, description: 'The object on the other: `account`, `x_permit`, or the same.' }),
    fromLabels: labels('What the one side is called, by language: `{"en": "Employee"}`.'),
    toLabels: labels('What the other side is called: `{"en": "Employer"}`.'),
    fromList: text(60, { description: 'The list a record on the one side gets: `employments`.' }),
    toList: text(60, { description: 'The list a record on the other side gets: `staff`.' }),
    cardinality: choice(['many_to_many', 'one_to_many', 'many_to_one', 'one_to_one'], {
      description: 'How many of each side may be joined; `many_to_many` when left out.',
    }),
    roles: fieldInput.options,
    isDated: boolean({ description: 'Whether it holds from a day and until a day.' }),
    onDelete: choice(['detach', 'restrict'], {
      description: 'When a record is deleted: the relation goes with it (`detach`, when left out), or keeps it from being deleted.',
    }),
    metadataVersion: expectedMetadata,
  },
  output: {
    objectDefinitionId: ref('object_definition', { required: true }),
    name: text(80, { required: true, description: 'Its noun in rights and events.' }),
    metadataVersion: integer({ required: true }),
  },
  errors: { ...metadataErrors, ...labelErrors, ...fieldErrors, ...createObject.errors },

  async run(input, work) {
    const { key, plural, labels: named, cardinality = 'many_to_many', isDated, onDelete, metadataVersion } = input;
    if (isDated === true && (cardinality ?? 'many_to_many') !== 'many_to_many')
      throw unfit('/cardinality', 'is many_to_many for what is dated: who was joined once can be again');
    const { objectDefinitionId, name } = await createObject.run({ key, plural, labels: named, metadataVersion }, work);
    await work.system.repo(ObjectDefinition).update(objectDefinitionId, { isRelation: true });
    const settings = (list: string | null | undefined) => ({
      ...(list ? { inverse: list } : {}),
      onDelete: onDelete === 'restrict' ? ('restrict' as const) : ('cascade' as const),
    });
    const side = { objectName: name, type: 'relation', isRequired: true } as const;
    await createField.run(
      {
        ...side,
        key: 'fromId',
        target: input.from,
        labels: input.fromLabels,
        settings: settings(input.fromList),
        isUnique: cardinality === 'one_to_one' || cardinality === 'many_to_one',
      },
      work,
    );
    const last = await createField.run(
      {
        ...side,
        key: 'toId',
        target: input.to,
        labels: input.toLabels,
        settings: settings(input.toList),
        isUnique: cardinality === 'one_to_one' || cardinality === 'one_to_many',
      },
      work,
    );
    const version = await addMore(work, name, { roles: input.roles, isDated: isDated === true });
    return { objectDefinitionId, name, metadataVersion: version ?? last.metadataVersion };
  },
});

type Roles = Parameters<typeof createField.run>[0]['options'];

/** Roles and dates, as far as the relation has them; the version of the metadata that makes, null when none. */
async function addMore(work: Work, objectName: string, { roles, isDated }: { roles: Roles; isDated: boolean }): Promise<number | null> {
  let version: number | null = null;
  if (roles && roles.length > 0)
    version = (
      await createField.run({ objectName, key: 'roles', type: 'multiEnum', labels: { de: 'Rollen', en: 'Roles' }, options: roles }, work)
    ).metadataVersion;
  if (!isDated) return version;
  await createField.run(
    { objectName, key: 'validFrom', type: 'date', labels: { de: 'Gültig ab', en: 'Valid from' }, isIndexed: true },
    work,
  );
  const until = await createField.run(
    {
      objectName,
      key: 'validTo',
      type: 'date',
      labels: { de: 'Gültig bis', en: 'Valid until' },
      help: { de: 'Der erste Tag, an dem sie nicht mehr gilt.', en: 'The first day it does not hold any more.' },
      isIndexed: true,
      checks: [
        {
          formula: 'isEmpty(validFrom) or isEmpty(validTo) or validTo > validFrom',
          message: { de: 'Das Ende liegt nicht nach dem Anfang.', en: 'It ends before it begins.' },
        },
      ],
    },
    work,
  );
  return until.metadataVersion;
}
