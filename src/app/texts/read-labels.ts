import { rightsOf } from '#kernel/access/known-permissions.js';
import { invalid } from '#kernel/errors/domain-error.js';
import { spanWords } from '#kernel/pure/time.js';
import { list, object, text } from '#kernel/resource/fields.js';
import { Labeller, fieldLabels, nameIn } from '#kernel/text/labels.js';
import { languages, spoken, type Language } from '#kernel/text/language.js';
import { defineQuery } from '#kernel/usecase/define-command.js';
import { labelCatalogs } from './catalogs.js';

/** What things are called in the language of a BCP 47 tag, in English where it is none of ours. */
export const labellerOf = (tag: string | undefined): Labeller => new Labeller(labelCatalogs[spoken(tag) ?? 'en']);
const name = text(120, { required: true, description: 'As the API calls it.' });
const label = text(300, { required: true, description: 'As people call it.' });
const description = text(1000, { required: true, description: 'What it is, in a sentence.' });
const choiceLabel = object({ name, label }, { name: 'ChoiceLabel', required: true });
const fieldLabel = object(
  { resource: name, name, label, choices: list(choiceLabel, { required: true }) },
  { name: 'FieldLabels', required: true },
);
const resourceLabel = object({ name, label, description }, { name: 'ResourceLabel', required: true });
const moduleLabel = object({ name, label, description }, { name: 'ModuleLabel', required: true });
const rightLabel = object({ name, label }, { name: 'RightLabel', required: true });
const spanLabel = object({ name, label }, { name: 'SpanLabel', required: true });
const roleLabel = object({ name, label }, { name: 'RoleLabel', required: true });

export const readLabels = defineQuery({
  name: 'text.labels',
  summary: 'What modules, resources, fields, choices, rights and usual roles are called in a language.',
  description:
    'For front ends: the names of the API and what people call them. The language is the one named, else that of the request, of the user, of the company, or English.',
  graphql: 'labels',
  access: 'member',
  rest: { method: 'GET', path: '/labels' },
  input: {
    language: text(35, { description: 'A BCP 47 tag such as `de` or `de-AT`.' }),
    resource: text(120, { description: 'Only this resource; all when left out.' }),
  },
  output: {
    language: text(35, { required: true, description: 'The language that was chosen.' }),
    languages: list(text(35, { required: true }), { required: true, description: 'Languages there are.' }),
    modules: list(moduleLabel, { required: true }),
    resources: list(resourceLabel, { required: true }),
    fields: list(fieldLabel, { required: true, max: 10_000, description: 'Of the resources above.' }),
    rights: list(rightLabel, { required: true, max: 5000 }),
    roles: list(roleLabel, { required: true }),
    spans: list(spanLabel, { required: true, description: 'Days as people say them, in filters: `during: this_fiscal_quarter`.' }),
  },
  errors: { 'text.language_unknown': 'There is no such language here.' },

  run({ language: wanted, resource: only }, { actor, definitions }) {
    const language = languageOf(wanted, actor.language);
    const labeller = new Labeller(labelCatalogs[language]);
    const wishes = wanted ? [language] : [...(actor.reads ?? []), actor.language ?? language];
    const seeds = new Map(definitions.modules.flatMap(({ roles = [] }) => roles.map((role) => [role.key, role.name] as const)));
    const shown = [...definitions.resources.values()].filter((resource) => !only || resource.name === only);
    return Promise.resolve({
      language,
      languages: [...languages],
      modules: definitions.modules.map((module) => ({
        name: module.name,
        label: labeller.module(module.name),
        description: labeller.description(module.name, module.description),
      })),
      resources: shown.map((resource) => ({
        name: resource.name,
        label: resource.labels ? nameIn(resource.labels, wishes) : labeller.noun(resource.name),
        description: labeller.description(resource.name, resource.description),
      })),
      fields: shown.flatMap((resource) => fieldLabels(labeller, resource, wishes)),
      rights: [...new Set(rightsOf(definitions))].sort().map((right) => ({ name: right, label: labeller.right(right) })),
      roles: [...seeds].map(([key, english]) => ({ name: key, label: labeller.role(key, english) })),
      spans: spanWords.map((word) => ({ name: word, label: labeller.span(word) })),
    });
  },
});

function languageOf(wanted: string | null | undefined, ofActor: string | undefined): Language {
  if (wanted === null || wanted === undefined) return spoken(ofActor) ?? 'en';
  const found = spoken(wanted);
  if (!found)
    throw invalid('text.language_unknown', `There is no language "${wanted}" here. Known: ${languages.join(', ')}.`, { language: wanted });
  return found;
}
