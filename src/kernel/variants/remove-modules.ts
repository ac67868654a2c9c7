import { rightsOf } from '../access/known-permissions.js';
import type { Resource } from '../resource/define-resource.js';
import type { Field, Fields } from '../resource/fields.js';
import { buildRegistry, type Absent, type Registry } from '../resource/registry.js';
import type { ModulePart, ModuleSpec } from '../usecase/define-module.js';
import { switchesOf, type Switch } from './switches.js';

/**
 * The definitions without the modules and parts of these keys: their resources, verbs, events, jobs and rights are gone, and so are the fields
 * of others that refer to what is gone. A part goes with its module. Pure; the whole installation itself when nothing is off.
 */
export function withoutModules(whole: Registry, off: readonly string[]): Registry {
  const gone = [...switchesOf(whole).values()].filter(({ key, module }) => off.includes(key) || off.includes(module.name));
  if (gone.length === 0) return whole;
  const absent = namesOf(gone);
  const modules = whole.modules.flatMap((module) => withoutParts(module, gone));
  const kept = modules.map((module) => ({ ...module, resources: (module.resources ?? []).map((one) => withoutRefs(one, absent)) }));
  const key = `-${gone
    .map((one) => one.key)
    .sort()
    .join(' -')}`;
  const variant = buildRegistry(kept, { key, whole, absent });
  return { ...variant, absent: { ...absent, nouns: lostNouns(absent, variant), rights: lostRights(whole, variant) } };
}

/** The module or part that takes each name away; of a module and its part, the module. */
function namesOf(gone: readonly Switch[]): Absent {
  const resources = new Map<string, string>();
  const useCases = new Map<string, string>();
  for (const { key, module, part } of gone) {
    const members = part ?? module;
    for (const { name } of members.resources ?? []) if (!resources.has(name)) resources.set(name, key);
    for (const { name } of [...(members.commands ?? []), ...(members.queries ?? [])]) if (!useCases.has(name)) useCases.set(name, key);
  }
  return { resources, useCases, nouns: new Map(), rights: [] };
}

function withoutParts(module: ModuleSpec, gone: readonly Switch[]): ModuleSpec[] {
  const mine = gone.filter((one) => one.module === module);
  if (mine.some(({ part }) => part === null)) return [];
  return [mine.reduce<ModuleSpec>((left, { part }) => (part ? without(left, part) : left), module)];
}

const lists = [
  'resources',
  'commands',
  'queries',
  'events',
  'subscribers',
  'jobs',
  'effects',
] as const satisfies readonly (keyof ModulePart)[];

function without(module: ModuleSpec, part: ModulePart): ModuleSpec {
  const left = lists.map((list) => {
    const lost = new Set((part[list] ?? []).map(({ name }) => name));
    return [list, (module[list] ?? []).filter(({ name }) => !lost.has(name))] as const;
  });
  return { ...module, ...Object.fromEntries(left) };
}

/** The resource itself when it refers to nothing that is gone. */
function withoutRefs(resource: Resource, { resources }: Absent): Resource {
  const isLost = (field: Field) => field.kind === 'ref' && resources.has(field.target ?? '');
  if (!Object.values(resource.fields).some(isLost)) return resource;
  const fields: Fields = Object.fromEntries(Object.entries(resource.fields).filter(([, field]) => !isLost(field)));
  return { ...resource, fields };
}

/** Verbs that are in no manifest, such as those every resource has, are known by their nouns. */
function lostNouns({ resources, useCases }: Absent, variant: Registry): ReadonlyMap<string, string> {
  const left = new Set([...variant.commands.values(), ...variant.queries.values()].map(({ noun }) => noun));
  const lost = [...resources, ...[...useCases].map(([name, key]) => [name.slice(0, name.indexOf('.')), key] as const)];
  return new Map(lost.filter(([noun]) => !left.has(noun) && !variant.resources.has(noun)));
}

/** As few entries as say it: `lead:*` where nothing is left of a noun. */
function lostRights(whole: Registry, variant: Registry): string[] {
  const left = new Set(rightsOf(variant));
  const nouns = new Set([...left].map(nounOf));
  const lost = rightsOf(whole).filter((right) => !left.has(right));
  return [...new Set(lost.map((right) => (nouns.has(nounOf(right)) ? right : `${nounOf(right)}:*`)))].sort();
}

const nounOf = (right: string) => right.slice(0, right.indexOf(':'));
