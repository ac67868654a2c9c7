import type { Invariant, Resource } from '#kernel/resource/define-resource.js';
import type { Field, Fields, Stored } from '#kernel/resource/fields.js';
import type { Freshness } from '#kernel/resource/figures.js';
import { firstOwnCode } from '#kernel/resource/ids.js';
import { camel, kebab, pascal, snake } from '#kernel/resource/names.js';
import type { Registry } from '#kernel/resource/registry.js';
import { relationsOf } from '#kernel/resource/relations.js';
import { isReference } from '../domain/field-types.js';
import { FormulaError } from '../domain/formula/formula.js';
import type { FieldDefinition } from '../field/field-definition.resource.js';
import type { ObjectDefinition } from '../object/object-definition.resource.js';
import { calculation, type Calculation, type FormulaPlace } from './calculated-fields.js';
import type { Definitions } from './definitions.js';
import { figuresOf, isKept, isOwnFigure, keptAt, lookUp } from './figures-of.js';
import { rowCondition } from './row-formula.js';
import { partsOf, writable } from './object-parts.js';
import { hasTexts, withTexts } from './own-texts.js';
import { inLanguage, ownFirst, toField } from './to-field.js';

/** The resources of a company that differ from those of the product, and those it has added. */
export interface OwnResources {
  readonly changed: readonly Resource[];
  readonly added: readonly Resource[];
}

/** The module records of a company's own objects belong to. */
export const ownModule = 'records';

/** Makes resources of definitions. What does not fit, because what it needs is switched off or gone, is left out. */
export function buildResources(registry: Registry, definitions: Definitions): OwnResources {
  const objects = definitions.objects.map((object) => skeleton(object, definitions));
  const bases = new Map([...registry.resources, ...objects.map((object) => [object.name, object] as const)]);
  const builder = new Builder(bases, registry, definitions);
  const byName = builder.build();
  const added = new Set(objects.map(({ name }) => name));
  return {
    changed: [...byName.values()].filter(({ name }) => !added.has(name)),
    added: objects.map((object) => writable(byName.get(object.name) ?? object)),
  };
}

/** A company's own object before it has fields: whose it is, and where its records are. */
function skeleton(object: ObjectDefinition, { locale, version, recordsTable }: Definitions): Resource {
  const { name, plural, code, labels, help } = object;
  const description = [inLanguage(labels, locale), inLanguage(help, locale)].filter((text) => text !== '').join(': ');
  return {
    name,
    module: ownModule,
    table: recordsTable,
    within: { column: 'object', value: name },
    code: firstOwnCode + code,
    description: /[.!?]$/.test(description) ? description : `${description}.`,
    operations: ['list', 'get', 'create', 'update', 'delete'],
    invariants: [],
    metadata: version,
    labels: ownFirst(labels, locale),
    typeName: pascal(name),
    single: camel(name),
    plural: camel(`x_${snake(plural)}`),
    path: `records/${kebab(plural)}`,
    ...partsOf(object, locale),
  };
}

interface Named {
  readonly name: string;
  readonly definition: FieldDefinition;
  readonly field: Field;
}

class Builder {
  private readonly calculations = new Map<string, Calculation>();
  private readonly inverses = new Map<string, Set<string>>();
  private readonly texts = new Map<string, boolean>();

  constructor(
    private readonly bases: ReadonlyMap<string, Resource>,
    private readonly registry: Registry,
    private readonly definitions: Definitions,
  ) {}

  build(): ReadonlyMap<string, Resource> {
    const titles = new Map(this.definitions.objects.map(({ name, nameField }) => [name, nameField]));
    const placed = this.definitions.fields.map((definition) => this.placed(definition));
    const named = Map.groupBy(placed, ({ objectName }) => objectName);
    let fields = new Map(
      [...named].flatMap(([object, list]) =>
        this.bases.has(object) ? [[object, this.named(object, list, titles.get(object) ?? null)]] : [],
      ),
    );
    let resources = this.assembled(fields);
    // A formula that names one that was left out has to be left out too.
    for (let left = this.misfits(fields, resources); left.size > 0; left = this.misfits(fields, resources)) {
      fields = new Map([...fields].map(([object, list]) => [object, list.filter(({ definition }) => !left.has(definition.id))]));
      resources = this.assembled(fields);
    }
    return this.withFigures(this.finished(fields, resources));
  }

