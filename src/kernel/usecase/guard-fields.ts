import type { Actor, FieldRight } from '../access/actor.js';
import {
  fieldForbidden,
  fieldRight,
  isMaskable,
  masked,
  mayAsk,
  refuseAsking,
  refuseWriting,
  seesLess,
  strictest,
} from '../access/field-rights.js';
import { hasOwners } from '../access/source-owners.js';
import type { Resource } from '../resource/define-resource.js';
import type { Field, Fields } from '../resource/fields.js';
import { snake } from '../resource/names.js';
import type { Registry } from '../resource/registry.js';
import type { UseCase } from './define-command.js';

type Given = Readonly<Record<string, unknown>>;
/** The field of a resource that a field of a use-case stands for. */
interface Behind {
  readonly of: Resource;
  readonly field: string;
}
/** Definitions, and the resource whose fields those at hand stand for by their names. */
interface Place {
  readonly registry: Registry;
  readonly home: Resource | undefined;
}

const isGiven = (value: unknown): value is Given => typeof value === 'object' && value !== null && !Array.isArray(value);
const homeOf = (registry: Registry, useCase: UseCase): Place => ({ registry, home: registry.resources.get(useCase.noun) });

/**
 * Field rights of verbs and questions. A field of their input or output stands for the field of the same name of their noun, inside an
 * object that bears the name of a resource for that resource's, and for those its option `of` names.
 */
function behind({ registry, home }: Place, name: string, field: Field): Behind[] {
  const named = (field.options.of ?? []).map((path): Behind => {
    const [resource = '', own = ''] = path.split('.');
    return { of: registry.resources.get(resource) ?? registry.whole.resource(resource), field: own };
  });
  return home && Object.hasOwn(home.fields, name) ? [{ of: home, field: name }, ...named] : named;
}

/** Refuses input that names a field the actor may not write (a command) or ask about (a query), before anything is done. */
export function refuseInput(registry: Registry, useCase: UseCase, input: unknown, actor: Actor): void {
  const isFree = Object.keys(actor.fieldRights).length === 0;
  if (useCase.crud && (!isFree || hasOwners(useCase.crud.resource)))
    return refuseWriting(actor, useCase.crud.resource, useCase.crud.namesIn(input));
  if (isFree) return;
  const named = namesIn(homeOf(registry, useCase), useCase.input, input);
  if (useCase.kind === 'query') return refuseAsking(actor, named);
  const kept = named.filter(({ of, field }) => fieldRight(actor, of, field) !== null);
  if (kept.length > 0) throw fieldForbidden(kept.map(({ of, field }) => ({ resource: of.name, field })));
}

function namesIn(place: Place, fields: Fields, input: unknown): Behind[] {
  if (!isGiven(input)) return [];
  return Object.entries(fields).flatMap(([name, field]) => {
    const value = input[name];
    if (value === undefined || !Object.hasOwn(input, name)) return [];
    return [...behind(place, name, field), ...inside({ registry: place.registry, name, field }, value)];
  });
}

interface Nested {
  readonly registry: Registry;
  readonly name: string;
  readonly field: Field;
}

const within = ({ registry, name }: Nested): Place => ({ registry, home: registry.resources.get(snake(name)) });

function inside(nested: Nested, value: unknown): Behind[] {
  const { field } = nested;
  if (field.kind === 'object') return namesIn(within(nested), field.shape ?? {}, value);
  if (field.kind !== 'list' || !field.item || !Array.isArray(value)) return [];
  const item = { ...nested, field: field.item };
  return (value as unknown[]).flatMap((one) => inside(item, one));
}

/** The answer as the actor may see it: also one that was stored when he, or somebody with the same key, had other rights. */
export function visibleAnswer<T>(registry: Registry, useCase: UseCase, answer: T, actor: Actor): T {
  if (!seesLess(actor) || !isGiven(answer)) return answer;
  if (useCase.crud) return seen({ registry, home: useCase.crud.resource }, useCase.crud.resource.fields, { answer, actor }) as T;
  return seen(homeOf(registry, useCase), useCase.output, { answer, actor }) as T;
}

interface Shown {
  readonly answer: Given;
  readonly actor: Actor;
}

function seen(place: Place, fields: Fields, { answer, actor }: Shown): Given {
  const shown = Object.entries(answer).flatMap(([name, value]): [string, unknown][] => {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (!field) return [[name, value]];
    const right = rightOver(behind(place, name, field), field, actor);
    if (right === 'hide') return [];
    if (right === 'mask') return [[name, masked(field, value)]];
    return [[name, seenInside({ registry: place.registry, name, field }, value, actor)]];
  });
  return Object.fromEntries(shown);
}

/** What is masked where it comes from, and cannot be here, is hidden. */
function rightOver(sources: readonly Behind[], field: Field, actor: Actor): FieldRight | null {
  const right = strictest(sources.map((one) => fieldRight(actor, one.of, one.field)));
  return right === 'mask' && !isMaskable(field) ? 'hide' : right;
}

function seenInside(nested: Nested, value: unknown, actor: Actor): unknown {
  const { field } = nested;
  if (field.kind === 'object' && isGiven(value)) return seen(within(nested), field.shape ?? {}, { answer: value, actor });
  if (field.kind !== 'list' || !field.item || !Array.isArray(value)) return value;
  const item = { ...nested, field: field.item };
  return (value as unknown[]).map((one) => seenInside(item, one, actor));
}

/** The fields of an answer the actor may not see, by their names in it. */
export function hiddenOutputs(registry: Registry, useCase: UseCase, actor: Actor): readonly (Behind & { readonly name: string })[] {
  if (!seesLess(actor)) return [];
  const place = homeOf(registry, useCase);
  return Object.entries(useCase.output).flatMap(([name, field]) => {
    const sources = behind(place, name, field);
    const kept = sources.find((one) => !mayAsk(actor, one.of, one.field));
    return kept && rightOver(sources, field, actor) === 'hide' ? [{ ...kept, name }] : [];
  });
}
