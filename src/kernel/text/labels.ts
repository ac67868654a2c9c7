import { spanWords, type SpanWord } from '../pure/time.js';
import type { Registry } from '../resource/registry.js';
import type { Resource } from '../resource/define-resource.js';
import type { LabelsByLanguage } from '../resource/fields.js';
import { rightsOf } from '../access/known-permissions.js';
import type { ModuleSpec } from '../usecase/define-module.js';
import type { Labels, Words } from './catalog.js';

export interface Label {
  readonly name: string;
  readonly label: string;
}
export interface FieldLabels extends Label {
  readonly resource: string;
  readonly choices: Label[];
}

/** `closeOn` → `Close on`, `price_list` → `Price list`, `accountId` → `Account`: what a name says in English. */
export function spelledOut(name: string): string {
  const words = name
    .replace(/(?<=[a-z])Id$/, '')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/[_.]/g, ' ')
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What things are called in one language. Without a catalog, in English. */
export class Labeller {
  constructor(private readonly labels: Labels | null) {}

  module = (name: string): string => this.labels?.modules[name] ?? spelledOut(name);
  noun = (name: string): string => this.labels?.resources[name] ?? spelledOut(name);
  role = (key: string, english: string): string => this.labels?.roles[key] ?? english;
  description = (of: string, english: string): string => this.labels?.descriptions[of] ?? english;

  field = (resource: string, name: string): string =>
    this.labels?.fields[`${resource}.${name}`] ?? this.labels?.fields[name] ?? spelledOut(name);

  choice = (resource: string, field: string, value: string): string => {
    const words = this.labels?.choices;
    return words?.[`${resource}.${field}.${value}`] ?? words?.[`${field}.${value}`] ?? words?.[value] ?? spelledOut(value);
  };

  truth = (isSo: boolean): string => this.labels?.choices[isSo ? 'yes' : 'no'] ?? (isSo ? 'Yes' : 'No');

  /** `this_fiscal_quarter` → `Dieses Geschäftsquartal`. */
  span = (word: SpanWord): string => this.labels?.choices[word] ?? spelledOut(word);

  /** `lead:convert` → `Lead: Umwandeln`. */
  right = (right: string): string => {
    const [noun = '', verb = ''] = right.split(':');
    return `${this.noun(noun)}: ${this.labels?.verbs[`${noun}.${verb}`] ?? this.labels?.verbs[verb] ?? spelledOut(verb)}`;
  };
}

/** What a company calls a thing of its own: in the first of the languages there is a name in, else in the company's own. */
export function nameIn(labels: LabelsByLanguage, wishes: readonly string[]): string {
  const tags = wishes.flatMap((tag) => [tag, tag.split('-')[0] ?? tag]);
  const tag = tags.find((one) => Object.hasOwn(labels, one));
  return (tag === undefined ? Object.values(labels)[0] : labels[tag]) ?? '';
}

const baseFields = ['id', 'version', 'createdAt', 'updatedAt'];

/** `wishes` are the languages its reader would have the company's own names in. */
export function fieldLabels(labeller: Labeller, { name: resource, fields }: Resource, wishes: readonly string[]): FieldLabels[] {
  const shown = Object.entries(fields).filter(([, field]) => !field.options.hidden);
  return [
    ...baseFields.map((name) => ({ resource, name, label: labeller.field(resource, name), choices: [] })),
    ...shown.map(([name, { values, item, labels, valueLabels = {} }]) => ({
      resource,
      name,
      label: labels ? nameIn(labels, wishes) : labeller.field(resource, name),
      choices: (values ?? item?.values ?? []).map((value) => {
        const own = valueLabels[value];
        return { name: value, label: own ? nameIn(own, wishes) : labeller.choice(resource, name, value) };
      }),
    })),
  ];
}

/** Names in the definitions that a catalog has no word for. */
export function unnamed(registry: Registry, labels: Labels): string[] {
  const said = [
    ...registry.modules.flatMap((module) => unnamedOfModule(module, labels)),
    ...[...registry.resources.values()].flatMap((resource) => unnamedOfResource(resource, labels)),
    ...rightsOf(registry).flatMap((right) => unnamedOfRight(right, labels)),
    ...[...spanWords, 'yes', 'no'].flatMap((word) => unless(labels.choices, `word ${word}`, word)),
  ];
  return [...new Set(said)];
}

/** What is to be said under a name, unless one of the keys has it. */
const unless = (words: Words, name: string, ...keys: string[]): string[] => (keys.some((key) => words[key] !== undefined) ? [] : [name]);

const unnamedOfModule = ({ name, roles: seeds = [] }: ModuleSpec, { modules, descriptions, roles }: Labels): string[] => [
  ...unless(modules, `module ${name}`, name),
  ...unless(descriptions, `description ${name}`, name),
  ...seeds.flatMap(({ key }) => unless(roles, `role ${key}`, key)),
];

const unnamedOfResource = ({ name, fields: own }: Resource, { resources, descriptions, fields, choices }: Labels): string[] => [
  ...unless(resources, `resource ${name}`, name),
  ...unless(descriptions, `description ${name}`, name),
  ...Object.entries(own).flatMap(([field, { values = [] }]) => [
    ...unless(fields, `field ${name}.${field}`, `${name}.${field}`, field),
    ...values.flatMap((value) =>
      unless(choices, `choice ${name}.${field}.${value}`, `${name}.${field}.${value}`, `${field}.${value}`, value),
    ),
  ]),
];

function unnamedOfRight(right: string, { resources, verbs }: Labels): string[] {
  const [noun = '', verb = ''] = right.split(':');
  return [...unless(resources, `resource ${noun}`, noun), ...unless(verbs, `verb ${right}`, `${noun}.${verb}`, verb)];
}

/** How many words there are to be had. */
export const namedCount = (registry: Registry): number =>
  unnamed(registry, { modules: {}, resources: {}, fields: {}, choices: {}, verbs: {}, roles: {}, descriptions: {} }).length;