  /** Texts in several languages take a field `translations`, unless something else is called so. */
  private placed(definition: FieldDefinition): FieldDefinition {
    if (!definition.isTranslatable) return definition;
    const { objectName } = definition;
    const isPlaced = this.texts.get(objectName) ?? (hasTexts(this.bases.get(objectName)) || this.isFree(objectName, 'translations'));
    this.texts.set(objectName, isPlaced);
    return isPlaced ? definition : { ...definition, isTranslatable: false };
  }

  private named(object: string, definitions: readonly FieldDefinition[], title: string | null): Named[] {
    const base = this.bases.get(object);
    if (!base) return [];
    const taken = new Set([
      ...Object.keys(base.fields),
      ...relationsOf(base).keys(),
      ...(this.registry.inverses.get(object) ?? []).map(({ name }) => name),
    ]);
    return definitions.flatMap((definition) => {
      if (isReference(definition.type) && !this.bases.has(toField(definition, '').target ?? '')) return [];
      // What the product has given the name to since is called by it; who may not see that does not see this.
      const name = taken.has(definition.key) ? `${definition.key}Custom` : definition.key;
      const of = name === definition.key ? {} : { of: [`${object}.${definition.key}`] };
      return [{ name, definition, field: this.field(definition, { isTitle: definition.key === title, of }) }];
    });
  }

  private field(definition: FieldDefinition, { isTitle, of }: { isTitle: boolean; of: { of?: string[] } }): Field {
    const { inverse, ...field } = toField(definition, this.definitions.locale);
    const options = { ...field.options, ...of, ...(isTitle && field.kind === 'text' ? { search: true as const } : {}) };
    const list = inverse !== undefined && this.isFree(field.target ?? '', inverse) ? { inverse } : {};
    if (field.stored?.in !== 'formula') return { ...field, ...list, options };
    return { ...field, options, stored: this.figure(definition) };
  }

  private figure(definition: FieldDefinition): Stored {
    const made = () => this.calculations.get(definition.id);
    const sql = (alias: string, as: Freshness = 'read') => made()?.sql(alias, as) ?? 'null';
    const sources = () => made()?.sources() ?? [];
    const more = { in: 'formula', sources, isMoving: () => made()?.isMoving() ?? false } as const;
    if (!isKept(definition)) return { ...more, sql };
    const kept = keptAt(definition, sql);
    const isWorked = (as: Freshness) => as === 'new' || (as === 'changed' && isOwnFigure(sources()));
    return { ...more, kept, sql: (alias, as = 'read') => (isWorked(as) ? kept.worked(alias, as) : lookUp(definition, alias)) };
  }

  /** Whether a list of this name can be added to what is there. */
  private isFree(target: string, name: string): boolean {
    const base = this.bases.get(target);
    const own = this.definitions.fields.filter(({ objectName }) => objectName === target).map(({ key }) => key);
    const given =
      this.inverses.get(target) ?? new Set([...own, ...(base ? [...Object.keys(base.fields), ...relationsOf(base).keys()] : [])]);
    this.inverses.set(target, given);
    const isTaken = given.has(name) || (this.registry.inverses.get(target) ?? []).some((inverse) => inverse.name === name);
    given.add(name);
    return !isTaken;
  }

  private assembled(fields: ReadonlyMap<string, readonly Named[]>): Map<string, Resource> {
    return new Map(
      [...fields].flatMap(([object, list]) => {
        const base = this.bases.get(object);
        const own: Fields = Object.fromEntries(list.map(({ name, field }) => [name, field]));
        return base ? [[object, withTexts({ ...base, metadata: this.definitions.version, fields: { ...base.fields, ...own } })]] : [];
      }),
    );
  }

