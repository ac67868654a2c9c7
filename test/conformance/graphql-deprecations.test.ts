import { buildSchema as parseSchema, isInputObjectType, isObjectType, printSchema } from 'graphql';
import { buildSchema } from '#api/graphql/schema.js';
import { objectSchema } from '#api/rest/schemas.js';
import { defineResource, everyone } from '#kernel/resource/define-resource.js';
import { text } from '#kernel/resource/fields.js';
import { buildRegistry } from '#kernel/resource/registry.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { defineModule } from '#kernel/usecase/define-module.js';

const deprecated = { since: '2026-11-01', sunset: '2027-06-30', use: 'title' } as const;
const reason = 'Use title; this goes on 2027-06-30.';
const Thing = defineResource('thing', {
  description: 'A thing whose name has become its title.',
  table: 'planted.things',
  scope: everyone,
  fields: { title: text(80, { required: true }), name: text(80, { deprecated }) },
});
const polish = defineCommand({
  name: 'thing.polish',
  summary: 'Polish a thing.',
  deprecated,
  input: { title: text(80), name: text(80, { deprecated }) },
  output: { name: text(80, { deprecated }) },
  run: () => Promise.resolve({}),
});
const planted = defineModule({ name: 'planted', description: 'A module of the test.', resources: [Thing], commands: [polish] });
const parts = { registry: buildRegistry([planted]), database: null, runner: null, cursorSecret: '' } as unknown as Parameters<
  typeof buildSchema
>[0];
const changes = { listen: () => Promise.reject(new Error('not here')), now: () => Promise.resolve('') };

test('what a definition calls deprecated is so in the SDL: fields, input and verbs, each with the reason', () => {
  const schema = parseSchema(printSchema(buildSchema(parts, changes)));
  const reasonOf = (typeName: string, field: string) => {
    const type = schema.getType(typeName);
    return isObjectType(type) || isInputObjectType(type) ? type.getFields()[field]?.deprecationReason : 'no such type';
  };
  expect([
    reasonOf('Thing', 'name'),
    reasonOf('CreateThingInput', 'name'),
    reasonOf('UpdateThingInput', 'name'),
    reasonOf('PolishThingInput', 'name'),
    reasonOf('PolishThingPayload', 'name'),
    reasonOf('Mutation', 'polishThing'),
  ]).toEqual(Array(6).fill(reason));
  expect([reasonOf('Thing', 'title'), reasonOf('PolishThingInput', 'title')]).toEqual([undefined, undefined]);
});

test('and in OpenAPI', () => {
  expect(objectSchema(Thing.fields, 'output')).toMatchObject({ properties: { name: { deprecated: true } } });
  expect(JSON.stringify(objectSchema({ title: Thing.fields.title }, 'output'))).not.toContain('deprecated');
});
