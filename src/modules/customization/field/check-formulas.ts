import type { Resource } from '#kernel/resource/define-resource.js';
import type { Registry } from '#kernel/resource/registry.js';
import { isWorkedOut } from '../domain/field-types.js';
import { buildResources } from '../definitions/build-resources.js';
import { calculation, type FormulaPlace } from '../definitions/calculated-fields.js';
import type { Definitions } from '../definitions/definitions.js';
import { rowCondition } from '../definitions/row-formula.js';
import type { FieldDefinition } from './field-definition.resource.js';
import { figuresIn } from '../figures/figure.js';
import { isKept } from '../definitions/figures-of.js';
import { cycle, notKeepable, readingFormula, unfit } from './field-errors.js';

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
  if (made.sql('t').length > longestSql) throw tooMuch(field);
  refuseUnkeepable(registry, { ...definitions, fields: [...others, { ...field, resultType: made.resultType }] }, field);
  return made.resultType;
}

const tooMuch = ({ type }: FieldDefinition) => unfit(`/${type}`, 'leads to too much work: use fewer formulas within formulas');

/** What is kept follows from what is written, and from nothing that moves by itself. */
function refuseUnkeepable(registry: Registry, definitions: Definitions, field: FieldDefinition): void {
  if (!definitions.fields.some(isKept)) return;
  const figures = figuresIn(placesOf(registry, definitions).values());
  const moving = figures.filter(({ isMoving }) => isMoving()).map(({ key }) => key);
  if (moving.length > 0) throw notKeepable(moving);
  if (figures.some(({ kept }) => kept.worked('t', 'new').length > longestSql)) throw tooMuch(field);
}

export const placesOf = (registry: Registry, definitions: Definitions): ReadonlyMap<string, Resource> => {
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