  private place(resources: ReadonlyMap<string, Resource>, resource: Resource): FormulaPlace {
    return { resource, timeZone: this.definitions.timeZone, lookup: (name) => resources.get(name) ?? this.bases.get(name) };
  }

  private misfits(fields: ReadonlyMap<string, readonly Named[]>, resources: ReadonlyMap<string, Resource>): ReadonlySet<string> {
    const misfits = new Set<string>();
    for (const [object, list] of fields) {
      const resource = resources.get(object);
      for (const { definition, field } of list) {
        if (field.stored?.in !== 'formula' || !resource) continue;
        const made = attempt(() => calculation(definition, this.place(resources, resource)));
        if (made) this.calculations.set(definition.id, made);
        else misfits.add(definition.id);
      }
    }
    return misfits;
  }

  /** With what the formulas depend on, and with the conditions that rows have to meet. */
  private finished(fields: ReadonlyMap<string, readonly Named[]>, resources: ReadonlyMap<string, Resource>): ReadonlyMap<string, Resource> {
    const direct = new Map(
      [...fields].flatMap(([object, list]) =>
        list.map((one) => [`${object}.${one.name}`, this.calculations.get(one.definition.id)?.names ?? []] as const),
      ),
    );
    return new Map(
      [...resources].map(([object, resource]) => {
        const list = fields.get(object) ?? [];
        const own = list.map(({ name, field }): [string, Field] => {
          const of = [...reached(direct, `${object}.${name}`), ...(field.options.of ?? [])];
          return [name, of.length === 0 ? field : { ...field, options: { ...field.options, of } }];
        });
        const finished = { ...resource, fields: { ...resource.fields, ...Object.fromEntries(own) } };
        return [object, { ...finished, invariants: [...resource.invariants, ...this.conditions(list, this.place(resources, finished))] }];
      }),
    );
  }

  /** Those that figures are made of have to tell of their changes, with fields of the company's own or without. */
  private withFigures(resources: ReadonlyMap<string, Resource>): ReadonlyMap<string, Resource> {
    const { version: metadata } = this.definitions;
    const whole = new Map(resources);
    for (const [name, figures] of figuresOf(resources.values())) {
      const resource = whole.get(name) ?? this.bases.get(name);
      if (resource) whole.set(name, { ...resource, metadata, figures });
    }
    return whole;
  }

  private conditions(list: readonly Named[], place: FormulaPlace): Invariant<Fields>[] {
    const { locale } = this.definitions;
    return list.flatMap(({ name, definition }) => {
      const { requiredIf, checks, labels } = definition;
      const needs = requiredIf === null ? null : attempt(() => rowCondition(requiredIf, place));
      const required: Invariant<Fields>[] = needs
        ? [
            {
              code: 'record.field_required',
              path: `/${name}`,
              message: `${inLanguage(labels, locale)} must be filled here.`,
              holds: (row) => isFilled((row as Values)[name]) || needs(row) !== true,
            },
          ]
        : [];
      const checked = (checks ?? []).flatMap(({ formula, message }): Invariant<Fields>[] => {
        const holds = attempt(() => rowCondition(formula, place));
        return holds
          ? [{ code: 'record.check_failed', path: `/${name}`, message: inLanguage(message, locale), holds: (row) => holds(row) !== false }]
          : [];
      });
      return [...required, ...checked];
    });
  }
}

type Values = Readonly<Record<string, unknown>>;
const isFilled = (value: unknown) => value !== null && value !== undefined && value !== '';

/** Everything a field depends on, directly or through others. */
function reached(direct: ReadonlyMap<string, readonly string[]>, name: string): string[] {
  const found = new Set<string>();
  const walk = (at: string): void => {
    for (const next of direct.get(at) ?? []) {
      if (found.has(next)) continue;
      found.add(next);
      walk(next);
    }
  };
  walk(name);
  return [...found];
}

/** Null when a formula cannot be understood here. */
function attempt<T>(make: () => T): T | null {
  try {
    return make();
  } catch (error) {
    if (error instanceof FormulaError) return null;
    throw error;
  }
}
