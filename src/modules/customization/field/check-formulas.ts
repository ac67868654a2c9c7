import type { Resource } from '#kernel/resource/define-resource.js';
import type { Registry } from '#kernel/resource/registry.js';
import { isWorkedOut } from '../domain/field-types.js';
import { buildResources } from '../definitions/build-resources.js';
import { calculation, type FormulaPlace } from '../definitions/calculated-fields.js';
import type { Definitions } from '../definitions/definitions.js';
import { rowCondition } from '../definitions/row-formula.js';
import type { FieldDefinition } from './field-definition.resource.js';
import { cycle, readingFormula, unfit } from './field-errors.js';

const longestSql = 30_000;

/** Understands the formulas of a field among all others as they will be, and says what a formula comes to. Refuses what depends on itself. */
export function checkFormulas(registry: Registry, definitions: Definitions, field: FieldDefinition): string | null {
  // The field itself stands among them as a plain number, so that naming it is understood and found out below.
  const stand: FieldDefinition = isWorkedOut(field.type) ? { ...field, type: 'decimal', formula: null, rollup: null } : field;
  const others = definitions.fields.filter(({ id }) => id !== field.id);
  const places = placesOf(registry, { ...definitions, fields: [...others, { ...stand, requiredIf: null, checks: null }] });
  const resource = places.get(field.objectName);
  if (!resource) throw unfit('/objectName', 'is not in use');
  const place: FormulaPlace = { resource, timeZone: definitions.timeZone, lookup: (name) => places.get(name) };
  const { requiredIf } = field;
  if (requiredIf) readingFormula('/requiredIf', () => rowCondition(requiredIf, place));
  (field.checks ?? []).forEach(({ formula }, i) => readingFormula(`/checks/${i}/formula`, () => rowCondition(formula, place)));
  if (!isWorkedOut(field.type)) return null;
  const made = readingFormula(`/${field.type}`, () => calculation(field, place));
  refuseCycle(places, `${field.objectName}.${field.key}`, made.names);
  if (made.sql('t').length > longestSql) throw unfit(`/${field.type}`, 'leads to too much work: use fewer formulas within formulas');
  return made.resultType;
}

const placesOf = (registry: Registry, definitions: Definitions): ReadonlyMap<string, Resource> => {
  const { changed, added } = buildResources(registry, definitions);
  return new Map([...registry.resources, ...[...changed, ...added].map((one) => [one.name, one] as const)]);
};

/** What a field is worked out from stands in its option `of`, all the way down. */
function refuseCycle(places: ReadonlyMap<string, Resource>, self: string, names: readonly string[]): void {
  if (names.includes(self)) throw cycle([self, self]);
  for (const name of names) {
    const [noun = '', key = ''] = name.split('.');
    if (places.get(noun)?.fields[key]?.options.of?.includes(self)) throw cycle([self, name, self]);
  }
}
